//! Starting processes: the only room that does.

use std::ffi::OsStr;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// Most bytes that are kept of each of the two outputs; the rest is read and dropped, so that the process goes on.
const KEPT: usize = 1 << 20;

/// How long outputs may stay open after the process has ended, held by something that it left running.
const LEFT_OPEN: Duration = Duration::from_millis(200);

/// A process to start.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The program's file; see [`find`].
    pub program: &'a Path,
    /// Its arguments, handed over as they are: no shell comes between.
    pub args: &'a [&'a OsStr],
    /// The folder it starts in.
    pub cwd: &'a Path,
    /// Variables set for it on top of those of this process.
    pub env: &'a [(&'a str, &'a str)],
    /// What it reads as its input; nothing is an empty input.
    pub input: &'a [u8],
}

/// What a process left when it ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// The beginning of its output, at most 1 MiB.
    pub stdout: Vec<u8>,
    /// The beginning of its error output, at most 1 MiB.
    pub stderr: Vec<u8>,
}

/// Why there is no output.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It could not be started.
    #[error("could not start {}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// It took too long and was ended, with all that it had started.
    #[error("{} took longer than {} ms and was ended", program.display(), limit.as_millis())]
    Timeout {
        /// The program.
        program: PathBuf,
        /// The time it had.
        limit: Duration,
    },
    /// It was started, and then the system would not say how it went.
    #[error("lost sight of {}", program.display())]
    Lost {
        /// The program.
        program: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

impl Output {
    /// Returns whether it ended with exit code 0.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.code == Some(0)
    }
}

/// Runs a process to its end and returns what it printed.
///
/// It gets a process group of its own, and the whole group is killed when `limit` has passed.
pub fn run(job: &Job<'_>, limit: Duration) -> Result<Output, ProcessError> {
    use std::os::unix::process::CommandExt as _;
    let deadline = Instant::now() + limit;
    let mut child = command(job)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| ProcessError::Start {
            program: job.program.to_owned(),
            source,
        })?;
    feed(&mut child, job.input);
    let (closed, closings) = channel();
    let stdout = collect(child.stdout.take(), closed.clone());
    let stderr = collect(child.stderr.take(), closed);
    let status = wait(&mut child, deadline);
    if !matches!(status, Ok(Some(_))) {
        kill_group(&child);
        let _ = child.wait();
    }
    match status {
        Ok(Some(status)) => {
            await_both(&closings, deadline.min(Instant::now() + LEFT_OPEN));
            Ok(Output {
                code: status.code(),
                stdout: taken(&stdout),
                stderr: taken(&stderr),
            })
        }
        Ok(None) => Err(ProcessError::Timeout {
            program: job.program.to_owned(),
            limit,
        }),
        Err(source) => Err(ProcessError::Lost {
            program: job.program.to_owned(),
            source,
        }),
    }
}

/// Starts a process that lives on when this one ends; nothing of it is seen or heard again.
///
/// The process calls [`new_session`] as the first thing it does: only it can leave the session of its parent.
pub fn detach(job: &Job<'_>) -> Result<(), ProcessError> {
    let mut child = command(job)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|source| ProcessError::Start {
            program: job.program.to_owned(),
            source,
        })?;
    // A server that goes on must take note of the end, or the dead process stays in the system's table.
    thread::spawn(move || child.wait());
    Ok(())
}

/// A process that waits for this one: its input is closed when this is dropped, and when this process ends, however it
/// ends.
#[derive(Debug)]
pub struct Watcher(Child);

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It has nothing to do but to see that; a process that is not waited for stays in the system's table.
        let _ = self.0.wait();
    }
}

/// Starts a process that waits for this one, out of reach of the terminal's interrupt.
pub fn watch(job: &Job<'_>) -> Result<Watcher, ProcessError> {
    use std::os::unix::process::CommandExt as _;
    command(job)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(Watcher)
        .map_err(|source| ProcessError::Start {
            program: job.program.to_owned(),
            source,
        })
}

/// Moves this process into a session of its own, out of reach of its parent's terminal and process group.
pub fn new_session() {
    // Refused only where it leads a group already, as when a person starts it: then there is nothing to leave.
    let _ = rustix::process::setsid();
}

/// Returns whether a process of that id lives, whoever owns it.
#[must_use]
pub fn alive(id: u32) -> bool {
    let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) else {
        return false;
    };
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

/// Returns the file of this program.
pub fn own_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

/// Returns the file of the program `name`, looked for in the folders of `path` as a shell would.
///
/// Relative folders are left out: what they hold changes with the folder that one stands in.
#[must_use]
pub fn find(name: &str, path: &OsStr) -> Option<PathBuf> {
    let runs = |file: &PathBuf| file.is_file() && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok();
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(runs);
    }
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(runs)
}

