//! A machine of its own for each test: the real program, a home and a store in a temporary folder, a clock that
//! stands still, and nothing of the surrounding environment.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the real program and choose its environment"
)]

use std::ffi::OsStr;
use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The time at which every test runs.
pub(crate) const NOW: &str = "2026-11-20T12:00:00Z";

/// A machine of its own.
pub(crate) struct TestEnv {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// What a command printed, with everything replaced that differs from run to run.
#[must_use = "look at it, or assert that it went well"]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl TestEnv {
    /// Returns a machine on which nothing was recorded yet: 60 columns, UTC, UTF-8.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("home")).expect("a home folder");
        Self {
            folder,
            variables: vec![("COLUMNS", "60".into()), ("LANG", "C.UTF-8".into())],
        }
    }

    /// Returns the machine with another value of an environment variable.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Returns the folder of the store.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Returns the database.
    pub(crate) fn database(&self) -> PathBuf {
        self.data().join("workspaces/default/callus.db")
    }

    /// Returns the home folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Runs the program without input.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Said {
        self.run_with(arguments, "")
    }

    /// Starts the program; its input and outputs are pipes.
    pub(crate) fn start<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Child {
        self.start_with(arguments, &[])
    }

    /// Runs the program without input in a folder other than the home.
    pub(crate) fn run_in<S: AsRef<OsStr>>(&self, folder: &Path, arguments: &[S]) -> Said {
        self.end(self.start_in(folder, arguments, &[]), "")
    }

    /// Starts the program with other values of some environment variables.
    pub(crate) fn start_with<S: AsRef<OsStr>>(&self, arguments: &[S], variables: &[(&str, &str)]) -> Child {
        self.start_in(&self.home(), arguments, variables)
    }

    /// Starts the program in a folder.
    pub(crate) fn start_in<S: AsRef<OsStr>>(
        &self,
        folder: &Path,
        arguments: &[S],
        variables: &[(&str, &str)],
    ) -> Child {
        Command::new(env!("CARGO_BIN_EXE_callus"))
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", self.home())
            .env("CALLUS_HOME", self.data())
            .env("TMPDIR", self.home())
            .env("CALLUS_NOW", NOW)
            .env("TZ", "UTC")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts")
    }

    /// Runs the program and gives it `input`.
    pub(crate) fn run_with<S: AsRef<OsStr>>(&self, arguments: &[S], input: &str) -> Said {
        self.end(self.start(arguments), input)
    }

    /// Gives a started program its `input` and waits for its end.
    pub(crate) fn end(&self, mut child: Child, input: &str) -> Said {
        // A command that reads no input may be gone already.
        let _ = child.stdin.take().expect("an input").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("the program ends");
        Said {
            code: output.status.code().expect("no signal ended it"),
            stdout: self.folded(&output.stdout),
            stderr: self.folded(&output.stderr),
        }
    }

    /// Replaces what differs from machine to machine.
    fn folded(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).expect("what is printed is UTF-8");
        let folder = self.folder.path();
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        [real.as_path(), folder]
            .iter()
            .fold(text, |text, path: &&Path| {
                text.replace(&path.display().to_string(), "[TMP]")
            })
            .replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    }
}

impl Said {
    /// Asserts that it went well, and returns what was printed.
    #[track_caller]
    pub(crate) fn success(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        self.stdout
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}[exit code: {}]", self.stdout, self.stderr, self.code)
    }
}
