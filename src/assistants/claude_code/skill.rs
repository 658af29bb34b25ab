//! What Claude Code does to the text of a skill when it loads it. Tried with version 2.1.328: fences, quotes, comments and
//! backslashes keep none of it off.

use crate::assistants::Trick;

/// What would not reach the model as it stands.
pub(super) const TRICKS: &[Trick] = &[
    Trick {
        pattern: r"!`|(```|~~~)[ \t]*!",
        why: "`!` stands before a backtick or behind a fence, and Claude Code runs it when it loads the skill",
    },
    Trick {
        pattern: r"(?m)(^|\s)@\S",
        why: "a word begins with @, and Claude Code reads files of such names when it loads the skill",
    },
    Trick {
        pattern: r"\$(ARGUMENTS|\d|\{CLAUDE_)",
        why: "Claude Code puts other words for $1, $ARGUMENTS and variables of its own when it loads the skill",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_to_work_is_known_and_what_was_not_passes() {
        let tricky = |text: &str| {
            let hit = |trick: &&Trick| regex::Regex::new(trick.pattern).expect("compiles").is_match(text);
            TRICKS.iter().position(|trick| hit(&trick))
        };
        for (text, trick) in [
            ("!`echo x`", Some(0)),
            ("`` !`echo x` ``", Some(0)),
            ("a!`echo x`", Some(0)),
            ("```!\necho x\n```", Some(0)),
            ("see @README.md", Some(1)),
            ("@\"README.md\"", Some(1)),
            ("npm i @scope/pkg", Some(1)),
            ("$ARGUMENTS", Some(2)),
            ("awk '{print $1}'", Some(2)),
            ("\\${CLAUDE_SESSION_ID}", Some(2)),
            ("! `echo x`", None),
            ("!``echo x``", None),
            ("\"@scope/pkg\" me@example.com a=@b (@c)", None),
            ("@ README.md", None),
            ("$HOME ${1} $NF $ ARGUMENTS $ {CLAUDE_X}", None),
        ] {
            assert_eq!(tricky(text), trick, "{text}");
        }
    }
}
