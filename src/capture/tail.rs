//! One reader for every file that grows by lines: journals and transcripts, by byte offset.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::CaptureError;
use crate::store::source::Progress;

/// Bytes at the beginning of a file by which it is known again.
const PREFIX: u64 = 256;

/// A file that is read line by line from where reading stopped last time.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    reader: BufReader<File>,
    line: Vec<u8>,
    progress: Progress,
    position: u64,
}

/// One line, without its newline.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Where it begins.
    pub offset: u64,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Whether a newline ends it; the last line of a file that is being written has none yet.
    pub ended: bool,
}

impl Tail {
    /// Opens `path` at the offset of `progress`. A file that is shorter than that, or begins otherwise than
    /// it did, is another file under the same name and is read from its beginning.
    pub(super) fn open(path: &Path, progress: Option<Progress>) -> Result<Self, CaptureError> {
        let fail = |source| CaptureError::Read {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(fail)?;
        let size = file.metadata().map_err(fail)?.len();
        let mut progress = progress.unwrap_or_default();
        if progress.offset > size || prefix(&mut file, length_in(&progress.prefix)).map_err(fail)? != progress.prefix {
            progress = Progress::default();
        }
        if length_in(&progress.prefix) < PREFIX.min(size) {
            progress.prefix = prefix(&mut file, PREFIX.min(size)).map_err(fail)?;
        }
        file.seek(SeekFrom::Start(progress.offset)).map_err(fail)?;
        let position = progress.offset;
        Ok(Self {
            path: path.to_owned(),
            reader: BufReader::with_capacity(1 << 16, file),
            line: Vec::new(),
            progress,
            position,
        })
    }

    /// Returns the next line, or nothing at the end. Holds one line in memory, whatever the file's size.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, CaptureError> {
        self.line.clear();
        let offset = self.position;
        let read = self
            .reader
            .read_until(b'\n', &mut self.line)
            .map_err(|source| CaptureError::Read {
                path: self.path.clone(),
                source,
            })?;
        if read == 0 {
            return Ok(None);
        }
        self.position += read as u64;
        let ended = self.line.last() == Some(&b'\n');
        if ended {
            self.line.pop();
        }
        Ok(Some(Line {
            offset,
            bytes: &self.line,
            ended,
        }))
    }

    /// Returns where the line after the last one begins.
    #[must_use]
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Returns where reading stood when the file was opened, with the marks by which it is known again.
    #[must_use]
    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }
}

/// Returns whether the file at `path` still begins as it did; one that cannot be read is looked at by whoever reads it.
pub(super) fn is_same(path: &Path, progress: &Progress) -> bool {
    let found = File::open(path).and_then(|mut file| prefix(&mut file, length_in(&progress.prefix)));
    found.is_ok_and(|found| found == progress.prefix)
}

/// Returns the length (two bytes, little endian) and hash of the first `length` bytes of `file`.
fn prefix(file: &mut File, length: u64) -> std::io::Result<Vec<u8>> {
    if length == 0 {
        return Ok(Vec::new());
    }
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    let mut mark = u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_le_bytes().to_vec();
    mark.extend_from_slice(&Sha256::digest(&bytes)[..16]);
    Ok(mark)
}

fn length_in(mark: &[u8]) -> u64 {
    mark.first_chunk::<2>()
        .map_or(0, |length| u64::from(u16::from_le_bytes(*length)))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn lines(path: &Path, progress: Option<Progress>) -> (Vec<(u64, String, bool)>, Progress) {
        let mut tail = Tail::open(path, progress).expect("opens");
        let mut found = Vec::new();
        while let Some(line) = tail.next().expect("reads") {
            found.push((
                line.offset,
                String::from_utf8_lossy(line.bytes).into_owned(),
                line.ended,
            ));
        }
        let progress = Progress {
            offset: tail.position(),
            ..tail.progress().clone()
        };
        (found, progress)
    }

    #[test]
    fn reading_goes_on_where_it_stopped() {
        let mut file = tempfile::NamedTempFile::new().expect("file");
        file.write_all(b"one\ntwo").expect("writes");
        let (first, progress) = lines(file.path(), None);
        assert_eq!(first, [(0, "one".into(), true), (4, "two".into(), false)]);
        file.write_all(b"\nthree\n").expect("writes");
        let (more, progress) = lines(file.path(), Some(Progress { offset: 4, ..progress }));
        assert_eq!(more, [(4, "two".into(), true), (8, "three".into(), true)]);
        assert_eq!(lines(file.path(), Some(progress)).0, []);
    }

    #[test]
    fn another_file_under_the_same_name_is_read_anew() {
        let file = tempfile::NamedTempFile::new().expect("file");
        std::fs::write(file.path(), b"old words\nmore\n").expect("writes");
        let (_, progress) = lines(file.path(), None);
        std::fs::write(file.path(), b"new words\nand much more than before\n").expect("writes");
        assert_eq!(lines(file.path(), Some(progress.clone())).0.len(), 2);
        std::fs::write(file.path(), b"short\n").expect("writes");
        assert_eq!(lines(file.path(), Some(progress)).0, [(0, "short".into(), true)]);
    }
}
