//! Whether there is something to tell about a failure, whoever was told what before: after it, and before it happens.

use super::hint::is_tellable;
use super::looking;
use super::wording::{Change, Present};
use crate::assistants;
use crate::domain::lesson::RemedyKind;
use crate::failure::remedy::{self, Text};
use crate::store::body::{self, Part};
use crate::store::met::Failed;
use crate::store::remedy::{Asking, Known, of_instance, of_kind};
use crate::store::{StoreError, Tx};

/// Returns whether earlier sessions knew, when the failure happened, a remedy that the message rule lets tell: apart from
/// what was told before in its session, and from how much of it.
pub fn is_known(tx: &Tx<'_>, failed: &Failed) -> Result<bool, StoreError> {
    let (Some(pattern), Some(instance)) = (failed.pattern, failed.instance) else {
        return Ok(false);
    };
    let asking = Asking {
        project: failed.project,
        root: Some(failed.root),
        now: failed.at,
    };
    let mut known = of_instance(tx, instance, asking)?;
    known.extend(of_kind(tx, pattern, asking)?);
    if known.is_empty() {
        return Ok(false);
    }
    let output = body::read(tx, failed.event, Part::Output)?
        .map(|text| text.joined())
        .unwrap_or_default();
    let text = Text {
        call: failed.called(),
        output: &output,
    };
    Ok(known.iter().any(|known| may_be_told(known, failed, text)))
}

fn may_be_told(known: &Known, failed: &Failed, text: Text<'_>) -> bool {
    let filled = |text: &str| remedy::filled(text, &failed.headline);
    let Some(becomes) = filled(&known.remedy.becomes) else {
        return false;
    };
    let change = Change {
        kind: known.remedy.kind,
        was: &filled(&known.remedy.was).unwrap_or_default(),
        becomes: &becomes,
        tool: failed.kind,
        call: &Present::of(text.call, failed.segment.as_deref()),
    };
    is_tellable(known, &becomes, text) && looking::worded(known, change).is_some()
}

/// Returns whether a remedy may be told before a call fails again, with `becomes` as what it says to type; `text` is how
/// it failed last.
///
/// What a hint may say, and also that something is to be left out: behind a failure the next call shows that by itself,
/// before it a call is saved. What the client explains itself stays out.
pub(super) fn is_tellable_before(known: &Known, becomes: &str, headline: &str, text: Text<'_>) -> bool {
    let leaves_out = || {
        known.remedy.kind == RemedyKind::Changed
            && remedy::leaves_out(text.call, becomes, &known.remedy.was)
            && known.withheld(becomes).is_none()
            && !assistants::explains_itself(headline)
    };
    is_tellable(known, becomes, text) || leaves_out()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;
    use crate::recall::sample;

    #[test]
    fn before_a_call_what_is_to_be_left_out_is_told_as_well() {
        let unknown = "error: unrecognized subcommand 'bun'";
        let help = "unknown flag: --stat\n  --name-only  Display only names";
        for (kind, was, becomes, call, output, behind, before) in [
            (
                RemedyKind::Changed,
                "rtk bun run test",
                "bun run test",
                "rtk bun run test",
                unknown,
                false,
                true,
            ),
            (
                RemedyKind::Changed,
                "rtk bun run test",
                "bun run test",
                "bun run test",
                unknown,
                false,
                false,
            ),
            (
                RemedyKind::Changed,
                "bun run test",
                "in-box bun run test",
                "bun run test",
                "x",
                true,
                true,
            ),
            (
                RemedyKind::Changed,
                "gh pr diff 7 --stat",
                "gh pr diff 7 --name-only",
                "gh pr diff 7 --stat",
                help,
                false,
                false,
            ),
            (
                RemedyKind::Changed,
                "rtk git push",
                "git push",
                "rtk git push",
                "x",
                false,
                false,
            ),
            (
                RemedyKind::Path,
                "src/cli/a.rs",
                "src/cli",
                "src/cli/a.rs",
                "x",
                false,
                false,
            ),
        ] {
            let known = sample::known(kind, was, becomes, (2, 0), Timestamp(1));
            let text = Text { call, output };
            assert_eq!(is_tellable(&known, becomes, text), behind, "{call}: {becomes}");
            assert_eq!(
                is_tellable_before(&known, becomes, output, text),
                before,
                "{call}: {becomes}"
            );
            let client = "File has not been read yet. Read it first before writing to it.";
            assert_eq!(
                is_tellable_before(&known, becomes, client, text),
                behind,
                "{call}: {becomes}"
            );
        }
    }
}
