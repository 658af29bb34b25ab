//! Which remedies are never suggested, in words for people.

use crate::failure::remedy::forbidden::Why;
use crate::failure::withheld::Withheld;
use crate::store::read::RemedyRow;

/// Returns the reason in words.
pub(super) const fn words(withheld: Withheld) -> &'static str {
    match withheld {
        Withheld::Refuted => "a person says that it is wrong",
        Withheld::Forbidden(why) => never(why),
        Withheld::Evidence => "it says nothing to type",
        Withheld::Claim => "a claim, until two sessions see it work or a person confirms it",
        Withheld::Disowned => "a claim, and two sessions say that it did not help them",
        Withheld::Unproven => "nobody saw it work",
        Withheld::Failing => "it failed as often as it worked",
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
    row.known.withheld(&row.known.remedy.becomes)
}
