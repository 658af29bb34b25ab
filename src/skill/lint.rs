//! What a skill may not hold: a table of rules over its text, each with the reason that a person reads.
//!
//! `super::plain` already takes the power out of recorded text; these rules know nothing of how the text was made.

use std::sync::LazyLock;

use regex::Regex;

use super::plain::{is_hidden, names_home};
use super::render::{DESCRIPTION, Worded};
use crate::assistants;
use crate::failure::remedy::forbidden::{Why, forbidden};
use crate::redact::{self, Rules};

/// Most lines of a skill.
const LINES: usize = 60;
/// Most characters of a command that somebody is to type.
const TYPED: usize = 240;
/// Most characters of a name.
const NAME: usize = 64;

/// A rule that a skill breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// Why the skill is not written.
    pub why: String,
}

/// What is looked at.
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    pub(super) worded: &'a Worded,
}

struct Rule {
    name: &'static str,
    why: &'static str,
    broken: fn(&Subject<'_>) -> bool,
}

const RULES: &[Rule] = &[
    Rule {
        name: "name",
        why: "a name has 1 to 64 characters of a-z, 0-9 and single hyphens between them",
        broken: |subject| !is_name(subject.name),
    },
    Rule {
        name: "description",
        why: "a description has 1 to 150 characters on one line",
        broken: |subject| {
            let length = subject.worded.description.chars().count();
            length == 0 || length > DESCRIPTION || subject.worded.description.contains('\n')
        },
    },
    Rule {
        name: "front-matter",
        why: "only name, description and metadata of our own stand above a skill",
        broken: |subject| !is_front_matter_ours(subject),
    },
    Rule {
        name: "size",
        why: "a skill has at most 60 lines",
        broken: |subject| subject.worded.text.lines().count() > LINES,
    },
    Rule {
        name: "command-size",
        why: "a command is one line of at most 240 characters",
        broken: |subject| {
            let odd = |typed: &String| typed.is_empty() || typed.contains('\n') || typed.chars().count() > TYPED;
            subject.worded.typed.iter().any(odd)
        },
    },
    Rule {
        name: "hidden-characters",
        why: "it holds characters that are not seen, or that reorder what is seen",
        broken: |subject| subject.worded.text.chars().any(is_hidden),
    },
    Rule {
        name: "look-alike",
        why: "a word of its command mixes letters that look alike, or is not in Latin letters",
        broken: |subject| {
            subject
                .worded
                .typed
                .iter()
                .any(|typed| typed.split_whitespace().any(looks_alike))
        },
    },
    Rule {
        name: "fence",
        why: "recorded text would end the fence that it stands in",
        broken: |subject| {
            let ends = |line: &str| line.trim_start().starts_with("~~~") || line.trim_start().starts_with("```");
            subject.worded.recorded.iter().any(|text| text.lines().any(ends))
        },
    },
    Rule {
        name: "comment",
        why: "it holds an HTML comment, which people do not see and models do",
        broken: |subject| subject.worded.text.contains("<!--"),
    },
    Rule {
        name: "orders",
        why: "recorded text speaks to the model as if it were its user",
        broken: |subject| subject.worded.recorded.iter().any(|text| matches(&ORDERS, text)),
    },
    Rule {
        name: "secret",
        why: "it holds what looks like a secret",
        broken: |subject| holds_secret(subject.worded),
    },
    Rule {
        name: "redacted",
        why: "a part of its command was a secret and is not known any more",
        broken: |subject| subject.worded.typed.iter().any(|typed| typed.contains("[redacted:")),
    },
    Rule {
        name: "personal-path",
        why: "it names somebody's home folder",
        broken: |subject| names_home(&subject.worded.text),
    },
    Rule {
        name: "outside-address",
        why: "its command fetches from an address of its own",
        broken: |subject| {
            subject
                .worded
                .typed
                .iter()
                .any(|typed| matches(&ADDRESS, typed) && !matches(&LOCAL, typed))
        },
    },
    Rule {
        name: "blob",
        why: "it holds a long run of letters and digits that nobody can read",
        broken: |subject| matches(&BLOB, &subject.worded.text),
    },
];

type Pattern = LazyLock<Option<Regex>>;

static ORDERS: Pattern = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
          \b(ignore|disregard|forget|override|bypass)\b .{0,30} \b(instructions?|rules?|prompts?|guidelines|guardrails|messages?)\b
        | \b(new|updated|real|following|further)\s+instructions\b
        | ^\W*(system|assistant|human|user|developer)(\s+(prompt|message|note))?\s*:
        | </?\s*(system|instructions?|important|assistant|human|tool_result|function_calls|antml)\b
        | \[/?(inst|system)\] | <\|[a-z_]+\|>
        | \b(ai|agents?|assistants?|claude|llm|language\s+model)\b .{0,20} \b(must|should|shall|has\s+to|have\s+to|please)\b
        | \b(do\s+not|don't|never)\s+(tell|inform|mention|ask|warn|alert)\b",
    )
    .ok()
});
static ADDRESS: Pattern = LazyLock::new(|| Regex::new(r"(?i)[a-z][a-z0-9+.-]*://|\b\S+@[\w.-]+:\S").ok());
static LOCAL: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:[^:]|:[^/])*[a-z+]+://([^@/\s]*@)?(localhost|127\.0\.0\.1|\[::1\])(?:[^:]|:[^/])*$").ok()
});
static BLOB: Pattern = LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/=]{96,}|(?:\\x[0-9a-fA-F]{2}){8,}").ok());

