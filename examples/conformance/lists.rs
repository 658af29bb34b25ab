//! What the server has, and what it always answers: read from the files beside it.

use std::collections::BTreeMap;

use rmcp::ErrorData;
use rmcp::model::{
    CallToolResult, GetPromptRequestParams, GetPromptResult, Prompt, ReadResourceResult, Resource, ResourceTemplate,
    ResultType, Tool,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What the server has.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lists {
    pub(crate) tools: Vec<Tool>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) resource_templates: Vec<ResourceTemplate>,
    pub(crate) prompts: Vec<Prompt>,
}

/// What it always answers, by name.
#[derive(Clone, Deserialize)]
struct Contents {
    tools: BTreeMap<String, CallToolResult>,
    resources: BTreeMap<String, ReadResourceResult>,
    prompts: BTreeMap<String, Value>,
}

/// Both.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) lists: Lists,
    contents: Contents,
}

impl Kept {
    pub(crate) fn read() -> Self {
        Self {
            lists: serde_json::from_str(include_str!("lists.json")).expect("lists.json says what there is"),
            contents: serde_json::from_str(include_str!("contents.json")).expect("contents.json says what it says"),
        }
    }

    /// Returns what a tool always answers, if it does.
    pub(crate) fn answer(&self, tool: &str) -> Option<CallToolResult> {
        let mut answer = self.contents.tools.get(tool)?.clone();
        answer.result_type = Some(ResultType::COMPLETE);
        Some(answer)
    }

    /// Returns the content of a resource, also of one that is made of its address.
    pub(crate) fn resource(&self, uri: &str) -> Option<ReadResourceResult> {
        let mut content = match self.contents.resources.get(uri) {
            Some(kept) => kept.clone(),
            None => templated(uri)?,
        };
        content.result_type = Some(ResultType::COMPLETE);
        Some(content)
    }

    /// Returns a prompt with its arguments filled in.
    pub(crate) fn prompt(&self, asked: &GetPromptRequestParams) -> Result<GetPromptResult, ErrorData> {
        let unknown = || ErrorData::invalid_params(format!("there is no prompt `{}`", asked.name), None);
        let mut told = self.contents.prompts.get(&asked.name).ok_or_else(unknown)?.clone();
        fill(&mut told, asked);
        let told: Result<GetPromptResult, _> = serde_json::from_value(told);
        let mut told = told.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        told.result_type = Some(ResultType::COMPLETE);
        Ok(told)
    }
}

/// Returns a resource that is made of its address.
fn templated(uri: &str) -> Option<ReadResourceResult> {
    let id = uri.strip_prefix("test://template/")?.strip_suffix("/data")?;
    let text = json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")}).to_string();
    let content = json!({"contents": [{"uri": uri, "mimeType": "application/json", "text": text}]});
    serde_json::from_value(content).ok()
}

/// Puts the arguments where their names stand in braces.
fn fill(value: &mut Value, asked: &GetPromptRequestParams) {
    match value {
        Value::String(text) => {
            for (name, argument) in asked.arguments.iter().flatten() {
                *text = text.replace(&format!("{{{name}}}"), argument.as_str().unwrap_or_default());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, asked)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, asked)),
        _ => {}
    }
}
