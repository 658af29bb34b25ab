//! What a client gives with a question, in an address or as JSON: the same fields either way.

use axum::body::to_bytes;
use axum::extract::{Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode};
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::limits::BODY;
use super::problem::Problem;
use super::v1::Question;

/// What a client gives: the fields of one question, or of each thing that it tells.
pub(super) type Given = Vec<Map<String, Value>>;

/// The field that every question that reads takes beside its own.
pub(super) const FOLDER: &str = "cwd";

/// The fields of a question.
pub(super) struct Fields {
    known: Vec<String>,
    required: Vec<String>,
    /// What has a name that is not known is left to the answer, and several may be given at once.
    open: bool,
}

impl Fields {
    pub(super) fn of(question: &Question) -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        let (takes, _) = (question.schemas)(&mut settings.clone().into_generator(), &mut settings.into_generator());
        let words = |value: Option<&Value>| -> Vec<String> {
            match value {
                Some(Value::Object(fields)) => fields.keys().cloned().collect(),
                Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                _ => Vec::new(),
            }
        };
        let mut known = words(takes.get("properties"));
        known.push(FOLDER.to_owned());
        Self {
            known,
            required: words(takes.get("required")),
            open: question.writes,
        }
    }

    fn check(&self, given: &Map<String, Value>) -> Result<(), Problem> {
        if let Some(name) = self.required.iter().find(|name| !given.contains_key(*name)) {
            return Err(wrong("it is missing", format!("Give `{name}`")).at(name));
        }
        let unknown = given.keys().find(|name| !self.open && !self.known.contains(name));
        match unknown {
            None => Ok(()),
            Some(name) => {
                let next = format!("Leave it out, or use {}", self.known.join(", "));
                Err(wrong("there is no field of this name", next).at(name))
            }
        }
    }
}

fn wrong(what: impl Into<String>, next: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, what, next)
}

/// Returns what is given, with the names of its fields checked.
pub(super) async fn given(request: Request, fields: &Fields) -> Result<Given, Problem> {
    let given = if request.method() == Method::POST {
        in_body(request, fields).await?
    } else {
        vec![in_address(&request)?]
    };
    given.iter().try_for_each(|one| fields.check(one))?;
    Ok(given)
}

fn in_address(request: &Request) -> Result<Map<String, Value>, Problem> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(request.uri()).map_err(|error| {
        let next = "Write name=value&name=value after the question mark, with other characters as %20";
        Problem::new(StatusCode::BAD_REQUEST, error.to_string(), next).at("address")
    })?;
    let mut given = Map::new();
    for (name, value) in pairs.0 {
        if given.contains_key(&name) {
            return Err(wrong("it is given twice", "Give it once").at(name));
        }
        given.insert(name, Value::String(value));
    }
    Ok(given)
}

async fn in_body(request: Request, fields: &Fields) -> Result<Given, Problem> {
    if !is_json(request.headers()) {
        let next = "Send JSON with the header `content-type: application/json`";
        let problem = Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body is not said to be JSON",
            next,
        );
        return Err(problem.at("header `content-type`"));
    }
    // The limits have read it whole already.
    let body = to_bytes(request.into_body(), BODY).await.unwrap_or_default();
    let value: Value = serde_json::from_slice(&body).map_err(|error| {
        let next = "Send one JSON object in UTF-8, such as the examples of GET /openapi.json";
        Problem::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}"), next).at("body")
    })?;
    let object = |value| match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(wrong(
            "a JSON object is expected",
            "Send an object, such as the examples of GET /openapi.json",
        )
        .at("body")),
    };
    match value {
        Value::Array(values) if fields.open => values.into_iter().map(object).collect(),
        value => Ok(vec![object(value)?]),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Takes the folder from which is asked out of the fields.
pub(super) fn folder(fields: &mut Map<String, Value>) -> Result<Option<String>, Problem> {
    match fields.remove(FOLDER) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(path)) if path.starts_with('/') => Ok(Some(path)),
        Some(_) => Err(wrong(
            "it is no whole path",
            "Give the path of a folder from the root, or leave it out",
        )
        .at(FOLDER)),
    }
}

/// Returns the question that the fields make.
pub(super) fn parsed<Q: DeserializeOwned>(fields: Map<String, Value>) -> Result<Q, Problem> {
    let each = fields.clone();
    serde_json::from_value(Value::Object(fields)).map_err(|error| {
        // The error does not say which field it is about, so each is tried alone.
        let wrong_alone = |(name, value): (String, Value)| {
            let one = Map::from_iter([(name.clone(), value)]);
            Some((name, serde_json::from_value::<Q>(Value::Object(one)).err()?))
        };
        let found = each.into_iter().find_map(wrong_alone);
        let (name, error) = found.unwrap_or_else(|| ("body".to_owned(), error));
        wrong(error.to_string(), "GET /openapi.json describes every field").at(name)
    })
}
