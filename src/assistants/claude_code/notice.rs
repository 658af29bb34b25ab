//! Task notifications: turns that the client writes in the user's place when background work ends.

use crate::assistants::FAILURE_KEPT;
use crate::domain::trace::BackgroundEnd;

use super::call::{is_usable, kept};

const OPEN: &str = "<task-notification>";
const CLOSE: &str = "</task-notification>";
/// What stands in the text of an XML element instead of the characters that would end it.
const ENTITIES: &[(&str, &str)] = &[
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&apos;", "'"),
    ("&amp;", "&"),
];

/// Returns whether the client wrote this prompt, and not a person.
pub(super) fn is_notice(prompt: &str) -> bool {
    prompt.trim_start().starts_with(OPEN)
}

/// Returns the ends of background work that `prompt` reports. News of work that goes on has no status, and is none.
pub(super) fn ends(prompt: &str) -> Vec<BackgroundEnd> {
    let mut ends = Vec::new();
    let mut rest = prompt;
    while let Some((_, from)) = rest.split_once(OPEN) {
        let (notice, after) = from.split_once(CLOSE).unwrap_or((from, ""));
        ends.extend(end(notice));
        rest = after;
    }
    ends
}

fn end(notice: &str) -> Option<BackgroundEnd> {
    // What the work itself printed comes last, and may hold any tag.
    let notice = notice.split("<result>").next()?;
    let status = element(notice, "status")?;
    let summary = element(notice, "summary").map(decoded).unwrap_or_default();
    Some(BackgroundEnd {
        call: element(notice, "tool-use-id")
            .filter(|id| is_usable(id))
            .map(str::to_owned),
        task: element(notice, "task-id").map(str::to_owned),
        failed: status == "failed",
        exit_code: exit_code(&summary),
        summary: kept(&summary, FAILURE_KEPT),
    })
}

fn element<'n>(notice: &'n str, name: &str) -> Option<&'n str> {
    let (_, from) = notice.split_once(&format!("<{name}>"))?;
    from.split_once(&format!("</{name}>")).map(|(text, _)| text.trim())
}

fn decoded(text: &str) -> String {
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, character)| {
        text.replace(entity, character)
    })
}

fn exit_code(summary: &str) -> Option<i32> {
    let (_, from) = summary.rsplit_once("exit code ")?;
    let digits = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
    from[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_notices_in_one_prompt_are_several_ends() {
        let prompt = "<task-notification>\n<task-id>a</task-id>\n<tool-use-id>toolu_1</tool-use-id>\n<status>failed</status>\n\
            <summary>Background command \"a &amp;&amp; b\" failed with exit code 101</summary>\n</task-notification>\n\
            <task-notification>\n<task-id>b</task-id>\n<summary>Monitor event: \"poll\"</summary>\n</task-notification>\n\
            <task-notification>\n<task-id>c</task-id>\n<tool-use-id>REDACTED</tool-use-id>\n<status>completed</status>\n\
            <summary>Agent \"x\" completed</summary>\n<result><status>failed</status> exit code 9</result>\n</task-notification>";
        assert!(is_notice(prompt));
        let ends = ends(prompt);
        let brief: Vec<_> = ends
            .iter()
            .map(|end| {
                (
                    end.task.as_deref(),
                    end.call.as_deref(),
                    end.failed,
                    end.exit_code,
                    end.summary.head.as_str(),
                )
            })
            .collect();
        assert_eq!(
            brief,
            [
                (
                    Some("a"),
                    Some("toolu_1"),
                    true,
                    Some(101),
                    "Background command \"a && b\" failed with exit code 101"
                ),
                (Some("c"), None, false, None, "Agent \"x\" completed"),
            ]
        );
    }

    #[test]
    fn a_notice_cut_short_still_counts() {
        let ends = ends("<task-notification><status>failed</status><summary>it fa");
        assert_eq!(ends.len(), 1);
        assert!(ends[0].failed && ends[0].summary.is_empty());
    }

    #[test]
    fn a_person_who_writes_about_notices_is_a_person() {
        assert!(!is_notice("why do I get <task-notification>?"));
    }
}
