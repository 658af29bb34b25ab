//! Joining folders to projects: a function of the set of facts, whatever their order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::files::{ENOUGH_FILES, ENOUGH_SHARE};
use super::trees::{likely_main_tree, main_tree};
use super::{Decided, Fact, FactKind, Root};
use crate::domain::id::RootId;
use crate::domain::time::Timestamp;

/// Folders that are one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The folders, sorted by machine and path.
    pub roots: Vec<RootId>,
    /// The project's key, which equal sets of facts share: `remote:<remote>`, else `root:<machine>:<path>`.
    pub key: String,
    /// A short name for people: the last part of the remote or of the path.
    pub name: String,
    /// The folded remote.
    pub remote: Option<String>,
    /// The project that a person decided on.
    pub decided: Option<Decided>,
}

/// Longest chain of moves of a repository that is followed.
const MOST_MOVES: usize = 8;

/// Returns the projects that the folders make up, sorted by the machine and path of their first folder.
#[must_use]
pub fn join(roots: &[Root]) -> Vec<Group> {
    let mut sorted: Vec<&Root> = roots.iter().collect();
    sorted.sort_by(|a, b| (&a.machine, &a.path).cmp(&(&b.machine, &b.path)));
    let mut joining = Joining::new(&sorted);
    joining.by_decision();
    joining.by_tree();
    joining.by_remote();
    // A subfolder may learn from its repository, which learns from another folder, and the other way round.
    while joining.by_folder() || joining.by_files() {}
    joining.groups()
}

/// The state of joining: every folder starts alone, named by its index in `roots`.
struct Joining<'a> {
    roots: &'a [&'a Root],
    at: HashMap<(&'a str, &'a str), usize>,
    /// The folder that stands for each one's group, as in a union-find structure.
    first: Vec<usize>,
    /// For a folder that stands for a group: the group's remotes. More than one only by a person's decision.
    remotes: Vec<BTreeSet<String>>,
    decided: Vec<Option<&'a Decided>>,
}

