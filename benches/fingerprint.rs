//! Headlines per second: mask and both fingerprints, against SHA-256 over the same bytes in the same run.
//!
//! `cargo bench --bench fingerprint`

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use callus::domain::trace::ToolKind;
use callus::failure::fingerprint;
use callus::failure::headline::headline;
use callus::failure::mask::{MAX_BYTES, mask};
use sha2::{Digest, Sha256};

/// Rounds of each of the two, taken in turn; the median counts. A round is one pass of about a millisecond: shorter
/// than what a busy machine's scheduler gives at a time, so that the median round was not interrupted.
const ROUNDS: usize = 401;

fn main() {
    let headlines: Vec<String> = include_str!("../tests/grouping/agent_failures.jsonl")
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|row| row["text"].as_str().map(headline))
        .collect();
    let count = headlines.len();
    let bytes = headlines.iter().map(String::len).sum::<usize>();
    let [ours, sha] = interleaved([
        &|| {
            for line in &headlines {
                let masked = mask(black_box(line));
                let kind = fingerprint::kind(ToolKind::Shell, "cargo test", &masked.template);
                black_box(fingerprint::instance(kind, &masked.identity));
            }
        },
        &|| {
            for line in &headlines {
                black_box(Sha256::digest(black_box(line)));
            }
        },
    ]);
    println!("{} headlines of {} bytes on average", headlines.len(), bytes / count);
    println!(
        "mask + fingerprints  {:>10.0} headlines/s",
        count as f64 / ours.as_secs_f64()
    );
    println!(
        "SHA-256 alone        {:>10.0} headlines/s",
        count as f64 / sha.as_secs_f64()
    );
    println!("ratio of the times   {:>10.2}", ours.as_secs_f64() / sha.as_secs_f64());
    println!();
    println!("nanoseconds per byte on input made to hurt, at a quarter of the longest input and at the longest");
    for seed in [
        "a", "a/", "a.b", "'a", "a<b", "=", "::a", "1:", "a  ", "-- ", "<*> x ", "‘",
    ] {
        let whole = seed.repeat(MAX_BYTES.div_ceil(seed.len()));
        let quarter = &whole[..whole.floor_char_boundary(MAX_BYTES / 4)];
        let [short, long] = interleaved([&|| drop(black_box(mask(black_box(quarter)))), &|| {
            drop(black_box(mask(black_box(&whole))));
        }]);
        let per_byte = |time: Duration, bytes: usize| time.as_nanos() as f64 / bytes as f64;
        println!(
            "{seed:>8}  {:>6.2}  {:>6.2}",
            per_byte(short, quarter.len()),
            per_byte(long, MAX_BYTES)
        );
    }
}

/// Returns the median time of one call of each, measured in turn so that both see the same machine.
fn interleaved(work: [&dyn Fn(); 2]) -> [Duration; 2] {
    let mut times = [Vec::with_capacity(ROUNDS), Vec::with_capacity(ROUNDS)];
    for _ in 0..ROUNDS {
        for (call, times) in work.iter().zip(&mut times) {
            let start = Instant::now();
            call();
            times.push(start.elapsed());
        }
    }
    times.map(|mut times| {
        times.sort();
        times[ROUNDS / 2]
    })
}
