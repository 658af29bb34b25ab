//! Any bytes on a hook's standard input: no panic, and no observation without a session.
#![no_main]

use callus::assistants::claude_code::hook::hook;
use callus::domain::time::Timestamp;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let parsed = hook(input, Timestamp(0));
    assert!(parsed.observations.is_empty() || parsed.session.is_some());
});
