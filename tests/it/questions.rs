//! Questions as people ask them, over real sessions and over errors of many tools: does a right failure mode stand among
//! the first three, and did it without our rules for words? `tests/labels/README.md` and `tests/search/README.md` say where
//! the questions come from; run it with `--nocapture` to see the figures.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;

use callus::answers::{SearchQuery, search};
use callus::domain::time::Timestamp;
use callus::store::{Access, Store};
use jiff::tz::TimeZone;
use rusqlite::{Connection, params};
use serde::Deserialize;

use super::capture_story::Story;
use super::env::TestEnv;

/// 2026-11-20T12:00:00Z: the time at which every test runs.
const NOW: Timestamp = Timestamp(1_795_176_000_000_000);
/// A right answer stands among so many.
const FIRST: u32 = 3;

/// A question with its right answers.
#[derive(Deserialize)]
struct Question {
    n: u32,
    query: String,
    kind: String,
    /// Fingerprints, or beginnings of them.
    modes: Vec<String>,
}

/// How many questions of a kind have a right answer among the first three.
#[derive(Debug, Default)]
struct Hits {
    asked: usize,
    ours: usize,
    plain: usize,
    missed: Vec<String>,
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn lines<T: for<'de> Deserialize<'de>>(path: &str) -> Vec<T> {
    let text = fs::read_to_string(top().join(path)).expect(path);
    text.lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

/// The texts of every failure mode as full text without our rules knows them, in a database of their own.
struct Plain(Connection);

/// What failures said and did, whole: the same texts that ours are made of.
const TEXTS: &str = "
select m.fingerprint, group_concat(f.headline, char(10)), group_concat(f.message, char(10)),
       group_concat(coalesce(e.command, '') || ' ' || f.scope, char(10)),
       group_concat(coalesce(f.file, '') || ' ' || coalesce(e.file, ''), char(10)),
       (select group_concat(r.becomes, char(10)) from remedy r join pattern q on q.id = r.pattern where q.mode = m.id),
       group_concat(coalesce(f.input_context, ''), char(10))
from mode m join pattern p on p.mode = m.id join failure f on f.pattern = p.id join event e on e.id = f.event
group by m.id";

impl Plain {
    fn of(database: &Path) -> Self {
        let from = Connection::open(database).expect("the database opens");
        let plain = Connection::open_in_memory().expect("opens");
        plain
            .execute_batch(
                "create virtual table plain using fts5 (name unindexed, headline, message, command, file, remedy, prompt,
                                                        tokenize = 'unicode61')",
            )
            .expect("a table");
        let mut rows = from.prepare(TEXTS).expect("prepares");
        let mut rows = rows.query([]).expect("runs");
        while let Some(row) = rows.next().expect("reads") {
            let cells: Vec<Option<String>> = (0..7).map(|n| row.get(n).expect("text")).collect();
            plain
                .execute(
                    "insert into plain values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    params![cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6]],
                )
                .expect("a text");
        }
        Self(plain)
    }

    /// Returns the fingerprints of the first ones, best first.
    fn first(&self, query: &str) -> Vec<String> {
        let words: Vec<String> = query
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| format!("\"{word}\""))
            .collect();
        let mut rows = self
            .0
            .prepare("select name from plain where plain match ?1 order by bm25(plain) limit ?2")
            .expect("prepares");
        let found = rows.query_map(params![words.join(" OR "), FIRST], |row| row.get(0));
        found.and_then(Iterator::collect).expect("rows")
    }
}

/// Returns the ids of the first ones, best first, each a beginning of a fingerprint.
fn ours(store: &Store, query: &str) -> Vec<String> {
    let query = SearchQuery {
        query: query.to_owned(),
        scope: Some("all".to_owned()),
        limit: Some(FIRST),
        here: Some("/nowhere".to_owned()),
        ..SearchQuery::default()
    };
    let found = search(store, &query, NOW, &TimeZone::UTC).expect("an answer");
    found.hits.into_iter().filter_map(|hit| hit.mode.id).collect()
}

fn is_right(found: &[String], right: &[String]) -> bool {
    found.iter().any(|id| {
        right
            .iter()
            .any(|right| right.starts_with(id.as_str()) || id.starts_with(right.as_str()))
    })
}

/// What came of questions, by their kind.
struct Measured(BTreeMap<String, Hits>);

