//! The full rule set, for drain and import: the scanner, expressions, randomness, the user's own patterns.

use std::borrow::Cow;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;

use super::patterns::PATTERNS;
use super::scan::scan_spot;
use super::walk::{Kind, Spot, walk};
use super::{Clean, entropy, factor, splice};
use crate::domain::trace::Observation;

/// Longest name of a user's pattern, in bytes.
const LONGEST_NAME: usize = 60;

/// A pattern from the user's settings: whatever it matches is a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPattern {
    /// What stands in the marker: letters, digits, `-` and `_`.
    pub name: String,
    /// The regular expression. Its first group is the secret, or the whole match when it has none.
    pub pattern: String,
}

/// Why a user's pattern cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// The name would not survive in a marker.
    #[error("redaction pattern name {name:?} must have 1 to {LONGEST_NAME} letters, digits, '-' or '_': rename it")]
    Name {
        /// The pattern's name.
        name: String,
    },
    /// It is no regular expression, or one that grows too big.
    #[error("redaction pattern {name:?} is not a usable regular expression: correct {pattern:?}")]
    Expression {
        /// The pattern's name.
        name: String,
        /// The pattern.
        pattern: String,
        /// What the expression engine says.
        #[source]
        source: Box<regex::Error>,
    },
    /// Every text would have to be searched for it.
    #[error(
        "redaction pattern {name:?} has no fixed text of at least {} bytes that every match contains: \
         add some to {pattern:?}, such as the prefix of the key or the name before the value",
        factor::MIN
    )]
    NoKeyword {
        /// The pattern's name.
        name: String,
        /// The pattern.
        pattern: String,
    },
    /// It matches nothing at all, and so would mark every place in a text.
    #[error(
        "redaction pattern {name:?} also matches empty text: change {pattern:?} so that a match has at least one byte"
    )]
    Empty {
        /// The pattern's name.
        name: String,
        /// The pattern.
        pattern: String,
    },
}

/// A user's pattern, ready to run.
#[derive(Debug)]
struct Own {
    name: String,
    expression: Regex,
}

/// The full rule set.
#[derive(Debug)]
pub struct Rules {
    /// One pass over a text says which expressions may match: its patterns are their keywords.
    gate: AhoCorasick,
    /// For each keyword the number of its expression; the user's come after the built-in ones.
    gated: Vec<usize>,
    /// Compiled when their keyword first occurs: most runs need few, and a hook none.
    built_in: [OnceLock<Option<Regex>>; PATTERNS.len()],
    own: Vec<Own>,
}

impl Rules {
    /// Returns the rule set with the user's patterns added.
    pub fn new(own: &[UserPattern]) -> Result<Self, RedactError> {
        let mut words: Vec<Vec<u8>> = Vec::new();
        let mut gated = Vec::new();
        for (number, pattern) in PATTERNS.iter().enumerate() {
            words.extend(pattern.keywords.iter().map(|word| word.as_bytes().to_vec()));
            gated.resize(words.len(), number);
        }
        let mut ready = Vec::with_capacity(own.len());
        for (number, pattern) in own.iter().enumerate() {
            let (one, keywords) = Own::new(pattern)?;
            ready.push(one);
            words.extend(keywords);
            gated.resize(words.len(), PATTERNS.len() + number);
        }
        let gate = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(true)
            .build(&words);
        let gate = gate.map_err(|source| RedactError::Expression {
            name: "all".to_owned(),
            pattern: format!("{} keywords", words.len()),
            source: Box::new(regex::Error::Syntax(source.to_string())),
        })?;
        Ok(Self {
            gate,
            gated,
            built_in: [const { OnceLock::new() }; PATTERNS.len()],
            own: ready,
        })
    }

    /// Returns the text without secrets.
    #[must_use]
    pub fn text(&self, text: &str) -> Clean<String> {
        Clean(self.spot(text, Spot::WORDS).into_owned())
    }

    /// Returns the observation without the secrets that only the full set knows.
    #[must_use]
    pub fn observation(&self, observation: Clean<Observation>) -> Clean<Observation> {
        let mut observation = observation.into_inner();
        walk(&mut observation, &mut |text, spot| self.in_place(text, spot));
        Clean(observation)
    }

    /// Returns the text as it must now be stored, or nothing when it holds no secret that these rules know:
    /// what `redact --again` asks of each stored text.
    #[must_use]
    pub fn again(&self, stored: &str) -> Option<Clean<String>> {
        match self.spot(stored, Spot::WORDS) {
            Cow::Borrowed(_) => None,
            Cow::Owned(redacted) => Some(Clean(redacted)),
        }
    }

    /// Like [`again`](Self::again), for JSON text: what comes back is still JSON.
    #[must_use]
    pub fn again_json(&self, stored: &str) -> Option<Clean<String>> {
        match self.spot(stored, Spot::JSON) {
            Cow::Borrowed(_) => None,
            Cow::Owned(redacted) => Some(Clean(redacted)),
        }
    }

