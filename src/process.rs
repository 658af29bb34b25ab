//! Starting processes: the only room that does.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait between two looks at a running process.
const LOOK: Duration = Duration::from_millis(5);

/// What a process left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// Why a process gave no output.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It could not be started.
    #[error("could not start {}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It ran longer than allowed and was killed.
    #[error("{} did not end within {limit:?}", program.display())]
    Slow {
        /// The program.
        program: PathBuf,
        /// The time that it had.
        limit: Duration,
    },
}

/// Runs a program to its end, without input.
pub fn run(program: &Path, args: &[&str], cwd: &Path, timeout: Duration) -> Result<Output, ProcessError> {
    run_with_input(program, args, cwd, &[], timeout)
}

/// Runs a program to its end and gives it `input`.
pub fn run_with_input(
    program: &Path,
    args: &[&str],
    cwd: &Path,
    input: &[u8],
    timeout: Duration,
) -> Result<Output, ProcessError> {
    let failed = |source| ProcessError::Start {
        program: program.to_owned(),
        source,
    };
    let mut child = Command::new(program)
        .args(args)
        .current_dir(cwd)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let input = input.to_vec();
    // A program may end without reading its input: the broken pipe is its own affair.
    let feeding = thread::spawn(move || stdin.map(|mut pipe| pipe.write_all(&input)));
    let reading = [thread::spawn(move || text(stdout)), thread::spawn(move || text(stderr))];
    let status = wait(&mut child, timeout).map_err(failed)?;
    let Some(status) = status else {
        return Err(ProcessError::Slow {
            program: program.to_owned(),
            limit: timeout,
        });
    };
    drop(feeding.join());
    let [stdout, stderr] = reading.map(|reader| reader.join().unwrap_or_default());
    Ok(Output {
        code: status.code(),
        stdout,
        stderr,
    })
}

/// Waits for the end of a process and returns how it ended; kills it and returns nothing when the time is over.
fn wait(child: &mut Child, timeout: Duration) -> io::Result<Option<ExitStatus>> {
    let end = Instant::now() + timeout;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

fn text(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // What came before an error is still worth showing.
        drop(pipe.read_to_end(&mut bytes));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_input_and_exit_code_come_back() {
        let script = "cat; echo wrong >&2; exit 3";
        let output = run_with_input(
            Path::new("/bin/sh"),
            &["-c", script],
            Path::new("/"),
            b"in",
            Duration::from_secs(20),
        );
        let wanted = Output {
            code: Some(3),
            stdout: "in".into(),
            stderr: "wrong\n".into(),
        };
        assert_eq!(output.expect("it runs"), wanted);
    }

    #[test]
    fn what_cannot_start_or_end_is_told_apart() {
        let limit = Duration::from_millis(50);
        let run = |program: &str, args: &[&str]| run(Path::new(program), args, Path::new("/"), limit);
        assert!(matches!(run("/nowhere/program", &[]), Err(ProcessError::Start { .. })));
        assert!(matches!(
            run("/bin/sh", &["-c", "exec sleep 60"]),
            Err(ProcessError::Slow { .. })
        ));
    }
}
