//! What each tool does with what a model passed.

use rmcp::model::JsonObject;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::asking::{Asking, Place};
use super::desk::{Asked, page};
use super::refusal::{Kind, Refusal};
use super::server::Server;
use crate::answers::{
    self, Answer, AnswerError, CheckQuery, CountQuery, FeedbackQuery, GetQuery, LookupQuery, RecordQuery, ReportQuery,
    ResolveQuery, SearchQuery, Writing,
};
use crate::flow::{self, FlowError};
use crate::redact::Rules;
use crate::store::Store;

pub(super) async fn check(server: &Server, given: JsonObject, asking: &Asking) -> Result<String, Refusal> {
    let query: CheckQuery = read(given)?;
    if query.output.trim().is_empty() {
        return Err(wrong("`output` is empty: pass what the failing call printed"));
    }
    let ask = {
        let asking = asking.clone();
        move |store: &Store, asked: &Asked<'_>| {
            let here = asking.place(store)?.folder;
            let view = answers::check(store, &CheckQuery { here, ..query.clone() }, asked.style.now)?;
            Ok((page(&view, asked.style), !view.goes_by_words()))
        }
    };
    let found = server
        .desk
        .read_at_once_watched(&asking.watch, ask, |(_, found)| *found);
    Ok(found.await?.0)
}

pub(super) async fn search(server: &Server, given: JsonObject, asking: &Asking) -> Result<String, Refusal> {
    let query: SearchQuery = read(given)?;
    let ask = {
        let asking = asking.clone();
        move |store: &Store, asked: &Asked<'_>| {
            let here = asking.place(store)?.folder;
            let query = SearchQuery { here, ..query.clone() };
            let view = answers::search(store, &query, asked.style.now, &asked.style.zone)?;
            Ok((page(&view, asked.style), !view.hits.is_empty()))
        }
    };
    let found = server
        .desk
        .read_at_once_watched(&asking.watch, ask, |(_, found)| *found);
    Ok(found.await?.0)
}

pub(super) async fn report(server: &Server, given: JsonObject, asking: &Asking) -> Result<String, Refusal> {
    let query: ReportQuery = read(given)?;
    let ask = move |store: &Store, asked: &Asked<'_>, place: Place| {
        let here = place.folder;
        answers::report(
            store,
            &ReportQuery { here, ..query },
            asked.style.now,
            &asked.style.zone,
        )
    };
    reading(server, asking, ask).await
}

pub(super) async fn lookup(server: &Server, given: JsonObject, asking: &Asking) -> Result<String, Refusal> {
    let query: LookupQuery = read(given)?;
    if query.query.is_none() && query.name.is_none() {
        return Err(wrong("pass `query`, an error text or words, or the `name` of a skill"));
    }
    let here = asking.clone();
    let ask = move |store: &Store, asked: &Asked<'_>| {
        let view = answers::lookup(store, &query, &here.place(store)?.path())?;
        Ok(page(&view, asked.style))
    };
    server.desk.read_by_words(&asking.watch, ask).await
}

pub(super) async fn resolve(server: &Server, given: JsonObject, asking: &Asking) -> Result<String, Refusal> {
    let query: ResolveQuery = read(given)?;
    if query.with.is_none() {
        return Err(wrong(
            "`fix` is empty: pass the command, the path or the words that got past the failure",
        ));
    }
    let ask = move |store: &mut Store, rules: &Rules, asked: &Asked<'_>, place: Place| {
        let query = ResolveQuery {
            here: place.folder,
            path: asked.settings.path.clone(),
            ..query
        };
        answers::resolve(store, rules, &query, asked.style.now)
    };
    writing(server, asking, ask).await
}

pub(super) async fn record(server: &Server, given: JsonObject, asking: &Asking) -> Result<String, Refusal> {
    let query: RecordQuery = read(given)?;
    let asking = asking.clone();
    let answer = move |store: Result<&mut Store, &FlowError>, rules: &Rules, asked: &Asked<'_>| {
        let place = match &store {
            Ok(store) => asking.place(store)?,
            Err(_) => asking.place_of(None),
        };
        let query = recorded(query, &place);
        let writing = Writing {
            settings: asked.settings,
            rules,
            who: place.who(),
        };
        let view = answers::record(store, &writing, &[query], asked.style.now)?;
        if view.is_worker_due(asked.settings) {
            flow::worker::start(asked.settings);
        }
        Ok(page(&view, asked.style))
    };
    server.desk.write_anyway(answer).await
}

