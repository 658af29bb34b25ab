//! What was masked and names the thing that failed.

use super::shapes::{is_alnum, is_hex_run};

/// Stands between parts.
const SEPARATOR: char = '\u{1f}';
/// Stands for a run of characters that differs with every run of the program.
const VARIES: char = '*';
/// Components that are kept of a path: enough to tell files apart, few enough to leave the checkout's own place
/// out, and the same whether the path is written from the root or from the folder at hand.
const KEPT_COMPONENTS: usize = 3;
/// Parts of a path that say it is gone tomorrow.
const TEMPORARY: &[&str] = &[
    "/tmp/",
    "/var/folders/",
    "/proc/",
    "/dev/fd/",
    "/Temp/",
    "\\Temp\\",
    "/.tmp",
];

/// The names that a headline gives to what failed: quoted text, identifiers, modules, paths, tests, rules.
///
/// Two failures of one kind with the same identity are the same failure; nothing in it varies from run to run
/// or from machine to machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Identity {
    text: String,
}

impl Identity {
    /// Returns the parts in the order of the headline.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.text.split(SEPARATOR).filter(|part| !part.is_empty())
    }

    /// Returns all parts as one text, joined by U+001F.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether the headline names nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds a name; runs of it that look random are written as `*`, and a name of nothing else is left out.
    pub(super) fn name(&mut self, name: &str) {
        let name = name.trim_ascii().trim_end_matches(['.', ',', ':', ';']);
        let before = self.text.len();
        if before > 0 {
            self.text.push(SEPARATOR);
        }
        let start = self.text.len();
        let bytes = name.as_bytes();
        let mut at = 0;
        let mut says = false;
        while at < bytes.len() {
            let end = at + bytes[at..].iter().take_while(|b| is_alnum(**b)).count();
            if end == at {
                let width = name[at..].chars().next().map_or(1, char::len_utf8);
                if !bytes[at].is_ascii_control() {
                    self.text.push_str(&name[at..at + width]);
                    says |= !bytes[at].is_ascii();
                }
                at += width;
                continue;
            }
            if varies(&bytes[at..end]) {
                self.text.push(VARIES);
            } else {
                self.text.push_str(&name[at..end]);
                says = true;
            }
            at = end;
        }
        if !says {
            self.text.truncate(before.min(start));
        }
    }

    /// Adds a path, without the line and column after it; a temporary one is left out.
    pub(super) fn path(&mut self, path: &str) {
        let path = strip_position(path);
        if TEMPORARY.iter().any(|mark| path.contains(mark)) {
            return;
        }
        let separator = |c| c == '/' || c == '\\';
        let mut trimmed = path.trim_end_matches(separator);
        while let Some(rest) = ["./", "../"].iter().find_map(|here| trimmed.strip_prefix(here)) {
            trimmed = rest;
        }
        let kept = trimmed
            .rmatch_indices(separator)
            .nth(KEPT_COMPONENTS - 1)
            .map_or(0, |(at, _)| at + 1);
        self.name(trimmed[kept..].trim_start_matches(separator));
    }

    /// Returns this identity with the file that the failing call worked on; a part that names the same file goes.
    pub(in crate::failure) fn at(&self, file: &str) -> Self {
        let mut own = Self::default();
        own.path(file);
        let others: Vec<&str> = self.parts().filter(|part| *part != own.text).collect();
        let mut text = others.join(&SEPARATOR.to_string());
        if !text.is_empty() && !own.is_empty() {
            text.push(SEPARATOR);
        }
        Self { text: text + &own.text }
    }

    /// Adds a quoted text, which may be a path.
    pub(super) fn quoted(&mut self, text: &str) {
        if text.contains(['/', '\\']) && !text.contains("://") {
            self.path(text);
        } else {
            self.name(text);
        }
    }

    /// Adds an address without its query.
    pub(super) fn address(&mut self, address: &str) {
        let end = address.find(['?', '#']).unwrap_or(address.len());
        self.name(&address[..end]);
    }
}

/// Returns `path` without a `:line:column` at its end.
fn strip_position(path: &str) -> &str {
    let mut path = path;
    while let Some((head, digits)) = path.rsplit_once(':') {
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            break;
        }
        path = head;
    }
    path
}

/// Returns whether a run of letters and digits looks random: a hash, a counter, a generated id.
fn varies(run: &[u8]) -> bool {
    let digits = run.iter().filter(|b| b.is_ascii_digit()).count();
    if digits == 0 {
        return false;
    }
    if digits == run.len() {
        return digits >= 4;
    }
    let switches = run
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    is_hex_run(run) || (run.len() >= 5 && switches >= 3)
}
