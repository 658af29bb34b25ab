//! The bytes of events, apart from the rows that are searched, and compressed.

use std::cell::RefCell;
use std::io::Read as _;

use flate2::read::DeflateDecoder;
use flate2::{Compress, Compression, FlushCompress, Status};
use rusqlite::{OptionalExtension as _, params};

use super::{StoreError, Tx};
use crate::domain::id::EventId;
use crate::domain::trace::Text;

/// Which bytes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What was asked for.
    Input,
    /// What came back.
    Output,
}

impl Part {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}

/// Keeps a text of an event; the caller took it out of a clean observation. Where there is one already, the one
/// with more kept bytes stays.
pub(super) fn keep(tx: &Tx<'_>, event: EventId, part: Part, text: &Text) -> Result<(), StoreError> {
    if text.is_empty() {
        return Ok(());
    }
    let tail = (!text.tail.is_empty()).then(|| deflate(&text.tail));
    tx.prepare_cached(
        "insert into body (event, part, head, tail, bytes) values (?1, ?2, ?3, ?4, ?5)
         on conflict (event, part) do update
         set head = excluded.head, tail = excluded.tail, bytes = excluded.bytes
         where length(excluded.head) + coalesce(length(excluded.tail), 0) > length(head) + coalesce(length(tail), 0)",
    )?
    .execute(params![
        event.0,
        part.word(),
        deflate(&text.head),
        tail,
        text.bytes.cast_signed()
    ])?;
    Ok(())
}

/// Returns a text of an event.
pub fn read(connection: &rusqlite::Connection, event: EventId, part: Part) -> Result<Option<Text>, StoreError> {
    let row = connection
        .prepare_cached("select head, tail, bytes from body where event = ?1 and part = ?2")?
        .query_row(params![event.0, part.word()], |row| {
            Ok((
                row.get::<_, Vec<u8>>(0)?,
                row.get::<_, Option<Vec<u8>>>(1)?,
                row.get::<_, i64>(2)?,
            ))
        })
        .optional()?;
    row.map(|(head, tail, bytes)| {
        Ok(Text {
            head: inflate(&head)?,
            tail: tail.map_or_else(|| Ok(String::new()), |tail| inflate(&tail))?,
            bytes: bytes.cast_unsigned(),
        })
    })
    .transpose()
}

thread_local! {
    /// One compressor for each thread: making one clears a quarter of a megabyte, which costs more than compressing.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

pub(super) fn deflate(text: &str) -> Vec<u8> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        // Deflate adds five bytes for each block that cannot be made smaller: this always holds all of it.
        let mut bytes = Vec::with_capacity(text.len() + text.len() / 1_000 + 64);
        // Compressing into memory that is large enough cannot fail; should it ever, an empty body is better than a
        // lost event.
        match compressor.compress_vec(text.as_bytes(), &mut bytes, FlushCompress::Finish) {
            Ok(Status::StreamEnd) => bytes,
            _ => Vec::new(),
        }
    })
}

pub(super) fn inflate(bytes: &[u8]) -> Result<String, StoreError> {
    let mut text = String::new();
    DeflateDecoder::new(bytes)
        .read_to_string(&mut text)
        .map_err(|_| StoreError::Stored { what: "body" })?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deflated_inflates_to_the_same() {
        let noise: String = (0..40_000_u32)
            .filter_map(|n| char::from_u32(33 + n.wrapping_mul(2_654_435_761) % 9_000))
            .collect();
        for text in ["", "a", &"línea\n".repeat(500), &noise] {
            assert_eq!(inflate(&deflate(text)).expect("inflates"), text);
        }
        assert!(inflate(&[255, 255, 0]).is_err());
    }
}
