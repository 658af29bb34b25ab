//! Bringing the stored projects in line with what all facts together say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::id::{ProjectId, RootId};
use crate::store::project::{self, Naming, RootRow};
use crate::store::{StoreError, Tx};
use crate::workspace::{Decided, Fact, FactKind, Group, Root, join};

/// What settling changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// Folders that now belong to another project.
    pub moved: usize,
    /// A project was divided: the counts of its masked calls must be derived anew from the calls.
    pub divided: bool,
}

/// Gives every folder the project that all facts together say; sessions, failures and counters follow.
///
/// Settling twice changes nothing the second time.
pub fn settle_projects(tx: &Tx<'_>) -> Result<Settled, StoreError> {
    let rows = project::roots(tx)?;
    let groups = rows.derive(|rows| join(&rows.iter().map(root).collect::<Vec<_>>()));
    let homes = homes(tx, &rows, &groups)?;
    let mut moves: BTreeMap<ProjectId, Vec<(RootId, ProjectId)>> = BTreeMap::new();
    let current: HashMap<RootId, ProjectId> = rows.iter().map(|row| (row.id, row.project)).collect();
    for (group, home) in groups.into_iter().zip(homes) {
        let home = match (home, group.roots.first()) {
            (Some(home), _) => home,
            (None, Some(first)) => project::add_beside(tx, &group.derive(naming), current[first])?,
            (None, None) => continue,
        };
        if group.decided.is_none() {
            project::rename(tx, home, &group.derive(naming))?;
        }
        for root in &group.roots {
            moves.entry(current[root]).or_default().push((*root, home));
        }
    }
    apply(tx, moves)
}

/// Moves folders from each project; one that goes to another as a whole takes everything along.
fn apply(tx: &Tx<'_>, moves: BTreeMap<ProjectId, Vec<(RootId, ProjectId)>>) -> Result<Settled, StoreError> {
    let mut settled = Settled::default();
    let mut changed = BTreeSet::new();
    let mut absorbed = Vec::new();
    for (from, roots) in moves {
        let homes: BTreeSet<ProjectId> = roots.iter().map(|(_, home)| *home).collect();
        let leaving = roots.iter().filter(|(_, home)| *home != from);
        settled.moved += leaving.clone().count();
        match homes.first().copied() {
            Some(home) if homes.len() == 1 && home != from => absorbed.push((from, home)),
            Some(_) if homes.len() > 1 => {
                settled.divided = true;
                for (root, home) in leaving {
                    project::move_root(tx, *root, *home)?;
                }
                changed.extend(homes);
                changed.insert(from);
            }
            _ => {}
        }
    }
    // Last, so that folders which leave a project one by one are out of it before it is gone.
    for (from, home) in absorbed {
        project::absorb(tx, from, home)?;
        changed.remove(&from);
    }
    for project in changed {
        project::recount(tx, project)?;
    }
    if settled.moved > 0 {
        project::clear_out(tx)?;
    }
    Ok(settled)
}

/// Returns the project that each group shall have; nothing where it needs a new one.
///
/// A person's choice comes first, then the project that has the group's key, then the oldest one that a folder of
/// the group has and no other group takes.
fn homes(tx: &Tx<'_>, rows: &[RootRow], groups: &[Group]) -> Result<Vec<Option<ProjectId>>, StoreError> {
    let mut homes = Vec::new();
    for group in groups {
        homes.push(match &group.decided {
            Some(decided) => Some(decided.project),
            None => project::with_key(tx, &group.key)?,
        });
    }
    let mut taken: BTreeSet<ProjectId> = homes.iter().flatten().copied().collect();
    let current: HashMap<RootId, ProjectId> = rows.iter().map(|row| (row.id, row.project)).collect();
    for (group, home) in groups.iter().zip(&mut homes).filter(|(_, home)| home.is_none()) {
        let own: BTreeSet<ProjectId> = group.roots.iter().map(|root| current[root]).collect();
        *home = own.into_iter().find(|project| taken.insert(*project));
    }
    Ok(homes)
}

fn naming(group: &Group) -> Naming {
    Naming {
        key: group.key.clone(),
        name: group.name.clone(),
        remote: group.remote.clone(),
    }
}

pub(super) fn root(row: &RootRow) -> Root {
    let facts = row.facts.iter().filter_map(|(kind, value, at)| {
        Some(Fact {
            kind: FactKind::from_word(kind)?,
            value: value.clone(),
            at: *at,
        })
    });
    Root {
        id: row.id,
        machine: row.machine.clone(),
        path: row.folder.path.clone(),
        main: row.folder.main.clone(),
        remote: row.folder.remote.clone(),
        facts: facts.collect(),
        files: row.files.clone(),
        decided: row.decided.then(|| Decided {
            project: row.project,
            key: row.key.clone(),
        }),
    }
}
