//! Why there is no server.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::answers::Advice;

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The runtime could not be started.
    #[error("could not start the server")]
    Runtime(#[source] io::Error),
    /// Nothing can listen at what was given.
    #[error("`{given}` is no address to listen at")]
    Address {
        /// What was given.
        given: String,
    },
    /// Another program listens there.
    #[error("another program listens at {0} already")]
    Taken(SocketAddr),
    /// The address is not one of this machine.
    #[error("this machine has no address {0}")]
    Elsewhere(SocketAddr),
    /// The system refuses the port to this user.
    #[error("this user may not listen at {0}")]
    Forbidden(SocketAddr),
    /// The system gives another reason.
    #[error("could not listen at {address}")]
    Listen {
        /// Where it was tried.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Other machines could ask without a token.
    #[error("{0} can be reached from other machines, and is not served without a token")]
    Open(SocketAddr),
    /// A name of this server cannot be one.
    #[error("`{given}` is no {what}")]
    Name {
        /// What it should be.
        what: &'static str,
        /// What was given.
        given: String,
        /// What it looks like.
        example: &'static str,
    },
    /// The token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// Why a token cannot be used. Its text is never repeated.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file that was named is not there.
    #[error("there is no token at {}", .0.display())]
    Missing(PathBuf),
    /// It is a folder, a pipe or a device.
    #[error("{} is no file", .0.display())]
    NoFile(PathBuf),
    /// Others than its owner may read or write it.
    #[error("the token in {} is open to other users (mode {mode:04o})", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Somebody else put it there.
    #[error("the token in {} belongs to another user", .0.display())]
    Foreign(PathBuf),
    /// The file holds no token.
    #[error("{} {why}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The file could not be read or written.
    #[error("could not {action} the token in {}", path.display())]
    File {
        /// What was attempted, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

impl Advice for HttpError {
    fn advice(&self) -> Vec<String> {
        let sentence = match self {
            Self::Token(error) => return error.advice(),
            Self::Runtime(_) | Self::Listen { .. } => return Vec::new(),
            Self::Address { .. } => {
                "Write an address and a port: --addr 127.0.0.1:22558; port 0 takes a free one".to_owned()
            }
            Self::Taken(address) => format!(
                "It may be Callus: curl http://{address}/healthz. Or choose another port: --addr {}:0 takes a free one",
                address.ip()
            ),
            Self::Elsewhere(_) => "127.0.0.1 is this machine alone, 0.0.0.0 every address that it has".to_owned(),
            Self::Forbidden(_) => "Ports below 1024 belong to the system: choose a higher one".to_owned(),
            Self::Open(_) => "Leave --no-token out, or listen at 127.0.0.1".to_owned(),
            Self::Name { example, .. } => format!("It looks like this: {example}"),
        };
        vec![sentence]
    }
}

impl Advice for TokenError {
    fn advice(&self) -> Vec<String> {
        let sentence = match self {
            Self::Missing(path) => format!(
                "Make one: (umask 077; head -c 32 /dev/urandom | base64 >'{}')",
                path.display()
            ),
            Self::Exposed { path, .. } => format!(
                "Whoever read it can use it: remove the file for a new one, or close it: chmod 600 '{}'",
                path.display()
            ),
            Self::Foreign(_) => "Name a file of your own: --token-file PATH".to_owned(),
            Self::NoFile(path) | Self::Malformed { path, .. } => {
                format!(
                    "Remove '{}', and the next start makes a new one where none is named",
                    path.display()
                )
            }
            Self::File { .. } => "--token-file names another file".to_owned(),
        };
        vec![sentence]
    }
}
