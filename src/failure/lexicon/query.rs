//! What a query asks for: words, phrases and prefixes, each in every spelling, and the families of errors it speaks of.

use super::gloss;
use super::split::{parts, words};

/// What a text must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// These words, one after the other.
    Phrase(String),
    /// A word that begins so.
    Prefix(String),
    /// One of these.
    Any(Vec<Wanted>),
    /// All of these.
    All(Vec<Wanted>),
}

/// One word of a query, or a phrase that stands in quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As it was typed.
    pub text: String,
    /// The word itself, in every spelling.
    pub exact: Wanted,
    /// What a text still fits by that holds only parts of it.
    pub loose: Option<Wanted>,
    /// It may be a word that was mistyped: letters alone.
    pub plain: bool,
}

/// A family of errors that a query speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Its name, one word.
    pub name: &'static str,
    /// The terms by which the query speaks of it.
    pub terms: Vec<usize>,
    /// The words of the longest phrase by which it does.
    pub words: usize,
}

/// A query, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Its words and phrases; those that say nothing are left out while another remains.
    pub terms: Vec<Term>,
    /// The families of errors that it speaks of.
    pub families: Vec<Family>,
}

/// Words of a question that say nothing about what went wrong. `not` and `no` say something only beside other words, and
/// the gloss knows which.
const EMPTY: &[&str] = &[
    "a",
    "about",
    "after",
    "again",
    "all",
    "also",
    "always",
    "am",
    "an",
    "and",
    "any",
    "anything",
    "are",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "but",
    "by",
    "can",
    "cannot",
    "could",
    "d",
    "did",
    "do",
    "does",
    "doing",
    "don",
    "during",
    "each",
    "even",
    "every",
    "for",
    "from",
    "get",
    "gets",
    "getting",
    "give",
    "gives",
    "goes",
    "got",
    "had",
    "happen",
    "happened",
    "happens",
    "has",
    "have",
    "he",
    "help",
    "her",
    "here",
    "his",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "isn",
    "it",
    "its",
    "just",
    "keep",
    "keeps",
    "last",
    "let",
    "like",
    "ll",
    "look",
    "m",
    "makes",
    "may",
    "me",
    "mean",
    "means",
    "might",
    "must",
    "my",
    "need",
    "no",
    "not",
    "now",
    "of",
    "off",
    "on",
    "once",
    "one",
    "only",
    "or",
    "our",
    "out",
    "please",
    "problem",
    "re",
    "really",
    "s",
    "same",
    "say",
    "says",
    "see",
    "seen",
    "should",
    "show",
    "so",
    "some",
    "something",
    "still",
    "such",
    "t",
    "tell",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "thing",
    "this",
    "those",
    "time",
    "to",
    "too",
    "try",
    "trying",
    "up",
    "us",
    "ve",
    "very",
    "want",
    "wants",
    "was",
    "wasn",
    "way",
    "we",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "why",
    "will",
    "with",
    "without",
    "won",
    "would",
    "you",
    "your",
];

/// Terms that are looked for; more make no search better.
const MOST: usize = 16;

/// Fewest letters of a prefix: a shorter one begins half of all words.
const FEWEST: usize = 3;

/// Characters that hold the words of a path or an identifier together.
const GLUE: &[char] = &['_', '-', '.', '/', '\\', ':', '@', '\'', '+', '#', '=', '~', '%'];

impl Query {
    /// Takes a query apart. Whatever the text is, what comes of it is words: nothing in it is syntax but quotation marks
    /// around a phrase and a star behind a prefix.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut terms: Vec<(Term, std::ops::Range<usize>)> = Vec::new();
        let mut at = 0;
        for piece in pieces(text) {
            let count = words(piece.text).count();
            if let Some(term) = term(piece) {
                terms.push((term, at..at + count));
            }
            at += count;
        }
        let says = |term: &Term| !EMPTY.contains(&term.text.to_lowercase().as_str());
        let mut kept: Vec<(Term, std::ops::Range<usize>)> = Vec::new();
        let all_empty = !terms.iter().any(|(term, _)| says(term));
        for (term, range) in terms {
            let is_new = kept.iter().all(|(known, _)| known.exact != term.exact);
            if (all_empty || says(&term)) && is_new && kept.len() < MOST {
                kept.push((term, range));
            }
        }
        let families = families(text, &kept);
        Self {
            terms: kept.into_iter().map(|(term, _)| term).collect(),
            families,
        }
    }
}

