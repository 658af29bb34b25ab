//! Labels of a session: what a person says of one that was recorded without them.

use schemars::JsonSchema;
use serde::Serialize;

use super::page::Page;
use super::pick::{session_id, session_row};
use super::session::Label;
use super::{Answer, AnswerError, Style, Writing};
use crate::domain::id::SessionId;
use crate::store::{Store, StoreError, session};

/// How a session is labelled.
#[derive(Debug, Clone, Default)]
pub struct LabelQuery {
    /// The assistant's id of the session, or a beginning of it.
    pub session: String,
    /// Labels as `key=value`; `key=` takes one away.
    pub labels: Vec<String>,
    /// Keys of labels that are taken away.
    pub remove: Vec<String>,
}

/// A session and its labels.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LabelView {
    /// The session's id.
    pub session: String,
    /// Its labels, as they are now.
    pub labels: Vec<Label>,
    /// A secret was taken out of what was given.
    pub redacted: bool,
}

/// Most characters of a key and of a value: a label is a word or two, by which sessions are told apart.
const KEY: usize = 64;
const VALUE: usize = 256;

/// Labels a session, and returns what its labels are then. Without anything to change it only returns them.
pub fn label(store: &mut Store, writing: &Writing<'_>, query: &LabelQuery) -> Result<LabelView, AnswerError> {
    let id = session_row(store, &query.session)?;
    let changes = query
        .labels
        .iter()
        .map(|text| change(text))
        .chain(query.remove.iter().map(|key| Ok((checked_key(key)?, None))))
        .collect::<Result<Vec<_>, _>>()?;
    let known = store.labels(id)?;
    let missing = changes
        .iter()
        .find(|(key, value)| value.is_none() && known.iter().all(|(known, _)| known != key));
    if let Some((key, _)) = missing {
        return Err(AnswerError::Unknown {
            kind: "label",
            given: (*key).to_owned(),
        });
    }
    let mut redacted = false;
    if !changes.is_empty() {
        store.write(|tx| {
            for (key, value) in &changes {
                let key = writing.rules.text(key);
                match value.map(|value| (value, writing.rules.text(value))) {
                    Some((given, value)) => {
                        redacted |= value.as_str() != given;
                        session::label(tx, id, &key, &value)?;
                    }
                    None => session::unlabel(tx, id, &key)?,
                }
            }
            Ok::<_, StoreError>(())
        })?;
    }
    view(store, id, redacted)
}

fn view(store: &Store, id: SessionId, redacted: bool) -> Result<LabelView, AnswerError> {
    let external = store.session(id)?.map(|row| row.external).unwrap_or_default();
    let labels = store.labels(id)?.into_iter();
    Ok(LabelView {
        session: session_id(store, &external)?,
        labels: labels.map(|(key, value)| Label { key, value }).collect(),
        redacted,
    })
}

/// Returns the key of a label, and its value; no value takes it away.
fn change(text: &str) -> Result<(&str, Option<&str>), AnswerError> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(refused(text, "is no label: write key=value"));
    };
    let value = value.trim();
    if value.chars().count() > VALUE {
        return Err(refused(text, "is too long for a label: 256 characters at most"));
    }
    if value.contains(|letter: char| letter.is_control() || letter == ',') {
        return Err(refused(text, "holds a comma or a control character"));
    }
    Ok((checked_key(key)?, Some(value).filter(|value| !value.is_empty())))
}

/// Returns a key that can stand in a filter and in a list of labels.
fn checked_key(text: &str) -> Result<&str, AnswerError> {
    let key = text.trim();
    let is_odd = |letter: char| letter.is_whitespace() || letter.is_control() || matches!(letter, ',' | '=' | '"');
    if key.is_empty() || key.chars().count() > KEY || key.contains(is_odd) {
        return Err(refused(
            text,
            "is no key of a label: up to 64 characters without blanks, commas and quotation marks",
        ));
    }
    Ok(key)
}

fn refused(given: &str, why: &str) -> AnswerError {
    AnswerError::Text {
        what: "a label",
        why: format!("`{given}` {why}"),
    }
}

impl Answer for LabelView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        if self.redacted {
            out.line("A secret was taken out of it.");
        }
        if self.labels.is_empty() {
            out.line(format!("{} has no label.", style.safe(&self.session)));
        }
        for label in &self.labels {
            out.line(style.line(&format!("{}={}", label.key, label.value), style.width));
        }
        out.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_key_and_a_value() {
        assert_eq!(change("team=orders").expect("a label"), ("team", Some("orders")));
        assert_eq!(
            change(" team = the orders=x ").expect("a label"),
            ("team", Some("the orders=x"))
        );
        assert_eq!(change("team=").expect("a label"), ("team", None));
        for text in ["team", "=x", "a b=x", "a=b,c=d", "a,b=c", "a=\u{7}", "a\"=b"] {
            assert!(change(text).is_err(), "{text}");
        }
        assert!(change(&format!("{}=x", "k".repeat(65))).is_err());
        assert!(change(&format!("k={}", "x".repeat(257))).is_err());
    }
}
