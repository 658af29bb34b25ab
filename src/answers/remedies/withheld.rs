//! Which remedies are never suggested, and why.

use crate::domain::id::ProjectId;
use crate::domain::lesson::{RemedyKind, Source};
use crate::failure::remedy::forbidden::{Why, forbidden};
use crate::store::read::RemedyRow;

/// A claim is suggested once it was seen to work in so many sessions.
const SEEN: u32 = 2;

/// Why a remedy is not suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::answers) enum Withheld {
    /// A person says that it is wrong.
    Refuted,
    /// It does what no agent is ever told to do.
    Forbidden(Why),
    /// It says nothing to type.
    Evidence,
    /// Only an agent says so.
    Claim,
    /// It failed in as many sessions as it worked in.
    Failing,
    /// It is a decision of another project.
    Elsewhere,
}

impl Withheld {
    /// Returns the reason in words.
    pub(in crate::answers) fn words(self) -> String {
        match self {
            Self::Refuted => "a person says that it is wrong",
            Self::Forbidden(why) => never(why),
            Self::Evidence => "it says nothing to type",
            Self::Claim => "a claim, until two sessions see it work or a person confirms it",
            Self::Failing => "it failed as often as it worked",
            Self::Elsewhere => "it holds in another project",
        }
        .to_owned()
    }
}

/// Returns what a forbidden command does, in words for people.
pub(in crate::answers) const fn never(why: Why) -> &'static str {
    match why {
        Why::Destroys => "it removes or overwrites what cannot be had back",
        Why::ReachesOut => "it changes something outside of this machine",
        Why::Secret => "it opens what is secret",
        Why::Disables => "it switches a check or a protection off",
        Why::Overreaches => "it takes more rights, or runs what nobody has read",
        Why::Speaks => "it holds a sentence, which an agent may take for an order",
    }
}

/// Returns why nobody is told of a remedy, wherever they work.
pub(super) fn everywhere(row: &RemedyRow) -> Option<Withheld> {
    let known = &row.known;
    let kind = known.remedy.kind;
    let confirmed = known.verdict == Some(true);
    if known.verdict == Some(false) {
        return Some(Withheld::Refuted);
    }
    if kind != RemedyKind::Decision
        && let Some(why) = forbidden(&known.remedy.becomes)
    {
        return Some(Withheld::Forbidden(why));
    }
    if !kind.can_be_told() {
        return Some(Withheld::Evidence);
    }
    if known.source == Source::Agent && !confirmed && known.trials.worked < SEEN {
        return Some(Withheld::Claim);
    }
    (!confirmed && known.trials.failed > 0 && known.trials.failed >= known.trials.worked).then_some(Withheld::Failing)
}

/// Returns why those who work in the project `here` are not told of a remedy.
pub(super) fn from(row: &RemedyRow, here: Option<ProjectId>) -> Option<Withheld> {
    let project = row.known.owner.project;
    everywhere(row).or_else(|| (project.is_some() && project != here).then_some(Withheld::Elsewhere))
}