    fn in_place(&self, text: &mut String, spot: Spot) {
        if let Cow::Owned(redacted) = self.spot(text, spot) {
            *text = redacted;
        }
    }

    fn spot<'t>(&self, text: &'t str, spot: Spot) -> Cow<'t, str> {
        let mut redacted = scan_spot(text, spot);
        // Markers are new neighbours: see the scanner. Each round leaves less text outside markers.
        while let Some(next) = self.round(&redacted, spot) {
            redacted = match scan_spot(&next, spot) {
                Cow::Borrowed(_) => Cow::Owned(next),
                Cow::Owned(scanned) => Cow::Owned(scanned),
            };
        }
        redacted
    }

    /// Runs everything but the scanner once; returns nothing when nothing was found.
    fn round(&self, text: &str, spot: Spot) -> Option<String> {
        let mut hits: Vec<(usize, usize, &str)> = Vec::new();
        for number in self.called(text) {
            self.expression(number, text, &mut hits);
        }
        if spot.kind != Kind::Name {
            let mut from = 0;
            while let Some((start, end)) = entropy::find(text.as_bytes(), from) {
                hits.push((start, end, "random"));
                from = end;
            }
        }
        hits.retain(|hit| !touches_marker(text, *hit));
        if hits.is_empty() {
            return None;
        }
        hits.sort_unstable_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
        hits.dedup_by(|later, kept| later.0 < kept.1);
        match splice::replace(text, spot, &hits) {
            Cow::Borrowed(_) => None,
            Cow::Owned(redacted) => Some(redacted),
        }
    }

    /// Returns the numbers of the expressions whose keyword occurs, in order.
    fn called(&self, text: &str) -> Vec<usize> {
        let mut called: Vec<usize> = Vec::new();
        for found in self.gate.find_overlapping_iter(text) {
            let number = self.gated[found.pattern().as_usize()];
            if !called.contains(&number) {
                called.push(number);
            }
        }
        called.sort_unstable();
        called
    }

    fn expression<'r>(&'r self, number: usize, text: &str, hits: &mut Vec<(usize, usize, &'r str)>) {
        if let Some(own) = number.checked_sub(PATTERNS.len()) {
            let own = &self.own[own];
            hits.extend(own.expression.captures_iter(text).filter_map(|found| {
                let part = found.iter().skip(1).flatten().next().or_else(|| found.get(0))?;
                (!part.is_empty()).then_some((part.start(), part.end(), own.name.as_str()))
            }));
            return;
        }
        let pattern = &PATTERNS[number];
        let Some(expression) = self.built_in[number].get_or_init(|| Regex::new(&ascii(pattern.expression)).ok()) else {
            return;
        };
        hits.extend(expression.captures_iter(text).filter_map(|found| {
            let part = found.get(1)?;
            (pattern.accepts)(part.as_str().as_bytes()).then_some((part.start(), part.end(), pattern.rule))
        }));
    }
}

/// Returns the expression with classes of ASCII letters and digits: their Unicode tables take most of the
/// time of compiling it.
pub(super) fn ascii(expression: &str) -> String {
    expression
        .replace(r"\b", r"(?-u:\b)")
        .replace(r"[\w", r"[A-Za-z0-9_")
        .replace(r"\w", "[A-Za-z0-9_]")
        .replace(r"\d", "[0-9]")
}

/// Longest marker that is looked back for, in bytes; [`RedactError::Name`] keeps names below it.
const LONGEST_MARKER: usize = 80;

/// Returns whether the hit overlaps a marker: what is inside one is redacted already.
fn touches_marker(text: &str, (start, end, _): (usize, usize, &str)) -> bool {
    let inside = &text[start..end];
    if inside.contains(splice::MARK) {
        return true;
    }
    let near = text.floor_char_boundary(start.saturating_sub(LONGEST_MARKER));
    text[near..start]
        .rfind('[')
        .map(|open| near + open)
        .is_some_and(|open| {
            text[open..].starts_with(splice::MARK) && text[open..].find(']').is_none_or(|close| open + close >= start)
        })
}

impl Own {
    fn new(pattern: &UserPattern) -> Result<(Self, Vec<Vec<u8>>), RedactError> {
        let UserPattern { name, pattern } = pattern;
        let named = || (name.clone(), pattern.clone());
        if name.is_empty()
            || name.len() > LONGEST_NAME
            || !name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        {
            return Err(RedactError::Name { name: name.clone() });
        }
        let expression = Regex::new(pattern).map_err(|source| {
            let (name, pattern) = named();
            RedactError::Expression {
                name,
                pattern,
                source: Box::new(source),
            }
        })?;
        let (name, pattern) = named();
        let Ok(parsed) = regex_syntax::parse(&pattern) else {
            return Err(RedactError::NoKeyword { name, pattern });
        };
        if parsed.properties().minimum_len().is_none_or(|least| least == 0) {
            return Err(RedactError::Empty { name, pattern });
        }
        let Some(keywords) = factor::keywords(&parsed) else {
            return Err(RedactError::NoKeyword { name, pattern });
        };
        Ok((Self { name, expression }, keywords))
    }
}
