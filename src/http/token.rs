//! The one word that lets a client in: made once, kept where only its owner reads it, never shown unasked.

use std::fmt::{self, Write as _};
use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};
use subtle::ConstantTimeEq as _;

use super::error::TokenError;

/// A token.
#[derive(Clone)]
pub struct Token(Arc<str>);

/// Begins every token that is made here, so that whoever finds one knows what it opens.
const PREFIX: &str = "callus_";
/// Random bytes in one.
const RANDOM: usize = 32;
/// The fewest characters of a token that somebody else made: fewer can be tried out.
const SHORTEST: usize = 32;
/// The most: it has to fit into a header.
const LONGEST: usize = 512;
/// The bits of a file's mode that let anybody but its owner in.
const OTHERS: u32 = 0o077;
/// The user whose files everybody has to trust.
const ROOT: u32 = 0;

impl Token {
    /// Returns the token in the file, which is made where there is none; two servers that start at once agree on one.
    pub fn kept(path: &Path) -> Result<Self, TokenError> {
        match Self::read(path) {
            Err(TokenError::Missing(_)) => {
                make(path).map_err(|source| TokenError::File {
                    action: "write",
                    path: path.to_owned(),
                    source,
                })?;
                Self::read(path)
            }
            read => read,
        }
    }

    /// Returns the token in a file that is there.
    pub fn read(path: &Path) -> Result<Self, TokenError> {
        let text = content(path)?;
        let malformed = |why| TokenError::Malformed {
            path: path.to_owned(),
            why,
        };
        let word = text.trim_ascii();
        if word.is_empty() {
            Err(malformed("is empty"))
        } else if !word.iter().all(u8::is_ascii_graphic) {
            Err(malformed("does not hold one word of plain characters"))
        } else if word.len() < SHORTEST {
            Err(malformed(
                "holds fewer than 32 characters, which is too few for a token",
            ))
        } else if word.len() > LONGEST {
            Err(malformed(
                "holds more than 512 characters, which is too many for a token",
            ))
        } else {
            Ok(Self(String::from_utf8_lossy(word).into()))
        }
    }

    /// Returns whether `given` is the token, in a time that does not tell how much of it is right.
    #[must_use]
    pub fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// Returns the token itself, for whoever asked to see it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(…)")
    }
}

/// Returns what the file says, a little more than a token at most. It is looked at through what was opened, so that
/// nobody can put another file in its place meanwhile.
fn content(path: &Path) -> Result<Vec<u8>, TokenError> {
    let failed = |source: io::Error| match source.kind() {
        ErrorKind::NotFound => TokenError::Missing(path.to_owned()),
        _ => TokenError::File {
            action: "read",
            path: path.to_owned(),
            source,
        },
    };
    // Opening a pipe that nobody writes to would never end.
    let flags = OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| failed(error.into()))?;
    let file = File::from(file);
    let found = file.metadata().map_err(failed)?;
    if !found.is_file() {
        return Err(TokenError::NoFile(path.to_owned()));
    }
    if ![rustix::process::geteuid().as_raw(), ROOT].contains(&found.uid()) {
        return Err(TokenError::Foreign(path.to_owned()));
    }
    if found.mode() & OTHERS != 0 {
        return Err(TokenError::Exposed {
            path: path.to_owned(),
            mode: found.mode() & 0o7777,
        });
    }
    let mut text = Vec::new();
    let most = 2 * LONGEST as u64;
    file.take(most).read_to_end(&mut text).map_err(failed)?;
    Ok(text)
}

/// Makes a token and puts it at `path` whole, unless another process was first.
fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut random = [0_u8; RANDOM];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    let mut word = PREFIX.to_owned();
    for byte in random {
        // Writing to a string cannot fail.
        let _ = write!(word, "{byte:02x}");
    }
    // A temporary file is its owner's alone from the beginning.
    let mut file = tempfile::Builder::new().prefix(".token").tempfile_in(folder)?;
    file.write_all(format!("{word}\n").as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(refused) => Err(refused.error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;
    use std::thread;

    use super::*;

    fn written(folder: &Path, text: &[u8], mode: u32) -> PathBuf {
        let path = folder.join("given");
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
        path
    }

    #[test]
    fn a_token_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data/token");
        let token = Token::kept(&path).expect("made");
        assert!(token.reveal().starts_with(PREFIX) && token.reveal().len() == PREFIX.len() + 2 * RANDOM);
        assert!(Token::kept(&path).expect("kept").is(token.reveal()));
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o7777, 0o600);
        let left: Vec<_> = fs::read_dir(folder.path().join("data")).expect("a folder").collect();
        assert_eq!(left.len(), 1, "no temporary file is left");
        assert!(!format!("{token:?}").contains(&token.reveal()[8..]));
        let other = Token::kept(&folder.path().join("other")).expect("made");
        assert!(!other.is(token.reveal()));
    }

    #[test]
    fn servers_that_start_at_once_agree_on_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let tokens: Vec<String> = thread::scope(|scope| {
            let starts: Vec<_> = (0..16)
                .map(|_| scope.spawn(|| Token::kept(&path).expect("a token").reveal().to_owned()))
                .collect();
            starts.into_iter().map(|start| start.join().expect("ends")).collect()
        });
        assert!(tokens.iter().all(|token| *token == tokens[0]));
    }

    #[test]
    fn only_the_whole_token_is_it() {
        let token = Token("0123456789abcdef0123456789abcdef".into());
        for (given, is) in [
            ("0123456789abcdef0123456789abcdef", true),
            ("0123456789abcdef0123456789abcde", false),
            ("0123456789abcdef0123456789abcdef0", false),
            ("0123456789abcdef0123456789abcdeF", false),
            ("", false),
        ] {
            assert_eq!(token.is(given), is, "{given}");
        }
    }

    #[test]
    fn a_file_that_is_no_secret_or_no_token_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let word = [b'x'; 40];
        let read = |text: &[u8], mode| {
            Token::read(&written(folder.path(), text, mode)).map_or_else(
                |error| error.to_string(),
                |token| {
                    assert_eq!(token.reveal().as_bytes(), word);
                    "a token".to_owned()
                },
            )
        };
        let line = [&word[..], b"\n"].concat();
        let long = vec![b'x'; 1 << 20];
        let table: &[(&[u8], u32, &str)] = &[
            (&line, 0o600, "a token"),
            (&line, 0o400, "a token"),
            (&line, 0o644, "is open to other users (mode 0644)"),
            (&line, 0o620, "is open to other users (mode 0620)"),
            (b"", 0o600, "is empty"),
            (b" \n\n", 0o600, "is empty"),
            (b"hunter2hunter2", 0o600, "too few for a token"),
            (&[b'x'; 600], 0o600, "too many for a token"),
            (&long, 0o600, "too many for a token"),
            (&[0xff; 40], 0o600, "one word of plain characters"),
            (
                b"first-word-of-a-file second-word-of-a-file",
                0o600,
                "one word of plain characters",
            ),
        ];
        for (text, mode, said) in table {
            let told = read(text, *mode);
            assert!(told.ends_with(said), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
            fs::remove_file(folder.path().join("given")).expect("removed");
        }
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(Token::read(folder.path()), Err(TokenError::NoFile(_))));
        assert!(matches!(Token::kept(folder.path()), Err(TokenError::NoFile(_))));
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, Mode::RUSR, 0).expect("a pipe");
        assert!(matches!(Token::read(&pipe), Err(TokenError::NoFile(_))));
        assert!(matches!(
            Token::read(&folder.path().join("none")),
            Err(TokenError::Missing(_))
        ));
    }
}