/// Returns a record with what its client did not have to say: where it ran, and to which trace it belongs.
fn recorded(mut query: RecordQuery, place: &Place) -> RecordQuery {
    let is_placed = !query.cwd.is_null() || !query.project.is_null() || !query.failure.is_null();
    if let Some(folder) = place.folder.as_deref().filter(|_| !is_placed) {
        query.cwd = folder.into();
    }
    if let (None, Some(trace)) = (&place.session, &place.trace)
        && query.session.is_null()
        && query.failure.is_null()
    {
        query.session = trace.external.as_str().into();
        if query.assistant.is_null() {
            query.assistant = trace.assistant.0.as_str().into();
        }
    }
    query
}

pub(super) async fn count(server: &Server, given: JsonObject, asking: &Asking) -> Result<String, Refusal> {
    let query: CountQuery = read(given)?;
    let ask = move |store: &Store, asked: &Asked<'_>, place: Place| {
        let query = CountQuery {
            here: place.folder,
            ..query
        };
        answers::counted(store, &query, asked.style.now, &asked.style.zone)
    };
    reading(server, asking, ask).await
}

pub(super) async fn get(server: &Server, given: JsonObject, asking: &Asking) -> Result<String, Refusal> {
    let query: GetQuery = read(given)?;
    if query.id.trim().is_empty() {
        return Err(wrong(
            "`id` is empty: pass the id of a failure mode, a failure or a session, as an answer printed it",
        ));
    }
    let ask = move |store: &Store, asked: &Asked<'_>, place: Place| {
        let query = GetQuery {
            here: place.folder,
            ..query
        };
        answers::get(store, &query, asked.style.now, &asked.style.zone)
    };
    reading(server, asking, ask).await
}

pub(super) async fn feedback(server: &Server, given: JsonObject, asking: &Asking) -> Result<String, Refusal> {
    let query: FeedbackQuery = read(given)?;
    if query.id.trim().is_empty() {
        return Err(wrong(
            "`id` is empty: pass the id of a message, a remedy or a failure mode, or a skill's name",
        ));
    }
    let ask = move |store: &mut Store, rules: &Rules, asked: &Asked<'_>, place: Place| {
        let saying = Writing {
            settings: asked.settings,
            rules,
            who: place.who(),
        };
        answers::feedback(store, &saying, &query, asked.style.now)
    };
    writing(server, asking, ask).await
}

/// Answers a question that only reads, as text.
async fn reading<A: Answer>(
    server: &Server,
    asking: &Asking,
    ask: impl FnOnce(&Store, &Asked<'_>, Place) -> Result<A, AnswerError> + Send + 'static,
) -> Result<String, Refusal> {
    let (watch, asking) = (&asking.watch, asking.clone());
    let answer = move |store: &Store, asked: &Asked<'_>| {
        let place = asking.place(store)?;
        Ok(page(&ask(store, asked, place)?, asked.style))
    };
    server.desk.read_watched(watch, answer).await
}

/// Answers a question that writes, as text.
async fn writing<A: Answer>(
    server: &Server,
    asking: &Asking,
    ask: impl FnOnce(&mut Store, &Rules, &Asked<'_>, Place) -> Result<A, AnswerError> + Send + 'static,
) -> Result<String, Refusal> {
    let asking = asking.clone();
    let answer = move |store: &mut Store, rules: &Rules, asked: &Asked<'_>| {
        let place = asking.place(store)?;
        Ok(page(&ask(store, rules, asked, place)?, asked.style))
    };
    server.desk.write(answer).await
}

/// Returns what was passed as the parameters of a question, or what is wrong with it and where.
fn read<Q: DeserializeOwned>(given: JsonObject) -> Result<Q, Refusal> {
    let whole = Value::Object(given);
    Q::deserialize(&whole).map_err(|error| {
        // Every parameter may be left out, so that each can be tried alone.
        let fields = whole.as_object().into_iter().flatten();
        let alone = |name: &str, value: &Value| Value::Object(Map::from_iter([(name.to_owned(), value.clone())]));
        let culprit = fields
            .into_iter()
            .find(|(name, value)| Q::deserialize(&alone(name, value)).is_err());
        let named = culprit.map(|(name, _)| format!("`{name}`: ")).unwrap_or_default();
        Refusal::new(
            Kind::Wrong,
            format!("{named}{error}\nThe tool's input schema says what each parameter may be\n"),
        )
    })
}

fn wrong(text: &str) -> Refusal {
    Refusal::new(Kind::Wrong, text)
}
