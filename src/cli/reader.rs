//! Whoever reads along while a command goes on: until they interrupt it, or nobody reads any more.

use std::io;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

/// The signals by which somebody ends a command that goes on: a key, a closed terminal, the system that goes down.
const ENDS: [i32; 3] = [SIGINT, SIGHUP, SIGTERM];

/// Somebody who reads along.
#[derive(Debug)]
pub(super) struct Reader {
    interrupted: UnixStream,
}

impl Reader {
    /// Listens for signals from now on: they no longer end this process, and [`Reader::waits`] says so instead. Ending
    /// between two instructions would skip SQLite's close.
    pub(super) fn listen() -> io::Result<Self> {
        let (interrupted, rings) = UnixStream::pair()?;
        for signal in ENDS {
            pipe::register(signal, rings.try_clone()?)?;
        }
        Ok(Self { interrupted })
    }

    /// Waits for `time`, or until there is no reason to go on; returns whether there is one.
    pub(super) fn waits(&self, time: Duration) -> io::Result<bool> {
        let out = io::stdout();
        // What is written meanwhile is not waited for: only that nobody will read it.
        let mut watched = [
            PollFd::new(&self.interrupted, PollFlags::IN),
            PollFd::new(&out, PollFlags::empty()),
        ];
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        match poll(&mut watched, Some(&time)) {
            Ok(_) => {
                let [interrupted, out] = watched.map(|one| one.revents());
                Ok(interrupted.is_empty() && !out.intersects(PollFlags::ERR | PollFlags::HUP))
            }
            // The byte in the pipe is found next time.
            Err(Errno::INTR) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }
}
