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
/// Most characters of a path or an assignment in a sentence.
const NAMED: usize = 60;

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

/// A change of an argument of a tool that is no shell.
const ARGUMENT: Wording = Wording {
    kind: RemedyKind::Changed,
    todo: include_str!("templates/argument.md"),
    how: "worked instead",
    action: "pass ",
    dont: "Do not make the same call again with the old argument",
    check: "The call does what it is for, and the line above does not come back. Another error is another failure: go by its own words.",
};

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

/// What is said of a lesson, before it is put into the template.
struct Parts<'l> {
    lesson: &'l Lesson,
    wording: &'static Wording,
    /// Each failing call, and what is done about it.
    ways: Vec<(String, String)>,
    headline: String,
    /// What failed too.
    tried: Vec<String>,
    title: String,
    description: String,
    /// In how many sessions it worked, and when.
    worked: String,
}

/// Returns a lesson in words.
pub(super) fn render(lesson: &Lesson, called: &str, version: u32) -> Worded {
    let parts = Parts::of(lesson);
    Worded {
        text: parts.text(called, version),
        typed: parts.typed(),
        recorded: parts.recorded(),
        description: parts.description,
    }
}

impl<'l> Parts<'l> {
    fn of(lesson: &'l Lesson) -> Self {
        let wording = wording(lesson);
        let ways: Vec<(String, String)> = lesson
            .ways
            .iter()
            .map(|way| (plain::quoted(&way.was, QUOTED), becomes_of(lesson.kind, &way.becomes)))
            .collect();
        Self {
            lesson,
            wording,
            headline: plain::quoted(&lesson.headline, QUOTED),
            tried: lesson.tried.iter().map(|call| plain::quoted(call, QUOTED)).collect(),
            title: title(lesson),
            description: description(lesson, wording, &ways),
            worked: format!("{} sessions, {}", lesson.evidence.len(), dates(&lesson.evidence)),
            ways,
        }
    }

    fn text(&self, called: &str, version: u32) -> String {
        let (lesson, wording) = (self.lesson, self.wording);
        fill(
            SKILL,
            &[
                ("name", &scalar(called)),
                ("description", &scalar(&self.description)),
                ("mode", &scalar(&lesson.fingerprint)),
                ("version", &scalar(&version.to_string())),
                ("kind", &scalar(lesson.kind.word())),
                ("evidence", &scalar(&format!("worked in {}", self.worked))),
                ("title", &self.heading()),
                ("when", &self.when()),
                ("headline", &self.headline),
                ("do", todo(lesson, wording, &self.ways).trim_end()),
                ("dont", &self.dont()),
                ("check", wording.check),
                ("proof", &self.proof()),
            ],
        )
    }

    fn heading(&self) -> String {
        let alone = name::missing_program(self.lesson).is_some() || self.lesson.is_whole();
        match spoken(self.lesson) {
            Some(spoken) if alone => spoken,
            Some(spoken) => format!("{}: {spoken}", self.title),
            None => format!("{} fails", self.title),
        }
    }

    fn when(&self) -> String {
        if self.lesson.is_whole() {
            "A call says".to_owned()
        } else {
            format!("A call of `{}` says", self.title)
        }
    }

    fn dont(&self) -> String {
        let mut dont = format!("{}.", self.wording.dont);
        // One kind of error names many paths: how often it was met says nothing of this one.
        if self.lesson.kind != RemedyKind::Path {
            let met = count(self.lesson.met.max(1), "session");
            dont = format!("{dont} {met} of this project ran into it.");
        }
        if !self.tried.is_empty() {
            let tried = self.tried.join("\n");
            dont = format!("{dont} Tried, and failed too:\n\n~~~text\n{tried}\n~~~");
        }
        dont
    }

    fn proof(&self) -> String {
        format!(
            "It worked in {}. Callus made this skill of recorded sessions, without a model; \
             `callus show {}` shows the failure.",
            self.worked, self.lesson.fingerprint
        )
    }