impl<'a> Joining<'a> {
    fn new(roots: &'a [&'a Root]) -> Self {
        let at = roots
            .iter()
            .enumerate()
            .map(|(index, root)| ((root.machine.as_str(), root.path.as_str()), index))
            .collect();
        let moves = moves(roots);
        let cloned = clones(roots);
        let remotes = roots
            .iter()
            .map(|root| {
                let remote = root.remote.clone().or_else(|| shown_remote(root, &cloned));
                remote.map(|remote| moved(remote, &moves)).into_iter().collect()
            })
            .collect();
        Self {
            roots,
            at,
            first: (0..roots.len()).collect(),
            remotes,
            decided: roots.iter().map(|root| root.decided.as_ref()).collect(),
        }
    }

    fn group(&self, mut index: usize) -> usize {
        while self.first[index] != index {
            index = self.first[index];
        }
        index
    }

    /// Two groups may be one unless their remotes, or persons' decisions, say that they are two.
    fn may_be_one(&self, a: usize, b: usize) -> bool {
        let (one, other) = (&self.remotes[a], &self.remotes[b]);
        let by_remote = one.is_empty() || other.is_empty() || !one.is_disjoint(other);
        let by_person = match (self.decided[a], self.decided[b]) {
            (Some(one), Some(other)) => one.project == other.project,
            _ => true,
        };
        by_remote && by_person
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.group(a), self.group(b));
        let (first, other) = (a.min(b), a.max(b));
        if first != other {
            let remotes = std::mem::take(&mut self.remotes[other]);
            self.remotes[first].extend(remotes);
            self.decided[first] = self.decided[first].or(self.decided[other]);
            self.first[other] = first;
        }
    }

    /// Unites two groups if nothing speaks against it; returns whether they were two and now are one.
    fn try_unite(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.group(a), self.group(b));
        let joins = a != b && self.may_be_one(a, b);
        if joins {
            self.unite(a, b);
        }
        joins
    }

    fn find(&self, machine: &str, path: &str) -> Option<usize> {
        self.at.get(&(machine, path)).copied()
    }

    fn by_decision(&mut self) {
        let mut known = HashMap::new();
        for (index, root) in self.roots.iter().enumerate() {
            if let Some(decided) = &root.decided {
                let first = *known.entry(decided.project).or_insert(index);
                self.unite(first, index);
            }
        }
    }

    /// Working trees of one repository: as `.git` says, as a session showed, as the path says.
    fn by_tree(&mut self) {
        let mut mains: HashMap<(&str, String), usize> = HashMap::new();
        for (index, root) in self.roots.iter().enumerate() {
            for main in root.main.clone().into_iter().chain(main_tree(&root.path)) {
                let first = *mains.entry((&root.machine, main.clone())).or_insert(index);
                self.try_unite(first, index);
                if let Some(main) = self.find(&root.machine, &main) {
                    self.try_unite(main, index);
                }
            }
            let shown = root.facts.iter().filter(|fact| fact.kind == FactKind::Tree);
            let likely = likely_main_tree(&root.path);
            for path in shown.map(|fact| fact.value.clone()).chain(likely) {
                if let Some(other) = self.find(&root.machine, &path) {
                    self.try_unite(other, index);
                }
            }
        }
    }

    /// Clones of one remote. Where a person split its folders into two projects, new ones go to that of its name.
    fn by_remote(&mut self) {
        let mut holders: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for index in 0..self.roots.len() {
            let group = self.group(index);
            for remote in &self.remotes[group] {
                holders.entry(remote.clone()).or_default().insert(group);
            }
        }
        for (remote, holders) in holders {
            let key = remote_key(&remote);
            let named = |index: &&usize| self.decided[**index].is_some_and(|decided| decided.key == key);
            let decided = |index: &&usize| self.decided[**index].is_some();
            let home = holders.iter().find(named).or_else(|| holders.iter().find(decided));
            let Some(home) = home.or(holders.first()).copied() else {
                continue;
            };
            for holder in holders {
                self.try_unite(home, holder);
            }
        }
    }

    /// A folder below that of a known repository. A folder that no `.git` and no remote speak for holds nothing: a
    /// home folder, or one with many repositories in it, is an ancestor too.
    fn by_folder(&mut self) -> bool {
        let mut changed = false;
        for (index, root) in self.roots.iter().enumerate() {
            if root.main.is_some() {
                continue;
            }
            let above = std::path::Path::new(&root.path)
                .ancestors()
                .skip(1)
                .filter_map(|path| self.find(&root.machine, path.to_str()?))
                .find(|above| self.is_repository(*above));
            if let Some(above) = above {
                changed |= self.try_unite(above, index);
            }
        }
        changed
    }

    fn is_repository(&self, index: usize) -> bool {
        self.roots[index].main.is_some() || !self.remotes[self.group(index)].is_empty()
    }

    /// The two groups that share the most files, if they share enough of them; one pair at a time, since a group that
    /// has grown shares more. A file of two remotes is of neither: forks and templates have it in common.
    fn by_files(&mut self) -> bool {
        let shared = self.shared_files();
        let sizes = self.sizes();
        let best = shared
            .iter()
            .filter(|((a, b), count)| {
                let fewer = sizes[a].min(sizes[b]);
                **count >= ENOUGH_FILES && **count * ENOUGH_SHARE > fewer && !self.has_rival(&shared, *a, *b, **count)
            })
            .max_by_key(|((a, b), count)| (**count, std::cmp::Reverse((*a, *b))))
            .map(|(pair, _)| *pair);
        best.is_some_and(|(a, b)| self.try_unite(a, b))
    }

    /// Counts the different files of each group.
    fn sizes(&self) -> HashMap<usize, usize> {
        let mut files: HashMap<usize, BTreeSet<&str>> = HashMap::new();
        for (index, root) in self.roots.iter().enumerate() {
            files
                .entry(self.group(index))
                .or_default()
                .extend(root.files.iter().map(String::as_str));
        }
        files.into_iter().map(|(group, files)| (group, files.len())).collect()
    }

    /// Counts the files that each two groups share which may be one.
    fn shared_files(&self) -> BTreeMap<(usize, usize), usize> {
        let mut holders: HashMap<&str, BTreeSet<usize>> = HashMap::new();
        for (index, root) in self.roots.iter().enumerate() {
            let group = self.group(index);
            for file in &root.files {
                holders.entry(file).or_default().insert(group);
            }
        }
        let mut shared = BTreeMap::new();
        for groups in holders.values() {
            let known: Vec<&BTreeSet<String>> = groups
                .iter()
                .map(|group| &self.remotes[*group])
                .filter(|set| !set.is_empty())
                .collect();
            if known.windows(2).any(|pair| pair[0].is_disjoint(pair[1])) {
                continue;
            }
            for a in groups {
                for b in groups.range(a + 1..).filter(|b| self.may_be_one(*a, **b)) {
                    *shared.entry((*a, *b)).or_insert(0) += 1;
                }
            }
        }
        shared
    }

    /// Returns whether one of two groups shares more than half as much with a third that cannot be the same as the
    /// other: then it is not known which of them it belongs to.
    fn has_rival(&self, shared: &BTreeMap<(usize, usize), usize>, a: usize, b: usize, count: usize) -> bool {
        shared.iter().any(|((c, d), other)| {
            let third = match (*c == a || *c == b, *d == a || *d == b) {
                (true, false) => *d,
                (false, true) => *c,
                _ => return false,
            };
            let opposite = if *c == a || *d == a { b } else { a };
            other * 2 > count && !self.may_be_one(third, opposite)
        })
    }

    fn groups(&self) -> Vec<Group> {
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in 0..self.roots.len() {
            members.entry(self.group(index)).or_default().push(index);
        }
        members
            .into_iter()
            .map(|(first, members)| self.described(first, &members))
            .collect()
    }

    fn described(&self, first: usize, members: &[usize]) -> Group {
        let decided = self.decided[first].cloned();
        let remotes = &self.remotes[first];
        let named = remotes.iter().find(|remote| {
            decided
                .as_ref()
                .is_some_and(|decided| decided.key == remote_key(remote))
        });
        let remote = named.or(remotes.first()).cloned();
        // The shortest path is the main working tree's before those of its worktrees and subfolders.
        let top = members
            .iter()
            .map(|index| self.roots[*index])
            .min_by_key(|root| (root.path.len(), &root.machine, &root.path));
        let path = top.map_or("", |root| &root.path);
        let machine = top.map_or("", |root| &root.machine);
        let source = remote.as_deref().unwrap_or(path);
        Group {
            roots: members.iter().map(|index| self.roots[*index].id).collect(),
            key: remote.as_deref().map_or_else(|| root_key(machine, path), remote_key),
            name: short_name(source),
            remote,
            decided,
        }
    }
}