impl fmt::Display for Measured {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "| kind | questions | ours | plain FTS5 |\n|---|---|---|---|")?;
        for (kind, hits) in &self.0 {
            writeln!(out, "| {kind} | {} | {} | {} |", hits.asked, hits.ours, hits.plain)?;
        }
        for (kind, hits) in &self.0 {
            writeln!(out, "{kind}, missed: {:#?}", hits.missed)?;
        }
        Ok(())
    }
}

impl Measured {
    /// Holds a share of the questions of a kind.
    fn hold(&self, kind: &str, share: f64) {
        let hits = &self.0[kind];
        assert!(hits.ours as f64 >= share * hits.asked as f64, "{kind}: {hits:#?}");
    }

    /// Holds that our rules find no fewer than none do.
    fn hold_more(&self) {
        for (kind, hits) in &self.0 {
            assert!(hits.ours >= hits.plain, "{kind}: {hits:#?}");
        }
    }
}

fn measured(env: &TestEnv, questions: &[Question]) -> Measured {
    let store = Store::open(&env.database(), Access::Read).expect("opens");
    let plain = Plain::of(&env.database());
    let mut all: BTreeMap<String, Hits> = BTreeMap::new();
    for question in questions {
        let hits = all.entry(question.kind.clone()).or_default();
        hits.asked += 1;
        if is_right(&ours(&store, &question.query), &question.modes) {
            hits.ours += 1;
        } else {
            hits.missed.push(format!("{}: {}", question.n, question.query));
        }
        hits.plain += usize::from(is_right(&plain.first(&question.query), &question.modes));
    }
    Measured(all)
}

/// Returns a machine that imported the folders.
fn imported(folders: &[&str]) -> TestEnv {
    let env = TestEnv::new();
    let mut arguments = vec!["import".to_owned()];
    arguments.extend(folders.iter().map(|folder| top().join(folder).display().to_string()));
    env.run(&arguments).success();
    env
}

#[test]
fn our_own_questions_find_their_failure_modes() {
    let env = imported(&["tests/hints/sessions", "tests/transcripts/replay"]);
    let measured = measured(&env, &lines("tests/search/questions.jsonl"));
    println!("{measured}");
    measured.hold("shared", 0.8);
    measured.hold("foreign", 0.8);
}

/// An error of many tools, with the words of somebody who met it and does not quote it.
#[derive(Deserialize)]
struct Told {
    text: String,
    query: String,
}

#[test]
fn errors_of_many_tools_are_found_by_other_words() {
    let told: Vec<Told> = lines("tests/grouping/agent_failures.jsonl");
    let env = TestEnv::new();
    let folder = env.home().join("made");
    fs::create_dir(&folder).expect("a folder");
    for (number, chunk) in told.chunks(60).enumerate() {
        let mut story = Story::new(&format!("made-{number}"));
        for (n, one) in chunk.iter().enumerate() {
            let output = format!("Exit code 1\n{}", one.text);
            story.bash(&format!("./check --case {}", number * 60 + n), true, &output);
        }
        fs::write(folder.join(format!("made-{number}.jsonl")), story.text()).expect("written");
    }
    env.run(&["import", folder.to_str().expect("a path")]).success();
    let db = Connection::open(env.database()).expect("the database opens");
    let mut right: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (n, one) in told.iter().enumerate() {
        let found: Option<String> = db
            .query_row(
                "select m.fingerprint from mode m join pattern p on p.mode = m.id join failure f on f.pattern = p.id
                 join event e on e.id = f.event where e.command = ?1",
                [format!("./check --case {n}")],
                |row| row.get(0),
            )
            .ok();
        right.entry(&one.query).or_default().extend(found);
    }
    let questions: Vec<Question> = (1..)
        .zip(right)
        .map(|(n, (query, modes))| Question {
            n,
            query: query.to_owned(),
            kind: "foreign".to_owned(),
            modes: modes.into_iter().collect(),
        })
        .collect();
    let measured = measured(&env, &questions);
    println!("{measured}");
    measured.hold("foreign", 0.75);
}

/// The questions were written by somebody who had not read how search works, and before anything was searched.
#[test]
fn questions_of_people_find_their_failure_modes() {
    let questions: Vec<Question> = lines("tests/labels/questions.jsonl");
    let real = measured(
        &imported(&["tests/hints/sessions", "tests/transcripts/replay"]),
        &questions,
    );
    println!("{real}");
    real.hold("shared", 0.8);
    real.hold_more();
    // The same with what scripts recorded: more that is wrong to choose from.
    let more = measured(&imported(&["tests/hints/sessions", "tests/transcripts"]), &questions);
    println!("{more}");
    more.hold("shared", 0.8);
}
