//! What a person decides about a failure: in answer to the agent's question, or when saying no to what it would do.

use super::learn::Lesson;
use super::story::{Failed, Step, StepKind, Story};
use crate::domain::failure::Expected;
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::failure::mask::mask;

/// Most characters that are kept of a person's words.
pub const MOST_WORDS: usize = 200;
/// Calls between a failure and the end of the turn that asks about it.
const ASKS_WITHIN: usize = 3;

/// Returns the decisions of a session's person: each as a lesson whose remedy holds the person's words.
#[must_use]
pub fn decisions(story: &Story) -> Vec<Lesson> {
    let mut out: Vec<Lesson> = Vec::new();
    for (at, step) in story.steps.iter().enumerate() {
        let Some(failed) = step
            .failed
            .as_ref()
            .filter(|_| step.kind == StepKind::Call && step.agent.is_none())
        else {
            continue;
        };
        let Some(Answer { said, words, about }) = answer(story, at, failed).or_else(|| order(story, at, failed)) else {
            continue;
        };
        // One answer decides about the last failure before it.
        out.retain(|other| other.using != said);
        out.push(Lesson {
            failing: at,
            using: said,
            remedy: Remedy {
                kind: RemedyKind::Decision,
                was: was(&story.steps[about]),
                becomes: words,
                travels: false,
            },
            of_kind: false,
            worked: true,
        });
    }
    out
}

/// A person's words that decide.
struct Answer {
    /// The place of the words in the story.
    said: usize,
    /// What they say.
    words: String,
    /// The place of the call that they are about.
    about: usize,
}

fn was(step: &Step) -> String {
    let typed = step.blamed().map(|at| step.segments[at].typed.clone());
    let text = typed.or_else(|| step.file.clone()).unwrap_or_else(|| step.tool.clone());
    text.lines()
        .next()
        .unwrap_or("")
        .chars()
        .take(super::input::MOST_CHARS)
        .collect()
}

/// Returns the person's answer to the turn that ended on a failure, when it decides.
fn answer(story: &Story, at: usize, failed: &Failed) -> Option<Answer> {
    let no_fault_of_its_own = matches!(
        failed.expected,
        Some(
            Expected::Sibling
                | Expected::ProbeEmpty
                | Expected::ProbeFound
                | Expected::TestFirst
                | Expected::Interrupted
        )
    );
    if no_fault_of_its_own || failed.explains_itself {
        return None;
    }
    let mut calls = 0;
    let mut asked: Option<&Step> = None;
    for (offset, step) in story.steps[at + 1..]
        .iter()
        .enumerate()
        .filter(|(_, step)| step.agent.is_none())
    {
        match step.kind {
            StepKind::Call if asked.is_none() => calls += 1,
            StepKind::Call => return None,
            StepKind::Turn => asked = Some(step),
            StepKind::Prompt => {
                let asked = asked?;
                let words = step.words.trim();
                let about = calls <= ASKS_WITHIN && asked.words.contains('?') && speaks_of(&asked.words, failed);
                if !about || is_of_a_machine(words) || words.chars().count() > MOST_WORDS || words.contains('?') {
                    return None;
                }
                let option = option(&asked.words, words);
                if option.is_none() && !decides(words) {
                    return None;
                }
                let text = option.map_or_else(|| words.to_owned(), |option| format!("{words}: {option}"));
                return Some(Answer {
                    said: at + 1 + offset,
                    words: one_line(&text),
                    about: at,
                });
            }
            StepKind::Other => {}
        }
    }
    None
}

fn one_line(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    line.join(" ").chars().take(MOST_WORDS).collect()
}

/// Beginnings of a prompt that no person wrote.
pub(super) fn is_of_a_machine(words: &str) -> bool {
    words.is_empty() || words.starts_with(['<', '[', '/', '{']) || words.contains("\n\n")
}

/// Words by which a person decides, among the first of an answer.
const DECIDING: &[&str] = &[
    "don't", "dont", "never", "always", "keep", "leave", "use", "skip", "ignore", "instead", "only", "stop", "not",
    "no", "commit", "local", "without", "drop",
];

/// First words of what is a new order rather than an answer.
const ASKING: &[&str] = &[
    "fix", "explain", "can", "could", "what", "why", "how", "show", "let's", "now", "also", "run", "check", "look",
    "add", "i", "it", "there", "the", "this", "here",
];

/// Returns whether the first words of an answer decide something by themselves.
fn decides(words: &str) -> bool {
    let lower = words.to_lowercase();
    let first: Vec<&str> = lower
        .split_whitespace()
        .take(4)
        .map(|word| word.trim_matches(|c: char| ",.!:".contains(c)))
        .collect();
    let asks = first.first().is_some_and(|word| ASKING.contains(word));
    !asks && words.split_whitespace().count() >= 3 && first.iter().any(|word| DECIDING.contains(word))
}

/// Returns whether the agent's words speak of a failure: of a name in it that says something.
fn speaks_of(words: &str, failed: &Failed) -> bool {
    let words = words.to_lowercase();
    let identity = mask(&failed.headline).identity;
    let mut names: Vec<String> = identity.parts().map(str::to_lowercase).collect();
    names.extend(
        failed
            .message
            .lines()
            .map(|line| line.trim().to_lowercase())
            .filter(|line| !line.contains(' ')),
    );
    names
        .iter()
        .any(|name| name.len() >= 4 && words.contains(name.as_str()))
}

