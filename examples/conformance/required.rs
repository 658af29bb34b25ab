//! Tools that need something of the client first: the call is answered with a request, and called again with the
//! response. What the server has to know in between travels with it, sealed.

use std::collections::BTreeMap;

use rmcp::ErrorData;
use rmcp::model::{
    ClientCapabilities, InputRequest, InputRequests, InputRequiredResult, InputResponses, RequestStateCodec,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is needed, by the name of a tool or a prompt: one list for each round.
const ROUNDS: &[(&str, &[&[&str]])] = &[
    ("test_streaming_elicitation", &[&["user_name"]]),
    ("test_input_required_result_elicitation", &[&["user_name"]]),
    ("test_input_required_result_sampling", &[&["capital_question"]]),
    ("test_input_required_result_list_roots", &[&["client_roots"]]),
    ("test_input_required_result_request_state", &[&["confirm"]]),
    ("test_input_required_result_tampered_state", &[&["confirm"]]),
    (
        "test_input_required_result_multiple_inputs",
        &[&["user_name", "greeting", "client_roots"]],
    ),
    ("test_input_required_result_multi_round", &[&["step1"], &["step2"]]),
    (
        "test_input_required_result_capabilities",
        &[&["user_name", "greeting", "client_roots"]],
    ),
    ("test_input_required_result_prompt", &[&["user_context"]]),
];

/// The one that asks only for what the client says that it can give.
const CAREFUL: &str = "test_input_required_result_capabilities";

/// How many rounds were asked for.
#[derive(Serialize, Deserialize)]
struct State {
    rounds: usize,
}

/// What is asked for, and the seal on what travels.
#[derive(Clone)]
pub(crate) struct Required {
    requests: BTreeMap<String, InputRequest>,
    seal: RequestStateCodec,
}

/// One call: what the client brings.
pub(crate) struct Brought<'a> {
    pub(crate) responses: Option<&'a InputResponses>,
    pub(crate) state: Option<&'a str>,
    pub(crate) capabilities: Option<ClientCapabilities>,
}

impl Required {
    pub(crate) fn new() -> Self {
        // Nobody else runs this server: a key that anybody can read seals as well as a secret one.
        let key = *b"thirty-two bytes that seal a state";
        Self {
            requests: serde_json::from_str(include_str!("requests.json")).expect("requests.json holds requests"),
            seal: RequestStateCodec::try_new(key).expect("the key is long enough"),
        }
    }

    /// Returns whether the tool or prompt needs anything.
    pub(crate) fn knows(name: &str) -> bool {
        ROUNDS.iter().any(|(known, _)| *known == name)
    }

    /// Returns what is asked of the client next; nothing once everything is there.
    pub(crate) fn next(&self, name: &str, brought: &Brought<'_>) -> Result<Option<InputRequiredResult>, ErrorData> {
        let rounds = ROUNDS
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(&[][..], |(_, rounds)| *rounds);
        let asked = self.asked(brought)?;
        let answered = |key: &&&str| {
            brought
                .responses
                .and_then(|all| all.get(**key))
                .is_some_and(Value::is_object)
        };
        let last = asked.checked_sub(1).and_then(|last| rounds.get(last));
        let round = match last {
            // What is missing or makes no sense is asked for again.
            Some(keys) if name != CAREFUL && keys.iter().filter(answered).count() < keys.len() => asked - 1,
            _ => asked,
        };
        let Some(keys) = rounds.get(round) else { return Ok(None) };
        let mut requests = InputRequests::new();
        for key in *keys {
            let request = self.requests[*key].clone();
            if name != CAREFUL || can_give(brought.capabilities.as_ref(), &request) {
                requests.insert((*key).to_owned(), request);
            }
        }
        if requests.is_empty() {
            return Ok(None);
        }
        let state = self.seal.seal_json(&State { rounds: round + 1 });
        let state = state.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        Ok(Some(InputRequiredResult::new(Some(requests), Some(state))))
    }

    /// Returns how many rounds the client was asked before. What it brings back must be what it was given.
    fn asked(&self, brought: &Brought<'_>) -> Result<usize, ErrorData> {
        let Some(sealed) = brought.state else {
            return Ok(usize::from(brought.responses.is_some()));
        };
        let state: State = self
            .seal
            .open_json(sealed)
            .map_err(|_| ErrorData::invalid_params("`requestState` is not what this server gave", None))?;
        Ok(state.rounds)
    }
}

fn can_give(capabilities: Option<&ClientCapabilities>, request: &InputRequest) -> bool {
    capabilities.is_some_and(|capabilities| match request {
        InputRequest::CreateMessage(_) => capabilities.sampling.is_some(),
        InputRequest::Elicitation(_) => capabilities.elicitation.is_some(),
        InputRequest::ListRoots(_) => capabilities.roots.is_some(),
        _ => false,
    })
}