#[expect(clippy::disallowed_methods, reason = "this is the one room that starts processes")]
fn command(job: &Job<'_>) -> Command {
    let mut command = Command::new(job.program);
    command
        .args(job.args)
        .current_dir(job.cwd)
        .envs(job.env.iter().copied());
    command
}

/// Writes the input on a thread of its own: a process that answers before it has read all would else wait for us
/// while we wait for it.
fn feed(child: &mut Child, input: &[u8]) {
    if let Some(mut stdin) = child.stdin.take()
        && !input.is_empty()
    {
        let input = input.to_owned();
        // A process that does not care for its input closes it; that is no fault.
        thread::spawn(move || stdin.write_all(&input));
    }
}

/// Reads an output to its end on a thread of its own, and says so at the end.
fn collect(output: Option<impl Read + Send + 'static>, closed: Sender<()>) -> Arc<Mutex<Vec<u8>>> {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&kept);
    if let Some(mut output) = output {
        thread::spawn(move || {
            let mut buffer = [0_u8; 16 << 10];
            loop {
                match output.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(read) => {
                        let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
                        let room = KEPT.saturating_sub(kept.len());
                        kept.extend_from_slice(&buffer[..read.min(room)]);
                    }
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            // Nobody may be waiting any more.
            let _ = closed.send(());
        });
    }
    kept
}

fn taken(kept: &Mutex<Vec<u8>>) -> Vec<u8> {
    std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Waits until both outputs are closed or time is up.
fn await_both(closings: &Receiver<()>, deadline: Instant) {
    for _ in 0..2 {
        let left = deadline.saturating_duration_since(Instant::now());
        if closings.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

/// Waits for the end of the process; nothing when time is up first.
#[expect(
    clippy::disallowed_methods,
    reason = "the caller waits for the process, and nothing tells of its end in time"
)]
fn wait(child: &mut Child, deadline: Instant) -> std::io::Result<Option<ExitStatus>> {
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

fn kill_group(child: &Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It may have ended on its own by now.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell<'a>(args: &'a [&'a OsStr], input: &'a [u8]) -> Job<'a> {
        Job {
            program: Path::new("/bin/sh"),
            args,
            cwd: Path::new("/"),
            env: &[("CALLUS_TEST", "set")],
            input,
        }
    }

    fn run_script(script: &str, input: &[u8], limit: Duration) -> Result<Output, ProcessError> {
        run(&shell(&[OsStr::new("-c"), OsStr::new(script)], input), limit)
    }

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn a_process_gets_its_input_and_gives_its_outputs() {
        let output = run_script("cat; echo $CALLUS_TEST >&2; exit 3", b"in", LONG).expect("runs");
        assert_eq!(
            output,
            Output {
                code: Some(3),
                stdout: b"in".to_vec(),
                stderr: b"set\n".to_vec()
            }
        );
        assert!(!output.succeeded());
        assert_eq!(run_script("kill -9 $$", b"", LONG).expect("runs").code, None);
    }

    #[test]
    fn much_output_and_unread_input_stop_nobody() {
        let input = vec![b'x'; 4 << 20];
        let output = run_script("head -c 5000000 /dev/zero; true", &input, LONG).expect("runs");
        assert!(output.succeeded());
        assert_eq!(output.stdout.len(), KEPT);
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "what must not happen would happen after a second"
    )]
    fn a_process_that_takes_too_long_ends_with_all_that_it_started() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("late");
        let script = format!("(sleep 1; touch {0}) & sleep 30; touch {0}", file.display());
        let error = run_script(&script, b"", Duration::from_millis(50)).expect_err("too slow");
        assert!(matches!(error, ProcessError::Timeout { .. }), "{error}");
        thread::sleep(Duration::from_millis(1500));
        assert!(!file.exists(), "what it started is still running");
    }

    #[test]
    fn what_is_left_running_does_not_hold_up_the_answer() {
        let output = run_script("sleep 30 & echo done", b"", LONG).expect("runs");
        assert_eq!(output.stdout, b"done\n");
    }

    #[test]
    fn a_program_that_is_missing_is_an_error() {
        let job = Job {
            program: Path::new("/nowhere/program"),
            ..shell(&[], b"")
        };
        assert!(matches!(run(&job, LONG), Err(ProcessError::Start { .. })));
        assert!(matches!(detach(&job), Err(ProcessError::Start { .. })));
    }

    #[test]
    fn programs_are_found_as_a_shell_finds_them() {
        let folder = tempfile::tempdir().expect("folder");
        let plain = folder.path().join("plain");
        std::fs::write(&plain, "").expect("written");
        let path = std::env::join_paths([Path::new("relative"), folder.path(), Path::new("/bin")]).expect("a path");
        assert_eq!(find("sh", &path), Some(PathBuf::from("/bin/sh")));
        assert_eq!(find("plain", &path), None, "it cannot be run");
        assert_eq!(find("/bin/sh", OsStr::new("")), Some(PathBuf::from("/bin/sh")));
        assert_eq!(find("no-such-program", &path), None);
    }
}
