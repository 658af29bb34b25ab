//! Wording a lesson: the templates beside this file, filled in.

use jiff::tz::TimeZone;

use super::{Evidence, Lesson, name, phrase, plain};
use crate::domain::lesson::RemedyKind;
use crate::domain::time::Timestamp;
use crate::failure::shell;

/// Most characters of a description, and of its beginning that names the error: some assistants list no more.
pub(super) const DESCRIPTION: usize = 150;
pub(super) const TRIGGER: usize = 57;
/// Most characters of a quoted headline, call or path.
const QUOTED: usize = 120;
/// Most characters of a person's words.
const DECISION: usize = 300;
/// Most characters of a call's name in a sentence.
const LABEL: usize = 36;

const SKILL: &str = include_str!("templates/skill.md");

/// What differs between the kinds of ways past a failure.
struct Wording {
    kind: RemedyKind,
    /// The section that says what to do.
    todo: &'static str,
    /// What stands below each failing call where there are several.
    how: &'static str,
    /// What the description says to do; the way itself follows.
    action: &'static str,
    /// What not to do.
    dont: &'static str,
    /// How to see that it worked.
    check: &'static str,
}

const WORDINGS: &[Wording] = &[
    Wording {
        kind: RemedyKind::Changed,
        todo: include_str!("templates/changed.md"),
        how: "worked instead",
        action: "run ",
        dont: "Do not run the failing call again as it is",
        check: "It ends with exit code 0, and the line above does not come back. Another error is another failure: go by its own words.",
    },
    Wording {
        kind: RemedyKind::Prepared,
        todo: include_str!("templates/prepared.md"),
        how: "had to run first",
        action: "first run ",
        dont: "Do not run the failing call again without it",
        check: "The same call then ends with exit code 0. Another error is another failure: go by its own words.",
    },
    Wording {
        kind: RemedyKind::Path,
        todo: include_str!("templates/path.md"),
        how: "it is really called",
        action: "the path is ",
        dont: "Do not try the old path again, and do not create it",
        check: "The call finds the path. When it does not, the file has moved once more: look for it by its name.",
    },
    Wording {
        kind: RemedyKind::Decision,
        todo: include_str!("templates/decision.md"),
        how: "a person decided",
        action: "a person has decided what to do",
        dont: "Do not work around it",
        check: "What you do next agrees with those words. Where it cannot, ask the user.",
    },
];

/// A skill in words, with the parts that are looked at one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Worded {
    /// The whole file.
    pub(super) text: String,
    /// Its description.
    pub(super) description: String,
    /// What an agent is to type, as it stands in the text.
    pub(super) typed: Vec<String>,
    /// Everything that comes from a trace, as it stands in the text.
    pub(super) recorded: Vec<String>,
}

/// Returns a lesson in words; `root` is the project's folder, which no command has to name.
pub(super) fn render(lesson: &Lesson, called: &str, version: u32, root: Option<&str>) -> Worded {
    let wording = WORDINGS
        .iter()
        .find(|wording| wording.kind == lesson.kind)
        .unwrap_or(&WORDINGS[0]);
    let ways: Vec<(String, String)> = lesson
        .ways
        .iter()
        .map(|way| (shown(&way.was, root), becomes_of(lesson.kind, &way.becomes, root)))
        .collect();
    let headline = plain::quoted(&lesson.headline, QUOTED);
    let tried: Vec<String> = lesson.tried.iter().map(|call| shown(call, root)).collect();
    let description = description(lesson, wording, ways.first().map(|(_, becomes)| becomes.as_str()));
    let title = title(lesson);
    let sessions = lesson.evidence.len();
    let dates = dates(&lesson.evidence);
    let mut dont = format!(
        "{}. {} of this project ran into it.",
        wording.dont,
        count(lesson.met.max(1), "session")
    );
    if !tried.is_empty() {
        dont = format!("{dont} Tried, and failed too:\n\n~~~text\n{}\n~~~", tried.join("\n"));
    }
    let alone = name::missing_program(lesson).is_some() || lesson.is_whole();
    let heading = match spoken(lesson) {
        Some(spoken) if alone => spoken,
        Some(spoken) => format!("{title}: {spoken}"),
        None => format!("{title} fails"),
    };
    let when = if lesson.is_whole() {
        "A call says".to_owned()
    } else {
        format!("A call of `{title}` says")
    };
    let text = fill(
        SKILL,
        &[
            ("name", &scalar(called)),
            ("description", &scalar(&description)),
            ("mode", &scalar(&lesson.fingerprint)),
            ("version", &scalar(&version.to_string())),
            ("kind", &scalar(lesson.kind.word())),
            ("evidence", &scalar(&format!("worked in {sessions} sessions, {dates}"))),
            ("title", &heading),
            ("when", &when),
            ("headline", &headline),
            ("do", todo(lesson, wording, &ways, root).trim_end()),
            ("dont", &dont),
            ("check", wording.check),
            (
                "proof",
                &format!(
                    "It worked in {sessions} sessions, {dates}. Callus made this skill of recorded sessions, without a model; \
                     `callus show {}` shows the failure.",
                    lesson.fingerprint
                ),
            ),
        ],
    );
    let mut recorded = vec![headline, description.clone(), title];
    recorded.extend(tried);
    recorded.extend(ways.iter().flat_map(|(was, becomes)| [was.clone(), becomes.clone()]));
    Worded {
        text,
        description,
        typed: match lesson.kind {
            RemedyKind::Changed | RemedyKind::Prepared => ways
                .into_iter()
                .map(|(_, becomes)| becomes)
                .chain(
                    lesson
                        .ways
                        .iter()
                        .filter_map(|way| way.example.as_deref())
                        .map(|text| plain::command(text, root)),
                )
                .collect(),
            _ => Vec::new(),
        },
        recorded,
    }
}