fn families(text: &str, terms: &[(Term, std::ops::Range<usize>)]) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for met in gloss::met(text) {
        let overlaps = |range: &std::ops::Range<usize>| range.start < met.words.end && met.words.start < range.end;
        let covered = terms.iter().enumerate().filter(|(_, (_, range))| overlaps(range));
        let covered: Vec<usize> = covered.map(|(n, _)| n).collect();
        match families.iter_mut().find(|family| family.name == met.family) {
            Some(known) => {
                known.words = known.words.max(met.words.len());
                known.terms.extend(covered);
                known.terms.sort_unstable();
                known.terms.dedup();
            }
            None => families.push(Family {
                name: met.family,
                terms: covered,
                words: met.words.len(),
            }),
        }
    }
    families
}

#[derive(Debug, Clone, Copy)]
struct Piece<'q> {
    text: &'q str,
    quoted: bool,
}

/// Returns the pieces of a query: what stands between blanks, and what stands between two quotation marks.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('"') {
        let Some(close) = rest[open + 1..].find('"') else { break };
        plain(&rest[..open], &mut pieces);
        pieces.push(Piece {
            text: &rest[open + 1..open + 1 + close],
            quoted: true,
        });
        rest = &rest[open + close + 2..];
    }
    plain(rest, &mut pieces);
    pieces
}

fn plain<'q>(text: &'q str, pieces: &mut Vec<Piece<'q>>) {
    let is_glued = |letter: char| letter.is_alphanumeric() || letter == '*' || GLUE.contains(&letter);
    pieces.extend(
        text.split(|letter: char| !is_glued(letter))
            .filter(|piece| !piece.is_empty())
            .map(|text| Piece { text, quoted: false }),
    );
}

fn term(piece: Piece<'_>) -> Option<Term> {
    let made_of: Vec<&str> = if piece.quoted {
        words(piece.text).collect()
    } else {
        words(without_place(piece.text)).collect()
    };
    let (first, last) = (made_of.first()?, made_of.last()?);
    if piece.quoted {
        return Some(Term {
            text: piece.text.trim().to_owned(),
            exact: spellings(&made_of, false),
            loose: None,
            plain: false,
        });
    }
    if let Some(stem) = piece.text.strip_suffix('*')
        && made_of.len() == 1
        && first.chars().count() >= FEWEST
        && stem.ends_with(first)
    {
        return Some(Term {
            text: piece.text.to_owned(),
            exact: Wanted::Prefix(first.to_lowercase()),
            loose: None,
            plain: false,
        });
    }
    let is_path = piece.text.contains(['/', '\\']);
    let loose = match made_of.as_slice() {
        [_] => loose_parts(first),
        _ if is_path => last_of_path(piece.text),
        _ => Some(Wanted::All(made_of.iter().map(|word| phrase(word)).collect())),
    };
    Some(Term {
        text: made_of.join(" "),
        exact: spellings(&made_of, made_of.len() <= 4),
        loose,
        plain: made_of.len() == 1 && last.chars().all(char::is_alphabetic),
    })
}

/// Returns a name without the line and column behind it: `main.go:12:5` is asked as `main.go`.
fn without_place(text: &str) -> &str {
    let mut text = text.trim_end_matches(|letter: char| !letter.is_alphanumeric());
    while let Some((before, number)) = text.rsplit_once(':')
        && !before.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        text = before;
    }
    text
}

/// Returns the ways in which words that belong together are written: apart, each divided into its parts, or as one.
fn spellings(made_of: &[&str], as_one: bool) -> Wanted {
    let mut ways = vec![made_of.join(" ").to_lowercase()];
    let apart = made_of
        .iter()
        .flat_map(|word| parts(word))
        .collect::<Vec<_>>()
        .join(" ");
    ways.push(apart.to_lowercase());
    if as_one {
        ways.push(made_of.concat().to_lowercase());
    }
    let mut distinct: Vec<Wanted> = Vec::new();
    for way in ways {
        let way = Wanted::Phrase(way);
        if !distinct.contains(&way) {
            distinct.push(way);
        }
    }
    match distinct.len() {
        1 => distinct.remove(0),
        _ => Wanted::Any(distinct),
    }
}

