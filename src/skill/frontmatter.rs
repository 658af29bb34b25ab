//! The head of a skill as data.
//!
//! Only what Callus writes is understood: one field a line, texts in double quotes or as plain words, and maps of such
//! fields one level deep. There every reader of YAML sees the same, which a client checks before it trusts a skill.

use serde_json::{Map, Value};

/// Words that a reader of YAML may take for something else than a text.
const NO_TEXT: &[&str] = &[
    "true", "false", "yes", "no", "on", "off", "null", "y", "n", "inf", "nan",
];

/// Returns the fields between the two `---` at the beginning of a skill; nothing when there are none, or when one of
/// them is written in a way that readers of YAML may differ about.
#[must_use]
pub fn frontmatter(text: &str) -> Option<Map<String, Value>> {
    let (head, _) = text.strip_prefix("---\n")?.split_once("\n---\n")?;
    let mut fields = Map::new();
    // The map that indented lines belong to.
    let mut inside: Option<String> = None;
    for line in head.lines() {
        let (indented, line) = match line.strip_prefix("  ") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (name, value) = line.split_once(':')?;
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
            return None;
        }
        let into = match &inside {
            Some(map) if indented => fields.get_mut(map)?.as_object_mut()?,
            None if indented => return None,
            _ => &mut fields,
        };
        let value = if value.is_empty() && !indented {
            inside = Some(name.to_owned());
            Value::Object(Map::new())
        } else {
            if !indented {
                inside = None;
            }
            Value::String(scalar(value.strip_prefix(' ')?)?)
        };
        if into.insert(name.to_owned(), value).is_some() {
            return None;
        }
    }
    // A name with nothing below it is no map, and no text either.
    let is_empty = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    (!fields.values().any(is_empty)).then_some(fields)
}

/// Returns the text that a scalar is.
fn scalar(written: &str) -> Option<String> {
    if written.starts_with('"') {
        // What Callus escapes, it escapes as JSON does too.
        return serde_json::from_str(written).ok();
    }
    let plain = written.starts_with(|c: char| c.is_ascii_alphabetic())
        && written.trim_end() == written
        && !written.contains(": ")
        && !written.contains(" #")
        && !written.ends_with(':')
        && !NO_TEXT.contains(&written.to_ascii_lowercase().as_str());
    plain.then(|| written.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_callus_writes_is_read() {
        let text = "---\nname: \"use-mise\"\ndescription: \"Say \\\"go\\\": a \\\\ and an é\"\nlicense: Apache-2.0\n\
                    metadata:\n  callus.mode: \"7k2m9qxd\"\n  callus.version: \"2\"\ncompatibility: Needs callus\n---\n\n# Use\n";
        let fields = frontmatter(text).expect("fields");
        assert_eq!(
            Value::Object(fields),
            json!({
                "name": "use-mise",
                "description": "Say \"go\": a \\ and an é",
                "license": "Apache-2.0",
                "metadata": {"callus.mode": "7k2m9qxd", "callus.version": "2"},
                "compatibility": "Needs callus",
            })
        );
    }

    #[test]
    fn what_readers_may_differ_about_is_not_read() {
        for head in [
            "name: yes",
            "name: 7",
            "name: a: b",
            "name: a #b",
            "name: 'a'",
            "name: [a]",
            "name: |",
            "name:",
            "name:  a",
            "name: a\nname: b",
            "  name: a",
            "metadata:\n    deep: \"a\"",
            "metadata: a\n  b: \"c\"",
            "# a comment",
            "name: \"a",
        ] {
            assert_eq!(frontmatter(&format!("---\n{head}\n---\n")), None, "{head}");
        }
        for text in ["", "---\n", "# Skill\n", "\n---\nname: a\n---\n", "---\nname: a"] {
            assert_eq!(frontmatter(text), None, "{text:?}");
        }
    }
}