/// Returns the key of the project of a remote.
#[must_use]
pub fn remote_key(remote: &str) -> String {
    format!("remote:{remote}")
}

/// Returns the key of a project that only a folder speaks for.
#[must_use]
pub fn root_key(machine: &str, path: &str) -> String {
    format!("root:{machine}:{path}")
}

/// Returns the short name for people: the last part of a remote or of a path.
#[must_use]
pub fn short_name(remote_or_path: &str) -> String {
    let last = remote_or_path.rsplit('/').find(|part| !part.is_empty());
    last.unwrap_or(remote_or_path).to_owned()
}

/// Returns the remote that sessions in a folder showed: git's own list before what was reached, that before a pull
/// request; of several the newest.
fn shown_remote(root: &Root, cloned: &HashMap<(&str, &str), (Timestamp, &str)>) -> Option<String> {
    let rank = |fact: &&Fact| match fact.kind {
        FactKind::Listed => 3,
        FactKind::Reached => 2,
        FactKind::PullRequest => 1,
        FactKind::Moved | FactKind::Tree | FactKind::Cloned => 0,
    };
    let best = root
        .facts
        .iter()
        .filter(|fact| rank(fact) > 0)
        .max_by_key(|fact| (rank(fact), fact.at, &fact.value));
    let clone = cloned.get(&(root.machine.as_str(), root.path.as_str()));
    best.map(|fact| fact.value.clone())
        .or_else(|| clone.map(|(_, remote)| (*remote).to_owned()))
}

/// Returns the remote that was last cloned to each path.
fn clones<'a>(roots: &[&'a Root]) -> HashMap<(&'a str, &'a str), (Timestamp, &'a str)> {
    let mut found = HashMap::new();
    for root in roots {
        for fact in root.facts.iter().filter(|fact| fact.kind == FactKind::Cloned) {
            if let Some((path, remote)) = fact.value.split_once('\t') {
                let newest = found.entry((root.machine.as_str(), path)).or_insert((fact.at, remote));
                *newest = (*newest).max((fact.at, remote));
            }
        }
    }
    found
}

/// Returns where each remote moved to, as the server last said it.
fn moves<'a>(roots: &[&'a Root]) -> HashMap<&'a str, (Timestamp, &'a str)> {
    let mut found = HashMap::new();
    for root in roots {
        for fact in root.facts.iter().filter(|fact| fact.kind == FactKind::Moved) {
            if let Some((old, new)) = fact.value.split_once('\t') {
                let newest = found.entry(old).or_insert((fact.at, new));
                *newest = (*newest).max((fact.at, new));
            }
        }
    }
    found
}

fn moved(mut remote: String, moves: &HashMap<&str, (Timestamp, &str)>) -> String {
    for _ in 0..MOST_MOVES {
        match moves.get(remote.as_str()) {
            Some((_, new)) => remote = (*new).to_owned(),
            None => break,
        }
    }
    remote
}

#[cfg(test)]
mod tests;
