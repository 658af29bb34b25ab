//! Input schemas, lean: a client shows them to its model at every turn.

use std::sync::Arc;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// Returns the schema of `T` without what a model does not need: titles, nulls beside a type, number formats.
/// Serde still takes nulls, and numbers sent as text.
pub(super) fn lean<T: JsonSchema>() -> Arc<JsonObject> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = serde_json::to_value(settings.into_generator().into_root_schema_for::<T>()).unwrap_or_default();
    if let Value::Object(root) = &mut schema {
        root.remove("description");
    }
    thin(&mut schema);
    match schema {
        Value::Object(root) => Arc::new(root),
        _ => Arc::default(),
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
            fields.values_mut().for_each(thin);
        }
        _ => {}
    }
}