    fn typed(&self) -> Vec<String> {
        if !matches!(self.lesson.kind, RemedyKind::Changed | RemedyKind::Prepared) {
            return Vec::new();
        }
        let examples = self.lesson.ways.iter().filter_map(|way| way.example.as_deref());
        let ways = self.ways.iter().map(|(_, becomes)| becomes.clone());
        ways.chain(examples.map(plain::command)).collect()
    }

    fn recorded(&self) -> Vec<String> {
        let mut recorded = vec![self.headline.clone(), self.description.clone(), self.title.clone()];
        recorded.extend(self.tried.iter().cloned());
        let ways = self.ways.iter();
        recorded.extend(ways.flat_map(|(was, becomes)| [was.clone(), becomes.clone()]));
        recorded
    }
}

fn wording(lesson: &Lesson) -> &'static Wording {
    match lesson.kind {
        RemedyKind::Changed if is_argument(lesson) => &ARGUMENT,
        kind => WORDINGS
            .iter()
            .find(|wording| wording.kind == kind)
            .unwrap_or(&WORDINGS[0]),
    }
}

fn todo(lesson: &Lesson, wording: &Wording, ways: &[(String, String)]) -> String {
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
            let example = becomes_of(lesson.kind, example);
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

fn becomes_of(kind: RemedyKind, text: &str) -> String {
    match kind {
        RemedyKind::Changed | RemedyKind::Prepared => plain::command(text),
        RemedyKind::Decision => plain::quoted(&text.split_whitespace().collect::<Vec<_>>().join(" "), DECISION),
        _ => plain::quoted(text, QUOTED),
    }
}

/// Returns what is called: the scope, with the assignments that all of the failing calls have.
fn title(lesson: &Lesson) -> String {
    let goals = lesson.ways.iter().map(|way| shell::goals(&way.was).into_iter().next());
    let mut common: Option<Vec<String>> = None;
    for goal in goals {
        let env = goal
            .filter(|goal| goal.head() == lesson.scope)
            .map(|goal| goal.env)
            .unwrap_or_default();
        common = Some(match common {
            Some(known) => known.into_iter().filter(|one| env.contains(one)).collect(),
            None => env.into_iter().filter(|one| is_name(one)).collect(),
        });
    }
    let whole = [common.unwrap_or_default().join(" "), lesson.scope.clone()].join(" ");
    let label = if whole.chars().count() <= LABEL {
        whole.trim()
    } else {
        &lesson.scope
    };
    plain::quoted(label, LABEL).replace('`', "'")
}

/// Returns whether a word is a short name, path or assignment, and no sentence.
fn is_name(word: &str) -> bool {
    let sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '=' | '_' | '.' | '/' | '-' | '~');
    word.len() <= NAMED && word.chars().all(sign)
}

/// Returns whether all ways change one argument of a tool that is no shell: `skill: commit`.
fn is_argument(lesson: &Lesson) -> bool {
    let argument = |text: &String| {
        let (name, value) = text.split_once(": ").unwrap_or_default();
        !value.is_empty() && !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    lesson
        .ways
        .iter()
        .all(|way| argument(&way.was) && argument(&way.becomes))
}

/// Returns the error in words that tools are known to print; nothing when it has none of them.
fn spoken(lesson: &Lesson) -> Option<String> {
    match name::missing_program(lesson) {
        Some(program) => Some(format!("{}: command not found", plain::quoted(&program, LABEL))),
        None => phrase::of(&lesson.headline).map(str::to_owned),
    }
}

fn description(lesson: &Lesson, wording: &Wording, ways: &[(String, String)]) -> String {
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
    // Of several ways past the same thing the shortest says most in little room.
    let shortest = ways.iter().min_by_key(|(_, becomes)| becomes.chars().count());
    let action = match (lesson.kind, shortest) {
        (RemedyKind::Decision, _) => wording.action.to_owned(),
        (RemedyKind::Path, Some((old, becomes))) if ways.len() == 1 && is_name(old) && is_name(becomes) => {
            return format!("There is no {old}: it is {becomes}");
        }
        (RemedyKind::Changed | RemedyKind::Prepared, Some((_, way))) if lesson.same => {
            format!("{}{way}", wording.action)
        }
        _ => format!("here is what {}", wording.how),
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
