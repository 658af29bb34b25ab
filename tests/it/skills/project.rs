//! A repository whose sessions got over a failure in the same way, again and again.

use std::fs;
use std::path::{Path, PathBuf};

use callus::domain::id::{EventId, Fingerprint, PatternId, ProjectId, RemedyId, SessionId};
use callus::domain::lesson::{Remedy, RemedyKind, Source};
use callus::domain::time::Timestamp;
use callus::domain::trace::ToolKind;
use callus::failure::fingerprint;
use callus::redact::Clean;
use callus::skill::publish;
use callus::store::remedy::{self, Owner, Use};
use callus::store::{Access, Store};
use rusqlite::{Connection, params};

use crate::env::TestEnv;

/// 2026-11-16T09:00:00Z in microseconds: the first session.
const FIRST: i64 = 1_794_819_600_000_000;
const DAY: i64 = 24 * 3_600_000_000;

/// A failure and the way past it.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) scope: &'static str,
    pub(crate) headline: &'static str,
    pub(crate) was: &'static str,
    pub(crate) becomes: &'static str,
    pub(crate) kind: RemedyKind,
    pub(crate) source: Source,
    /// Sessions in which it worked.
    pub(crate) worked: i64,
    /// Sessions after them in which it was tried and failed.
    pub(crate) failed: i64,
}

/// The case that good hints are measured by.
pub(crate) const EXEC: Case = Case {
    scope: "go test",
    headline: "fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error",
    was: "GOOS=windows go test ./...",
    becomes: "go test -run '^$' -exec=true ./...",
    kind: RemedyKind::Changed,
    source: Source::Seen,
    worked: 4,
    failed: 0,
};

/// A project in a folder of the home.
pub(crate) struct Project {
    pub(crate) env: TestEnv,
    pub(crate) root: PathBuf,
}

impl Project {
    /// Returns an empty repository that no session has seen.
    pub(crate) fn new() -> Self {
        let env = TestEnv::new();
        let root = env.home().join("ledger");
        fs::create_dir_all(root.join(".git")).expect("a repository");
        fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").expect("a head");
        fs::write(root.join(".git/config"), "").expect("a configuration");
        fs::create_dir_all(root.join("packages/x")).expect("a subfolder");
        // What a remedy runs has to be there, whatever the machine that runs the tests has.
        let programs = env.home().join(".local/bin");
        fs::create_dir_all(&programs).expect("a folder of programs");
        for program in ["awk", "curl", "git", "go", "gо", "mise", "npm", "pip", "python3"] {
            fs::write(programs.join(program), "").expect("a program");
        }
        Self { env, root }
    }

    /// Returns a repository whose sessions met these cases.
    pub(crate) fn taught(cases: &[Case]) -> Self {
        let project = Self::new();
        for case in cases {
            project.teach(case);
        }
        project
    }

    /// Makes a linked worktree beside the repository, and returns its folder.
    pub(crate) fn worktree(&self) -> PathBuf {
        let side = self.env.home().join("side");
        let own = self.root.join(".git/worktrees/side");
        fs::create_dir_all(&side).expect("a worktree");
        fs::create_dir_all(&own).expect("its git folder");
        fs::write(own.join("HEAD"), "ref: refs/heads/side\n").expect("a head");
        fs::write(own.join("commondir"), "../..\n").expect("the way to the main one");
        fs::write(side.join(".git"), format!("gitdir: {}\n", own.display())).expect("a link");
        side
    }

    /// Returns the file of a skill.
    pub(crate) fn skill(&self, name: &str) -> PathBuf {
        self.root.join(".claude/skills").join(name).join("SKILL.md")
    }

    /// Returns every file below `.claude`, with what it says.
    pub(crate) fn files(&self) -> Vec<(PathBuf, String)> {
        let text = |path: PathBuf| (path.clone(), fs::read_to_string(&path).expect("text"));
        self.paths().into_iter().map(text).collect()
    }

    /// Returns the path of everything below `.claude` that is no folder, sorted.
    fn paths(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.root.join(".claude")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files.sort();
        files
    }