fn todo(lesson: &Lesson, wording: &Wording, ways: &[(String, String)], root: Option<&str>) -> String {
    let [(failing, becomes)] = ways else {
        let pairs: Vec<String> = ways
            .iter()
            .map(|(failing, becomes)| format!("- {failing}\n+ {becomes}"))
            .collect();
        return fill(
            include_str!("templates/several.md"),
            &[("how", wording.how), ("pairs", &pairs.join("\n"))],
        );
    };
    let text = fill(wording.todo, &[("was", failing), ("becomes", becomes)]);
    match lesson.ways.first().and_then(|way| way.example.as_deref()) {
        Some(example) => {
            let example = becomes_of(lesson.kind, example, root);
            text + &fill(include_str!("templates/slot.md"), &[("example", &example)])
        }
        None => text,
    }
}

/// Puts values into a template in one pass: what a value says is never taken for a slot.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (slot, after) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(
            values
                .iter()
                .find(|(name, _)| *name == slot)
                .map_or("", |(_, value)| value),
        );
        rest = after;
    }
    out.push_str(rest);
    out
}

fn becomes_of(kind: RemedyKind, text: &str, root: Option<&str>) -> String {
    match kind {
        RemedyKind::Changed | RemedyKind::Prepared => plain::command(text, root),
        RemedyKind::Decision => plain::quoted(&text.split_whitespace().collect::<Vec<_>>().join(" "), DECISION),
        _ => shown(text, root),
    }
}

fn shown(text: &str, root: Option<&str>) -> String {
    let text = match root.filter(|root| root.len() > 1) {
        Some(root) => text.replace(&format!("{root}/"), ""),
        None => text.to_owned(),
    };
    plain::quoted(&text, QUOTED)
}

/// Returns what is called: the head of the failing call with the assignments that matter, or the scope.
fn title(lesson: &Lesson) -> String {
    let heads: Vec<String> = lesson
        .ways
        .iter()
        .filter_map(|way| shell::goals(&way.was).into_iter().next())
        .map(|goal| [goal.env.join(" "), goal.head()].join(" ").trim().to_owned())
        .collect();
    let common = heads.first().filter(|head| heads.iter().all(|other| other == *head));
    let label = common.filter(|head| head.ends_with(&lesson.scope) && head.chars().count() <= LABEL);
    plain::quoted(label.unwrap_or(&lesson.scope), LABEL).replace('`', "'")
}

/// Returns the error in words that tools are known to print; nothing when it has none of them.
fn spoken(lesson: &Lesson) -> Option<String> {
    match name::missing_program(lesson) {
        Some(program) => Some(format!("{}: command not found", plain::quoted(&program, LABEL))),
        None => phrase::of(&lesson.headline).map(str::to_owned),
    }
}

fn description(lesson: &Lesson, wording: &Wording, becomes: Option<&str>) -> String {
    let title = title(lesson);
    let begin = match spoken(lesson) {
        Some(spoken) if name::missing_program(lesson).is_some() || lesson.is_whole() => {
            plain::cut(&spoken, TRIGGER - 2)
        }
        Some(spoken) => {
            let room = TRIGGER.saturating_sub(title.chars().count() + " says ''".len());
            format!("{title} says '{}'", plain::cut(&spoken, room))
        }
        None => format!("{title} fails"),
    };
    let action = match becomes.filter(|_| lesson.kind != RemedyKind::Decision && lesson.ways.len() == 1) {
        Some(way) => format!("{}{way}", wording.action),
        None if lesson.kind == RemedyKind::Decision => wording.action.to_owned(),
        None => format!("here is what {}", wording.how),
    };
    let whole = format!("{begin}: {action}");
    if whole.chars().count() <= DESCRIPTION {
        return whole;
    }
    // Half a command is none.
    format!("{begin}: here is what {}", wording.how)
}

/// Returns a YAML scalar in double quotes.
fn scalar(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Returns the days of the first and the last session, or the one day of all of them.
fn dates(evidence: &[Evidence]) -> String {
    let days = |at: Option<Timestamp>| at.map(day).unwrap_or_default();
    let first = days(evidence.iter().map(|one| one.at).min());
    let last = days(evidence.iter().map(|one| one.at).max());
    if first == last {
        first
    } else {
        format!("{first} to {last}")
    }
}

/// Returns a day in UTC, so that a skill reads the same wherever it is made: `17 June 2026`.
fn day(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0)
        .map(|at| at.to_zoned(TimeZone::UTC).strftime("%-d %B %Y").to_string())
        .unwrap_or_default()
}

fn count(number: i64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
