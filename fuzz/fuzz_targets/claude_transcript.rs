//! Any bytes as a transcript: no panic, and a later read begins inside of what was read.
#![no_main]

use callus::assistants::Transcript;
use callus::assistants::claude_code::transcript::Reader;
use callus::domain::time::Timestamp;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut reader = Reader::new(&Transcript {
        path: "session.jsonl".into(),
        session: "session".into(),
        agent: None,
        parent: None,
        modified: Timestamp(0),
        bytes: input.len() as u64,
    });
    let mut offset = 0;
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        // A broken line is an error, and the lines after it are read all the same.
        let _ = reader.line(offset, line);
        offset += line.len() as u64;
    }
    reader.finish();
    assert!(reader.resume_offset().is_none_or(|from| from < offset));
});
