//! Words that only a random generator makes, where nothing else names them.
//!
//! Transcripts are full of random words that are no secrets: commits, ids, checksums, blobs. So hexadecimal
//! and UUIDs are never enough, and a word must mix lower case, upper case and digits the way base62 does,
//! which names in camel case do not.

use super::bytes::{Mix, contains_nocase};

/// Fewest bytes with a word such as "token" before it on its line.
const MIN_NAMED: usize = 20;
/// Fewest bytes without.
const MIN_ALONE: usize = 32;
/// Longer words are data: images, maps, archives.
const MAX: usize = 128;
/// Bits per byte, of the word itself. 20 random base62 bytes have 4.0 on average, 32 have 4.5.
const BITS_NAMED: f64 = 3.5;
const BITS_ALONE: f64 = 4.2;
/// How far before the word its line is read.
const BEFORE: usize = 48;

/// Words that make what follows more likely a secret, in lower case.
const NAMED: &[&str] = &[
    "secret",
    "token",
    "passw",
    "api key",
    "apikey",
    "api_key",
    "api-key",
    "credential",
    "bearer",
    "private key",
    "access key",
];

/// Words that say what else it is, in lower case.
const OTHERWISE: &[&str] = &[
    "sha1",
    "sha256",
    "sha384",
    "sha512",
    "h1:",
    "integrity",
    "checksum",
    "digest",
    "hash",
    "etag",
    "uuid",
    "nonce",
    "base64,",
    "signature",
    "commit",
    "fingerprint",
    "ssh-rsa",
    "ssh-ed25519",
    "ecdsa",
    "public",
    "session",
    "request",
    "cursor",
    "id\"",
    "_id",
    "id=",
    "id:",
    "ids",
];

/// How ids begin that services make: Anthropic, `OpenAI`, GitHub, Stripe objects.
const IDS: &[&str] = &[
    "toolu_",
    "srvtoolu_",
    "msg_",
    "req_",
    "call_",
    "chatcmpl-",
    "resp_",
    "rs_",
    "fc_",
    "ctc_",
    "item_",
    "run_",
    "step_",
    "thread_",
    "asst_",
    "file-",
    "org-",
    "proj_",
    "user_",
    "session_",
    "cus_",
    "sub_",
    "evt_",
    "pi_",
    "price_",
    "prod_",
    "acct_",
    "ch_",
    "in_",
    "batch_",
    "container_",
    "sha",
    "sk_",
    "PR_",
    "IC_",
    "MDQ6",
    "MDEy",
];

/// Returns where the next random word at or after `from` stands.
pub(super) fn find(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    while at + MIN_NAMED <= text.len() {
        // A word of the length that counts covers the last byte of every window of that length.
        let window = &text[at..at + MIN_NAMED];
        if let Some(gap) = window.iter().rposition(|b| !is_word(*b)) {
            at += gap + 1;
            continue;
        }
        let end = at + text[at..].iter().position(|b| !is_word(*b)).unwrap_or(text.len() - at);
        let start = at - text[from..at].iter().rev().take_while(|b| is_word(**b)).count();
        if is_random(text, start, end) {
            return Some((start, end));
        }
        at = end + 1;
    }
    None
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_random(text: &[u8], start: usize, end: usize) -> bool {
    let word = &text[start..end];
    let mix = Mix::of(word);
    if word.len() > MAX
        || mix.lower < 3
        || mix.upper < 3
        || mix.digits < 3
        || mix.other * 8 > word.len()
        || mix.repeat > 4
    {
        return false;
    }
    let neighbour = |at: Option<&u8>| at.is_some_and(|b| matches!(b, b'/' | b'+' | b'.' | b'@' | b'%' | b'\\'));
    if neighbour(start.checked_sub(1).map(|n| &text[n]))
        || neighbour(text.get(end))
        || IDS.iter().any(|id| names(word, id.as_bytes()))
    {
        return false;
    }
    let before = &text[start.saturating_sub(BEFORE)..start];
    let line = &before[before.iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1)..];
    if OTHERWISE.iter().any(|word| contains_nocase(line, word.as_bytes())) {
        return false;
    }
    let named = NAMED.iter().any(|word| contains_nocase(line, word.as_bytes()));
    let (min, bits) = if named {
        (MIN_NAMED, BITS_NAMED)
    } else {
        (MIN_ALONE, BITS_ALONE)
    };
    word.len() >= min && mix.changes * 5 >= word.len() * 2 && shannon(word) >= bits
}

/// Returns whether the word, or a part of it after a `_`, begins as such ids do.
fn names(word: &[u8], id: &[u8]) -> bool {
    memchr::memmem::find_iter(word, id).any(|at| at == 0 || matches!(word[at - 1], b'_' | b'-'))
}

/// Returns the Shannon entropy of the word's bytes, in bits per byte.
fn shannon(word: &[u8]) -> f64 {
    let mut counts = [0_u32; 128];
    for byte in word {
        counts[usize::from(byte & 127)] += 1;
    }
    let len = word.len() as f64;
    counts
        .iter()
        .filter(|n| **n > 0)
        .map(|n| f64::from(*n) / len)
        .map(|share| -share * share.log2())
        .sum()
}
