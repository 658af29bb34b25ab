//! Making what was recorded findable: the texts of each failure mode are divided into words, told apart by what they
//! mean, and written into the index, in transactions so small that a hook gets the lock in between.

use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::failure::lexicon;
use crate::store::findable::{self, Document, Said, SaidFailure, Skill};
use crate::store::{Store, StoreError};

/// Rows for each transaction: a hook waits 40 ms for the lock, and these take a few.
const BATCH: usize = 8;

/// Bytes of all messages, of one command, of all prompts: the first words say what matters.
const MESSAGES: usize = 6_000;
const COMMAND: usize = 600;
const PROMPTS: usize = 2_000;

/// The exit codes up to here say only that something failed.
const USUAL: i32 = 2;

/// Indexes what waits until nothing does, or until `within` has passed. Returns whether nothing is left.
pub fn index(store: &mut Store, within: Option<Duration>) -> Result<bool, StoreError> {
    let begun = Instant::now();
    loop {
        if step(store)? < BATCH {
            return Ok(true);
        }
        if within.is_some_and(|within| begun.elapsed() >= within) {
            return Ok(false);
        }
    }
}

fn step(store: &mut Store) -> Result<usize, StoreError> {
    let version = lexicon::version();
    // Mostly nothing waits, and then the lock is left alone.
    if store.look(|tx| findable::waiting(tx, version, 1))?.is_empty() {
        return Ok(0);
    }
    store.write(|tx| {
        let waiting = findable::waiting(tx, version, BATCH)?;
        for row in &waiting {
            match row.of {
                Some((mode, project)) => {
                    let document = findable::said(tx, mode, project)?.derive(document);
                    findable::index(tx, *row, version, &document)?;
                }
                None => findable::remove(tx, row.id)?,
            }
        }
        Ok(waiting.len())
    })
}

/// Returns what is indexed of what failures said.
fn document(said: &Said) -> Document {
    let headlines = each(said, |one| [Some(one.headline.clone()), one.error_type.clone()]);
    let messages = each(said, |one| {
        let code = one.exit_code.filter(|code| *code > USUAL);
        [Some(one.message.clone()), code.map(|code| format!("exit code {code}"))]
    });
    let commands = each(said, |one| {
        let command = one
            .command
            .as_deref()
            .map(|command| clipped(command, COMMAND).to_owned());
        [command, Some(one.scope.clone()), one.tool.clone(), one.node.clone()]
    });
    let files = each(said, |one| one.files.clone());
    let prompts = each(said, |one| [one.context.as_deref().and_then(prompt)]);
    let message = clipped(&messages.join("\n"), MESSAGES).to_owned();
    let headline = headlines.join("\n");
    let told = format!("{headline}\n{message}");
    let command = commands.join("\n");
    Document {
        gloss: family_words(&format!("{told}\n{command}")),
        words: lexicon::plain_words(&format!("{told}\n{command}\n{}", files.join("\n"))),
        headline: lexicon::spelled(&headline),
        message: lexicon::spelled(&message),
        command: lexicon::spelled(&command),
        file: lexicon::spelled(&files.join("\n")),
        remedy: lexicon::spelled(&said.remedies.join("\n")),
        prompt: lexicon::spelled(clipped(&prompts.join("\n"), PROMPTS)),
    }
}

/// Returns a skill as it is found: by its name and what it helps against before its text.
#[must_use]
pub fn skill(name: &str, says: &str, text: &str) -> Skill {
    let document = Document {
        headline: lexicon::spelled(&format!("{name}\n{says}")),
        message: lexicon::spelled(clipped(text, MESSAGES)),
        gloss: family_words(&format!("{says}\n{text}")),
        words: lexicon::plain_words(&format!("{says}\n{text}")),
        ..Document::default()
    };
    Skill {
        name: name.to_owned(),
        says: says.to_owned(),
        document,
        hash: i64::from(crc32fast::hash(text.as_bytes())),
    }
}

/// Returns the texts that failures have, each once, in their order.
fn each<const N: usize>(said: &Said, texts: impl Fn(&SaidFailure) -> [Option<String>; N]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in said.failures.iter().flat_map(texts).flatten() {
        if !text.is_empty() && !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

/// Returns the families of errors of which a text is, each as one word of the index.
fn family_words(text: &str) -> String {
    let families: Vec<String> = lexicon::families(text)
        .into_iter()
        .map(|family| family.replace('-', ""))
        .collect();
    families.join(" ")
}

fn clipped(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[derive(Deserialize)]
struct Context {
    #[serde(default)]
    prompt: Option<String>,
}

fn prompt(context: &str) -> Option<String> {
    serde_json::from_str::<Context>(context).ok()?.prompt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failures_said_is_indexed_once_and_spelled_out() {
        let one = SaidFailure {
            headline: "cannot read userConfig".to_owned(),
            message: "cannot read userConfig: ENOENT".to_owned(),
            error_type: Some("ENOENT".to_owned()),
            exit_code: Some(127),
            scope: "make".to_owned(),
            tool: Some("Bash".to_owned()),
            command: Some("make install".to_owned()),
            files: [Some("src/userConfig.ts".to_owned()), None],
            context: Some(r#"{"prompt": "please install it"}"#.to_owned()),
            ..SaidFailure::default()
        };
        let said = Said {
            failures: vec![one.clone(), one],
            remedies: vec!["make userConfig".to_owned()],
        };
        let document = document(&said);
        assert_eq!(document.headline, "cannot read userConfig\nENOENT\nuser Config");
        assert_eq!(
            document.message,
            "cannot read userConfig: ENOENT\nexit code 127\nuser Config"
        );
        assert_eq!(document.command, "make install\nmake\nBash");
        assert_eq!(document.file, "src/userConfig.ts\nuser Config");
        assert_eq!(document.prompt, "please install it");
        assert_eq!(document.remedy, "make userConfig\nuser Config");
        assert!(
            document.gloss.split(' ').any(|word| word == "nofile"),
            "{}",
            document.gloss
        );
        assert!(document.words.contains(&"config".to_owned()));
    }

    #[test]
    fn a_context_of_another_form_is_no_prompt() {
        assert_eq!(prompt("[]"), None);
        assert_eq!(prompt("{\"prompt\": null}"), None);
    }
}