/// Returns the option of an agent's question that an answer names: by its number or letter, or by a word that only one
/// option holds.
fn option(asked: &str, answer: &str) -> Option<String> {
    let options: Vec<(String, String)> = asked.lines().filter_map(offered).collect();
    if options.len() < 2 {
        return None;
    }
    let answer = answer.to_lowercase();
    let bare = answer.trim_matches(|c: char| !c.is_alphanumeric());
    let bare = bare.strip_prefix("option ").unwrap_or(bare);
    if let Some((_, text)) = options.iter().find(|(label, _)| label == bare) {
        return Some(text.clone());
    }
    let words: Vec<&str> = bare
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .filter(|word| word.len() >= 4 && !SMALL.contains(word))
        .collect();
    if words.is_empty() || bare.split_whitespace().count() > 6 {
        return None;
    }
    let mut naming = options.iter().filter(|(_, text)| {
        let text = text.to_lowercase();
        words.iter().any(|word| {
            text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
                .any(|one| one == *word)
        })
    });
    let (_, text) = naming.next()?;
    naming.next().is_none().then(|| text.clone())
}

const SMALL: &[&str] = &[
    "with", "that", "this", "then", "option", "please", "just", "make", "both", "also", "from", "have", "let's",
];

/// Returns label and words of a line that offers something: `1. **Leave it.** Because …`, `- **Do that**: …`, `b) …`.
fn offered(line: &str) -> Option<(String, String)> {
    let line = line.trim().trim_start_matches("**");
    let end = line.find(['.', ')', ':']).unwrap_or(0);
    let label = line[..end].to_lowercase();
    let numbered = !label.is_empty() && label.len() <= 2 && label.chars().all(char::is_alphanumeric);
    let text = if numbered {
        line[end + 1..].trim()
    } else {
        line.strip_prefix("- ").or_else(|| line.strip_prefix("* "))?.trim()
    };
    let bold = text.split("**").nth(1).filter(|_| text.starts_with("**"));
    let words = match bold {
        Some(bold) => bold,
        None if numbered => text.split(". ").next().unwrap_or(text),
        None => return None,
    };
    let words = words.trim().trim_end_matches(['.', ':']).replace("**", "");
    (!words.is_empty()).then(|| (if numbered { label } else { String::new() }, words))
}

/// First words of an order.
const ORDERING: &[&str] = &[
    "don't", "dont", "do", "never", "always", "use", "keep", "leave", "fix", "only", "skip", "stop", "please",
];

/// Returns the order that a person gave when saying no to a call by which the agent went on after a failure. Only a prompt
/// is a person's: what stands in the output of a call may be anybody's.
fn order(story: &Story, at: usize, failed: &Failed) -> Option<Answer> {
    let is_own = matches!(failed.expected, None | Some(Expected::TestFirst)) && !failed.instance.is_empty();
    if !is_own || failed.explains_itself {
        return None;
    }
    let mut rejected: Option<(usize, &Step)> = None;
    for (offset, step) in story.steps[at + 1..]
        .iter()
        .enumerate()
        .filter(|(_, step)| step.agent.is_none())
    {
        let place = at + 1 + offset;
        match step.kind {
            StepKind::Call if rejected.is_some() => return None,
            StepKind::Call => match &step.failed {
                Some(no) if no.expected == Some(Expected::Rejected) => rejected = Some((place, step)),
                // The last failure before the no is what the agent was at.
                Some(other) if other.expected.is_none() => return None,
                _ => {}
            },
            StepKind::Prompt => {
                let (refused, call) = rejected?;
                let words = step.words.trim();
                let of_call = was(call) + &call.input;
                let of_failure = format!("{} {}", failed.headline, was(&story.steps[at]));
                let about = if shares_a_word(words, &of_call) {
                    refused
                } else if shares_a_word(words, &of_failure) {
                    at
                } else {
                    return None;
                };
                let is_order = orders(words) && !is_of_a_machine(words) && words.chars().count() <= MOST_WORDS;
                return is_order.then(|| Answer {
                    said: place,
                    words: one_line(words),
                    about,
                });
            }
            StepKind::Turn | StepKind::Other => {}
        }
    }
    None
}

/// Returns whether words are an order that stands by itself: no question, and nothing that points elsewhere.
fn orders(words: &str) -> bool {
    let lower = words.to_lowercase();
    let first = lower.split_whitespace().next().unwrap_or("");
    let is_order = ORDERING.contains(&first.trim_matches(|c: char| ",.!:".contains(c)));
    is_order && !words.contains(['?', '\n']) && words.split_whitespace().count() >= 3
}

/// Returns whether a person's words hold a word of a text that says something, or its beginning.
fn shares_a_word(words: &str, text: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        let lower = text.to_lowercase();
        let parts = lower.split(|c: char| !c.is_alphanumeric());
        parts.filter(|part| part.len() >= 4).map(str::to_owned).collect()
    };
    let (said, there) = (parts(words), parts(text));
    said.iter().any(|one| {
        !SMALL.contains(&one.as_str())
            && there
                .iter()
                .any(|other| other.starts_with(one.as_str()) || one == other)
    })
}
