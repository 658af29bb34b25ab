//! The description of every path: what is always the same from a file, the rest from the types that answer.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::given::FOLDER;
use super::problem::Told;
use super::v1::{QUESTIONS, Question};
use crate::answers::MOST_AT_ONCE;

/// What is always the same: what is answered in place of an answer, and how the token is given.
const BASE: &str = include_str!("openapi/base.json");
/// Where parts of schemas stand in the document.
const PARTS: &str = "/components/schemas";
/// What is only said of a body.
const OF_A_BODY: &[&str] = &["408", "413", "415"];

/// A question with the schemas of what it takes and what it is answered with.
struct Described {
    question: &'static Question,
    takes: Value,
    gives: Value,
    /// The name of the part that describes what it takes.
    part: String,
}

/// Returns the document, in OpenAPI 3.1.
#[must_use]
pub fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = PARTS.into();
        settings.meta_schema = None;
    });
    let mut takes = settings.clone().for_deserialize().into_generator();
    let mut gives = settings.for_serialize().into_generator();
    let mut questions = Vec::new();
    for question in QUESTIONS {
        let (asks, answers) = (question.schemas)(&mut takes, &mut gives);
        let part = asks.get("$ref").and_then(Value::as_str).unwrap_or_default();
        questions.push(Described {
            question,
            part: part.rsplit('/').next().unwrap_or_default().to_owned(),
            takes: asks.to_value(),
            gives: answers.to_value(),
        });
    }
    gives.subschema_for::<Told>();
    let mut parts = takes.take_definitions(true);
    for one in questions.iter().filter(|one| !one.question.writes) {
        complete(&mut parts[&one.part]);
    }
    let mut document: Value = serde_json::from_str(BASE).unwrap_or_default();
    let responses = document["components"]["responses"].clone();
    for one in &questions {
        document["paths"][one.question.path] = operations(one, &parts[&one.part], &responses);
    }
    parts.append(&mut gives.take_definitions(true));
    document["components"]["schemas"] = parts.into();
    document
}

/// Writes into the schema of a question what holds for it over HTTP: it takes the folder too, and nothing else.
fn complete(part: &mut Value) {
    part["properties"][FOLDER] = json!({
        "description": "The folder from which it is asked: what is decided in a project is told only there.",
        "type": ["string", "null"],
        "pattern": "^/"
    });
    part["additionalProperties"] = false.into();
}

/// Returns what can be done with one path.
fn operations(one: &Described, part: &Value, responses: &Value) -> Value {
    let question = one.question;
    let name = question.path.rsplit('/').next().unwrap_or_default();
    let answer = json!({
        "description": "The answer; docs/json.md describes its fields.",
        "content": {"application/json": {"schema": one.gives, "example": example(question.answered)}}
    });
    let mut answers = Map::from_iter([("200".to_owned(), answer)]);
    for (status, _) in responses.as_object().into_iter().flatten() {
        answers.insert(
            status.clone(),
            json!({"$ref": format!("#/components/responses/{status}")}),
        );
    }
    let mut operations = Map::new();
    if question.in_address {
        let mut of_address = answers.clone();
        of_address.retain(|status, _| !OF_A_BODY.contains(&status.as_str()));
        let get = json!({
            "operationId": format!("{name}InAddress"),
            "summary": question.summary,
            "parameters": parameters(part),
            "responses": of_address
        });
        operations.insert("get".to_owned(), get);
    }
    let takes = if question.writes {
        let many = json!({"type": "array", "items": one.takes, "minItems": 1, "maxItems": MOST_AT_ONCE});
        json!({"oneOf": [one.takes, many]})
    } else {
        one.takes.clone()
    };
    let post = json!({
        "operationId": name,
        "summary": question.summary,
        "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": takes, "example": example(question.asked)}}
        },
        "responses": answers
    });
    operations.insert("post".to_owned(), post);
    operations.into()
}

/// Describes the fields of a question as parameters of an address: as text, and there is no null in one.
fn parameters(part: &Value) -> Vec<Value> {
    let fields = part["properties"].as_object().into_iter().flatten();
    let described = fields.map(|(name, field)| {
        let mut schema = field.clone();
        let description = schema["description"].take();
        if let Some(fields) = schema.as_object_mut() {
            fields.retain(|word, value| word != "description" && !value.is_null());
        }
        if let Some(kinds) = schema["type"].as_array_mut() {
            kinds.retain(|kind| kind != "null");
        }
        json!({"name": name, "in": "query", "description": description, "schema": schema})
    });
    described.collect()
}

fn example(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
