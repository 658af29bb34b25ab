//! Input schemas, lean: a client shows them to its model at every turn.

use std::sync::Arc;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// A parameter that is shown to models, and what it is; nothing where its name says it, or where the question's own words
/// are the right ones.
pub(super) type Shown = (&'static str, What);

/// What is said of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// What the question itself says.
    Own,
    /// Nothing: its name says it.
    Nothing,
    /// This.
    Said(&'static str),
}

/// Returns the schema of `T` with these parameters alone, and without what a model does not need: titles, nulls beside a
/// type, number formats. Serde still takes nulls, numbers sent as text, and the parameters that are not shown.
pub(super) fn lean<T: JsonSchema>(shown: &[Shown]) -> Arc<JsonObject> {
    let mut schema = whole::<T>();
    let mut properties = match schema.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => JsonObject::new(),
    };
    let mut kept = JsonObject::new();
    for (name, what) in shown {
        let Some(mut property) = properties.remove(*name) else {
            continue;
        };
        if let Value::Object(fields) = &mut property {
            match what {
                What::Own => {}
                What::Nothing => drop(fields.remove("description")),
                What::Said(words) => drop(fields.insert("description".to_owned(), Value::from(*words))),
            }
        }
        kept.insert((*name).to_owned(), property);
    }
    schema.insert("properties".to_owned(), kept.into());
    Arc::new(schema)
}

fn whole<T: JsonSchema>() -> JsonObject {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = serde_json::to_value(settings.into_generator().into_root_schema_for::<T>()).unwrap_or_default();
    if let Value::Object(root) = &mut schema {
        root.remove("description");
    }
    thin(&mut schema);
    match schema {
        Value::Object(root) => root,
        _ => JsonObject::new(),
    }
}

fn thin(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(thin),
        Value::Object(fields) => {
            if let Some(Value::Array(types)) = fields.get("type") {
                let rest: Vec<_> = types.iter().filter(|name| *name != "null").cloned().collect();
                if let [one] = rest.as_slice() {
                    fields.insert("type".to_owned(), one.clone());
                }
            }
            for word in ["title", "default", "format"] {
                if fields.get(word).is_some_and(|value| !value.is_object()) {
                    fields.remove(word);
                }
            }
            if fields.get("additionalProperties") == Some(&Value::Bool(true)) {
                fields.remove("additionalProperties");
            }
            fields.values_mut().for_each(thin);
        }
        _ => {}
    }
}