/// What assistants do to a skill when they load it.
static TRICKS: LazyLock<Vec<(Option<Regex>, &'static str)>> = LazyLock::new(|| {
    let tricks = assistants::ALL.iter().flat_map(|spec| spec.tricks);
    tricks
        .map(|trick| (Regex::new(trick.pattern).ok(), trick.why))
        .collect()
});

fn matches(pattern: &Pattern, text: &str) -> bool {
    // A pattern that does not compile lets nothing pass.
    pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
}

/// Returns the rules that a skill breaks; none when it may be written.
pub(super) fn lint(subject: &Subject<'_>) -> Vec<Finding> {
    let broken = RULES.iter().filter(|rule| (rule.broken)(subject));
    let mut findings: Vec<Finding> = broken
        .map(|rule| Finding {
            rule: rule.name,
            why: rule.why.to_owned(),
        })
        .collect();
    findings.extend(TRICKS.iter().filter_map(|(pattern, why)| {
        let awake = pattern
            .as_ref()
            .is_none_or(|pattern| pattern.is_match(&subject.worded.text));
        awake.then(|| Finding {
            rule: "tricks",
            why: (*why).to_owned(),
        })
    }));
    let never = subject
        .worded
        .typed
        .iter()
        .find_map(|typed| Some((typed, forbidden(typed)?)));
    if let Some((typed, why)) = never {
        findings.push(Finding {
            rule: "forbidden",
            why: format!("`{typed}` is never told: {}", reason(why)),
        });
    }
    findings
}

fn reason(why: Why) -> &'static str {
    match why {
        Why::Destroys => "it removes or overwrites what cannot be had back",
        Why::ReachesOut => "it changes something outside of this machine",
        Why::Secret => "it opens what is secret",
        Why::Disables => "it switches a check or a protection off",
        Why::Overreaches => "it runs with more rights, or runs what nobody has read",
        Why::Speaks => "it holds a sentence, which an agent may take for an order",
    }
}

/// Returns whether `name` is one by the agent-skills specification.
#[must_use]
pub fn is_name(name: &str) -> bool {
    (1..=NAME).contains(&name.len())
        && name.split('-').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

fn holds_secret(worded: &Worded) -> bool {
    static RULES: LazyLock<Option<Rules>> = LazyLock::new(|| Rules::new(&[]).ok());
    *redact::scan_text(&worded.text) != *worded.text
        || RULES
            .as_ref()
            .is_none_or(|rules| worded.recorded.iter().any(|text| rules.again(text).is_some()))
}

fn is_front_matter_ours(subject: &Subject<'_>) -> bool {
    let Some((front, _)) = subject
        .worded
        .text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
    else {
        return false;
    };
    let named = format!("name: \"{}\"", subject.name);
    front.lines().next() == Some(named.as_str())
        && front.lines().skip(1).enumerate().all(|(at, line)| match at {
            0 => line.starts_with("description: \""),
            1 => line == "metadata:",
            _ => line.starts_with("  callus.") && line.contains(": \"") && line.ends_with('"'),
        })
}

fn looks_alike(word: &str) -> bool {
    let foreign = word.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
    let latin = word.chars().any(|c| c.is_ascii_alphabetic());
    // Accents are letters of Latin too, and stand in the names of people's files.
    foreign && latin && word.chars().any(|c| c.is_alphabetic() && c > '\u{24f}')
        || word.chars().any(|c| ('\u{ff01}'..='\u{ff5e}').contains(&c))
}

#[cfg(test)]
mod tests;