fn loose_parts(word: &str) -> Option<Wanted> {
    let parts: Vec<&str> = parts(word)
        .into_iter()
        .filter(|part| part.chars().count() > 1)
        .collect();
    (parts.len() > 1).then(|| Wanted::All(parts.into_iter().map(phrase).collect()))
}

fn last_of_path(text: &str) -> Option<Wanted> {
    let name = text.rsplit(['/', '\\']).find(|name| words(name).next().is_some())?;
    let made_of: Vec<&str> = words(without_place(name)).collect();
    (!made_of.is_empty()).then(|| spellings(&made_of, false))
}

fn phrase(word: &str) -> Wanted {
    Wanted::Phrase(word.to_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(wanted: &Wanted) -> String {
        let list = |all: &[Wanted], glue: &str| all.iter().map(shown).collect::<Vec<_>>().join(glue);
        match wanted {
            Wanted::Phrase(text) => text.clone(),
            Wanted::Prefix(text) => format!("{text}*"),
            Wanted::Any(all) => list(all, " | "),
            Wanted::All(all) => list(all, " & "),
        }
    }

    fn asked(text: &str) -> Vec<String> {
        let shown_term = |term: &Term| {
            let loose = term.loose.as_ref().map(|loose| format!(" ~ {}", shown(loose)));
            shown(&term.exact) + &loose.unwrap_or_default()
        };
        Query::of(text).terms.iter().map(shown_term).collect()
    }

    #[test]
    fn a_query_is_words_phrases_and_prefixes() {
        for (text, terms) in [
            ("why does the linter fail", &["linter", "fail"][..]),
            ("the", &["the"]),
            ("exec format exec", &["exec", "format"]),
            ("\"exec format\" error", &["exec format", "error"]),
            ("\"exec format", &["exec", "format"]),
            ("wor* xy*", &["wor*", "xy"]),
            ("getUserName", &["getusername | get user name ~ get & user & name"]),
            ("get_user_name", &["get user name | getusername ~ get & user & name"]),
            ("re-run", &["re run | rerun ~ re & run"]),
            (
                "src/store/mode.rs:12:5",
                &["src store mode rs | srcstoremoders ~ mode rs"],
            ),
            ("E0308", &["e0308 | e 0308"]),
            ("std::io", &["std io | stdio ~ std & io"]),
            ("don't", &["don t | dont ~ don & t"]),
            (
                "a AND (b OR c) NEAR/2 col:x -y ^z",
                &["b", "c", "near 2 | near2 ~ 2", "col x | colx ~ col & x", "y", "z"],
            ),
            ("\"'*^():-", &[]),
            ("\0", &[]),
        ] {
            assert_eq!(asked(text), terms, "{text}");
        }
    }

    #[test]
    fn a_family_names_the_terms_by_which_it_is_asked_for() {
        let query = Query::of("is the port taken by redis");
        let family = query
            .families
            .iter()
            .find(|family| family.name == "port-in-use")
            .expect("asked");
        let terms: Vec<_> = family.terms.iter().map(|n| query.terms[*n].text.as_str()).collect();
        assert_eq!(terms, ["port", "taken"]);
        assert!(query.families.iter().any(|family| family.name == "redis"));
    }

    proptest! {
        #[test]
        fn there_are_few_terms_and_none_is_empty(text in "\\PC{0,200}") {
            let query = Query::of(&text);
            prop_assert!(query.terms.len() <= MOST);
            for family in &query.families {
                prop_assert!(family.terms.iter().all(|n| *n < query.terms.len()));
            }
            for term in &query.terms {
                prop_assert!(!shown(&term.exact).trim().is_empty());
            }
        }

        #[test]
        fn a_whole_identifier_and_its_parts_are_asked_for(word in "[a-z]{2,8}([A-Z][a-z]{1,7}){0,3}") {
            let query = Query::of(&word);
            let text = shown(&query.terms[0].exact);
            let whole = word.to_lowercase();
            prop_assert!(text.split(" | ").any(|way| way == whole));
            let apart = parts(&word).join(" ").to_lowercase();
            prop_assert!(text.split(" | ").any(|way| way == apart));
        }
    }
}