    /// Returns the names of the skills that are there, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let files = self.files().into_iter();
        files
            .filter_map(|(path, _)| Some(path.parent()?.file_name()?.to_str()?.to_owned()))
            .collect()
    }

    /// Runs `callus` at the top of the repository.
    pub(crate) fn run(&self, arguments: &[&str]) -> crate::env::Said {
        self.env.run_in(&self.root, arguments)
    }

    /// Opens the database for what a test does by hand.
    pub(crate) fn db(&self) -> Connection {
        Connection::open(self.env.database()).expect("the database opens")
    }

    /// Records sessions that met a case, and returns the remedy's row.
    pub(crate) fn teach(&self, case: &Case) -> RemedyId {
        let mut store = Store::open(&self.env.database(), Access::Write).expect("the store opens");
        let db = self.db();
        let pattern = self.pattern(&db, case);
        let mut uses = Vec::new();
        for nth in 0..case.worked + case.failed {
            uses.push((nth < case.worked, Self::session(&db, case, pattern, nth)));
        }
        db.execute_batch(COUNTERS).expect("counters");
        let (kind, was, becomes) = (case.kind, case.was.to_owned(), case.becomes.to_owned());
        store
            .write(|tx| {
                let remedy = Clean::stored(Remedy {
                    kind,
                    was,
                    becomes,
                    travels: false,
                });
                let owner = Owner {
                    pattern,
                    instance: Some(instance(case)),
                    project: Some(ProjectId(1)),
                };
                let id = remedy::keep(tx, owner, &remedy, case.source, Timestamp(FIRST))?;
                for (worked, (session, failing, using, at)) in uses {
                    remedy::used(
                        tx,
                        id,
                        session,
                        Use {
                            worked,
                            at,
                            failing,
                            using,
                        },
                    )?;
                }
                Ok::<_, callus::store::StoreError>(id)
            })
            .expect("learnt")
    }

    fn pattern(&self, db: &Connection, case: &Case) -> PatternId {
        let root = self.root.canonicalize().expect("a folder").display().to_string();
        db.execute(
            "insert into project (id, key, name, first_at, last_at) values (1, 'root:m:ledger', 'ledger', 1, 1)
             on conflict do nothing",
            [],
        )
        .expect("a project");
        db.execute(
            "insert into root (id, machine, path, project) values (1, 'm', ?1, 1) on conflict do nothing",
            [root],
        )
        .expect("a root");
        let named = named(case);
        let (kind, template) = (named.kind.text(), named.template.stored().to_owned());
        db.execute(
            "insert into mode (fingerprint, template, headline, tool_kind, scope) values (?1, ?2, ?3, 'shell', ?4)
             on conflict do nothing",
            params![kind, template, case.headline, case.scope],
        )
        .expect("a mode");
        db.execute(
            "insert into pattern (fingerprint, mode, tool_kind, scope, template)
             select fingerprint, id, tool_kind, scope, template from mode where fingerprint = ?1 on conflict do nothing",
            [&kind],
        )
        .expect("a pattern");
        db.query_row("select id from pattern where fingerprint = ?1", [&kind], |row| {
            row.get(0).map(PatternId)
        })
        .expect("a pattern")
    }

    fn session(db: &Connection, case: &Case, pattern: PatternId, nth: i64) -> (SessionId, EventId, EventId, Timestamp) {
        let at = FIRST + nth * DAY / 2;
        let count: i64 = db
            .query_row("select count(*) from session", [], |row| row.get(0))
            .expect("a number");
        db.execute(
            "insert into session (assistant, external, project, root, started_at, last_at, ended_at, settled_at)
             values ('claude-code', ?1, 1, 1, ?2, ?2, ?2, ?2)",
            params![format!("{count:08x}-0000-4000-8000-000000000000"), at],
        )
        .expect("a session");
        let session = db.last_insert_rowid();
        let event = |what: &str, command: &str, status: &str| {
            db.execute(
                "insert into event (session, key, at, at_source, kind, tool, tool_kind, status, root, command, via)
                 values (?1, ?2, ?3, 'record', 'call', 'Bash', 'shell', ?4, 1, ?5, 'hook')",
                params![session, format!("{what}-{session}").into_bytes(), at, status, command],
            )
            .expect("an event");
            db.last_insert_rowid()
        };
        let failing = event("failing", case.was, "failed");
        let using = event("using", case.becomes, "ok");
        db.execute(
            "insert into failure (event, session, project, pattern, instance, at, origin, headline, message, scope)
             values (?1, ?2, 1, ?3, ?4, ?5, 'flagged', ?6, ?6, ?7)",
            params![
                failing,
                session,
                pattern.0,
                instance(case).text(),
                at,
                case.headline,
                case.scope
            ],
        )
        .expect("a failure");
        (SessionId(session), EventId(failing), EventId(using), Timestamp(at))
    }
}

/// Leaves a copy of every skill that a test made, one folder for each text, where the reference validator of the
/// specification is to look at them: `.ci/run skills`.
impl Drop for Project {
    #[expect(
        clippy::disallowed_methods,
        reason = "the caller of the tests says whether and where they are kept"
    )]
    fn drop(&mut self) {
        let Some(kept) = std::env::var_os("CALLUS_KEPT_SKILLS") else {
            return;
        };
        for path in self.paths() {
            // Some tests put a link or a pipe there.
            if !fs::symlink_metadata(&path).is_ok_and(|file| file.is_file()) {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            if let Some(folder) = path.parent().and_then(Path::file_name)
                && text.contains("callus.mode")
            {
                let copy = Path::new(&kept)
                    .join(publish::fingerprint(text.as_bytes()))
                    .join(folder);
                fs::create_dir_all(&copy).expect("a folder");
                fs::write(copy.join("SKILL.md"), text).expect("a copy");
            }
        }
    }
}

const COUNTERS: &str = "update mode set
    failures = (select count(*) from failure f join pattern p on p.id = f.pattern where p.mode = mode.id),
    sessions = (select count(distinct f.session) from failure f join pattern p on p.id = f.pattern where p.mode = mode.id);
delete from mode_project;
insert into mode_project
    select p.mode, f.project, count(*), count(distinct f.session), min(f.at), max(f.at)
    from failure f join pattern p on p.id = f.pattern group by 1, 2;
insert or ignore into findable (mode, project)
    select distinct p.mode, f.project from failure f join pattern p on p.id = f.pattern";

fn named(case: &Case) -> fingerprint::Named {
    fingerprint::named(ToolKind::Shell, case.scope, case.headline, None).expect("a headline that says something")
}

fn instance(case: &Case) -> Fingerprint {
    named(case).instance
}

/// Returns a file's permission bits.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).expect("a file").permissions().mode() & 0o7777
}
