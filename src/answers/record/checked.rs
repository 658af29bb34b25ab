//! A record as it will be kept: every field read, and refused where it cannot be.

use jiff::Timestamp as Instant;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::field::{self, clip, refused};
use super::{RecordQuery, made};
use crate::answers::writing::{Who, Writing};
use crate::answers::{AnswerError, pick, style};
use crate::assistants;
use crate::capture::prepare;
use crate::domain::id::Assistant;
use crate::domain::time::{Span, Timestamp};
use crate::domain::trace::{Flag, SessionKey};
use crate::failure::fingerprint;
use crate::git;
use crate::redact;
use crate::store::Store;
use crate::store::event::BY_KEY;
use crate::store::read::CallRow;

/// The name of a program that gives none.
const NAMELESS: &str = "api";
/// The tool of a command line that names none.
const SHELL: &str = "shell";
/// How far a caller's clock may be ahead of ours.
const AHEAD: Span = Span::seconds(600);
/// 2000-01-01: what lies before it is a number that was meant in another unit.
const EARLIEST: Timestamp = Timestamp(946_684_800_000_000);
/// Most labels of one record.
const LABELS: usize = 20;
/// Stands before the name of a project that has no folder, in the place of a folder's path.
pub(super) const NAMED: &str = "project:/";

/// A record that can be kept.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) key: SessionKey,
    /// The time that was given; nothing when it is the one of its arrival.
    pub(super) given: Option<Timestamp>,
    pub(super) at: Timestamp,
    pub(super) agent: Option<String>,
    pub(super) node: Option<String>,
    /// The folder, or the name of a project behind [`NAMED`].
    pub(super) cwd: Option<String>,
    pub(super) remote: Option<String>,
    pub(super) model: Option<String>,
    pub(super) labels: Vec<(String, String)>,
    pub(super) ends: bool,
    /// By what the call is known again.
    pub(super) id: String,
    /// Nothing when it only adds to a call that was told before.
    pub(super) call: Option<Told>,
    pub(super) evolution_triggered: Option<bool>,
    pub(super) resolution: Option<String>,
    /// Fields that were given and mean nothing here.
    pub(super) ignored: Vec<String>,
}

/// What is told of a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    pub(super) tool: String,
    pub(super) command: Option<String>,
    pub(super) file: Option<String>,
    pub(super) input: String,
    pub(super) flag: Option<Flag>,
    pub(super) exit_code: Option<i32>,
    pub(super) duration_ms: Option<i64>,
    pub(super) output: String,
    pub(super) error_type: Option<String>,
    pub(super) message: String,
    pub(super) input_context: Option<String>,
    pub(super) snapshot: Option<String>,
}

impl Told {
    /// Returns whether it says what was called, or what came of it.
    fn is_anything(&self) -> bool {
        let texts = [&self.tool, &self.output, &self.message];
        texts.iter().any(|text| !text.is_empty()) || self.error_type.is_some() || self.exit_code.is_some()
    }

    /// Returns everything that tells this call from another one at the same time.
    fn content(&self) -> [&str; 8] {
        [
            &self.tool,
            self.command.as_deref().unwrap_or_default(),
            self.file.as_deref().unwrap_or_default(),
            &self.input,
            self.flag
                .map_or("", |flag| if flag == Flag::Success { "ok" } else { "failed" }),
            self.error_type.as_deref().unwrap_or_default(),
            &self.message,
            &self.output,
        ]
    }
}

impl Checked {
    /// Returns the row of its call, if it is recorded.
    pub(super) fn row(&self, store: &Store) -> Result<Option<CallRow>, AnswerError> {
        Ok(store.call_of(&self.key, &self.id)?)
    }
}

/// Returns the record that `query` asks for.
pub(super) fn checked(
    store: Option<&Store>,
    writing: &Writing<'_>,
    query: &RecordQuery,
    now: Timestamp,
) -> Result<Checked, AnswerError> {
    let given = time(&query.timestamp, now)?;
    let at = given.unwrap_or(now);
    let told = told(query)?;
    let evolution_triggered = field::switch("`evolution_triggered`", &query.evolution_triggered)?;
    let resolution = field::text("`resolution`", &query.resolution)?;
    let learnt = evolution_triggered.is_some() || resolution.is_some();
    let mut checked = Checked {
        key: session(writing, query, at)?,
        given,
        at,
        agent: field::name("`agent`", &query.agent)?,
        node: field::name("`node`", &query.node)?,
        cwd: None,
        remote: None,
        model: field::name("`model`", &query.model)?,
        labels: labels(&query.labels)?,
        ends: field::switch("`end`", &query.end)?.unwrap_or(false),
        id: String::new(),
        call: None,
        evolution_triggered,
        resolution,
        ignored: query.others.keys().take(8).map(|name| clip(name)).collect(),
    };
    place(store, query, &mut checked)?;
    let own = field::name("`id`", &query.id)?;
    if let Some(failure) = field::name("`failure`", &query.failure)? {
        let store = store.ok_or_else(|| AnswerError::Refused(format!(
            "{} cannot be looked up while the database cannot be opened: name the call by the `session` and `id` under \
             which it was recorded",
            clip(&failure)
        )))?;
        (checked.key, checked.id) = named(store, &failure)?;
        (checked.cwd, checked.agent, checked.node) = (None, None, None);
        if told.is_anything() || !learnt {
            return Err(refused(
                "`failure`",
                "names a failure that is recorded: give with it `evolution_triggered` or `resolution`, and nothing of a call",
            ));
        }
        return Ok(checked);
    }
    if !told.is_anything() {
        if learnt && own.is_some() {
            checked.id = known_by(&checked, own.as_deref(), None);
            return Ok(checked);
        }
        if !checked.ends {
            return Err(refused(
                "the record",
                "tells of no call: give `tool` or `command`, and what went wrong in `message` or `output`",
            ));
        }
        return Ok(checked);
    }
    let told = completed(told, &checked);
    checked.id = known_by(&checked, own.as_deref(), Some(&told));
    checked.call = Some(told);
    match store.map(|store| of_its_client(store, &checked)).transpose()?.flatten() {
        Some(id) => Ok(Checked {
            id,
            call: None,
            ..checked
        }),
        None => Ok(checked),
    }
}

/// How far apart an agent's word and its client's report of one failure may lie.
const TOGETHER: Span = Span::seconds(600);

/// Returns the name of the call, if it is one that the client of its session has reported: an agent that tells of what
/// failed a moment ago tells nothing that is not counted.
fn of_its_client(store: &Store, checked: &Checked) -> Result<Option<String>, AnswerError> {
    if assistants::by_name(&checked.key.assistant.0).is_none() {
        return Ok(None);
    }
    let mut found = redact::scan_all(made::observations(checked)).into_iter();
    let finding = found.find_map(|seen| prepare(&seen).finding);
    let Some(finding) = finding else { return Ok(None) };
    let Some(named) = fingerprint::of(&finding) else {
        return Ok(None);
    };
    let during = (checked.at.before(TOGETHER), checked.at.after(TOGETHER));
    let met = store.met_lately(&checked.key, (named.instance, &finding.headline), during)?;
    let call = met.map(|id| store.call_of_failure(id)).transpose()?.flatten();
    Ok(call.map(|(_, key)| format!("{BY_KEY}{key}")))
}

/// Returns what is told of a call, as it was given.
fn told(query: &RecordQuery) -> Result<Told, AnswerError> {
    let (message, kind) = error(&query.message)?;
    let error_type = field::name("`error_type`", &query.error_type)?.or(kind);
    let exit_code = field::number(
        "`exit_code`",
        &query.exit_code,
        i64::from(i32::MIN),
        i64::from(i32::MAX),
    )?;
    let ok = field::switch("`ok`", &query.ok)?;
    if ok == Some(true) && (!message.is_empty() || error_type.is_some()) {
        return Err(refused(
            "`ok`",
            "is true and an error is given beside it: leave one of the two out",
        ));
    }
    let command = field::text("`command`", &query.command)?;
    let tool = field::name("`tool`", &query.tool)?.or_else(|| command.as_ref().map(|_| SHELL.to_owned()));
    let fails = !message.is_empty() || error_type.is_some();
    let ok = ok.or((exit_code == Some(0) && !fails).then_some(true));
    Ok(Told {
        tool: tool.unwrap_or_default(),
        command,
        file: field::text("`file`", &query.file)?,
        input: field::json("`input`", &query.input)?.unwrap_or_default(),
        flag: ok.map(|ok| if ok { Flag::Success } else { Flag::Failure }),
        exit_code: exit_code.and_then(|code| i32::try_from(code).ok()),
        duration_ms: field::number("`duration_ms`", &query.duration_ms, 0, i64::from(u32::MAX))?,
        output: field::printed(&query.output).unwrap_or_default(),
        error_type,
        message,
        input_context: field::json("`input_context`", &query.input_context)?,
        snapshot: field::json("`state_snapshot`", &query.state_snapshot)?,
    })
}

/// Returns the words of an error, and its type where it is given as an object with both.
fn error(value: &Value) -> Result<(String, Option<String>), AnswerError> {
    let Value::Object(fields) = value else {
        return Ok((field::text("`message`", value)?.unwrap_or_default(), None));
    };
    let nothing = Value::Null;
    let one = |name: &str| fields.get(name).unwrap_or(&nothing);
    let message = field::text("`message.message`", one("message"))?;
    let message = message.ok_or_else(|| refused("`message`", "is an object without `message`: give a text"))?;
    Ok((message, field::name("`message.type`", one("type"))?))
}

/// Fills in what a record leaves out.
fn completed(mut told: Told, checked: &Checked) -> Told {
    if told.tool.is_empty() {
        let program = &checked.key.assistant.0;
        told.tool.clone_from(checked.node.as_ref().unwrap_or(program));
    }
    if told.input.is_empty() {
        told.input = match &told.command {
            Some(command) => serde_json::json!({ "command": command }).to_string(),
            None => "{}".to_owned(),
        };
    }
    told.flag = told.flag.or(Some(Flag::Failure));
    told
}

/// Returns the id by which a call is known again: that of its caller, or else all that is told of it, with the time
/// that was given. The session is a part of it, because callers count from one.
fn known_by(checked: &Checked, own: Option<&str>, told: Option<&Told>) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    };
    add(&checked.key.assistant.0);
    add(&checked.key.external);
    match (own, told) {
        (Some(own), _) => add(own),
        (None, Some(told)) => {
            add(&checked.at.0.to_string());
            add(checked.agent.as_deref().unwrap_or_default());
            add(checked.node.as_deref().unwrap_or_default());
            told.content().into_iter().for_each(&mut add);
        }
        (None, None) => {}
    }
    let digest = hash.finalize();
    let half = digest
        .iter()
        .take(16)
        .fold(0_u128, |half, byte| (half << 8) | u128::from(*byte));
    format!("r1-{half:032x}")
}

/// Returns the session and the call of a failure that is recorded.
fn named(store: &Store, failure: &str) -> Result<(SessionKey, String), AnswerError> {
    let id = pick::failure_named(failure).ok_or_else(|| {
        refused(
            "`failure`",
            format!("is `{}`: give the id of a failure, such as F12", clip(failure)),
        )
    })?;
    let found = store.call_of_failure(id)?.ok_or_else(|| AnswerError::Unknown {
        kind: "failure",
        given: clip(failure),
    })?;
    Ok((found.0, format!("{BY_KEY}{}", found.1)))
}

/// Returns the session that a record belongs to.
fn session(writing: &Writing<'_>, query: &RecordQuery, at: Timestamp) -> Result<SessionKey, AnswerError> {
    let name = field::name("`assistant`", &query.assistant)?.map(|name| name.to_lowercase());
    let external = field::name("`session`", &query.session)?;
    let own = match &writing.who {
        Who::Agent { session: Some(own) } => Some(own),
        _ => None,
    };
    if let Some(own) = own
        && name.as_ref().is_none_or(|name| *name == own.assistant.0)
        && external.as_ref().is_none_or(|external| *external == own.external)
    {
        return Ok(own.clone());
    }
    let name = name.unwrap_or_else(|| NAMELESS.to_owned());
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    if !name.bytes().all(is_plain) || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || name.len() > 40 {
        return Err(refused(
            "`assistant`",
            format!(
                "is `{}`: give a short name of letters, digits, `-`, `_` and `.`",
                clip(&name)
            ),
        ));
    }
    if assistants::by_name(&name).is_some() {
        return Err(refused(
            "`assistant`",
            format!("is `{name}`, whose sessions are recorded by themselves: give the name of your own program"),
        ));
    }
    let day = || style::rfc3339(at)[..10].to_owned();
    Ok(SessionKey {
        external: external.unwrap_or_else(|| format!("{name}-{}", day())),
        assistant: Assistant(name),
    })
}

/// Returns the time that was given, if one was.
fn time(value: &Value, now: Timestamp) -> Result<Option<Timestamp>, AnswerError> {
    const FIELD: &str = "`timestamp`";
    let Some(text) = field::text(FIELD, value)? else {
        return Ok(None);
    };
    let text = text.trim();
    let read = match text.parse::<f64>() {
        Ok(number) => since_1970(number),
        Err(_) => text.parse::<Instant>().ok().map(|at| Timestamp(at.as_microsecond())),
    };
    let at = read.ok_or_else(|| {
        refused(
            FIELD,
            format!(
                "is `{}`: write it as RFC 3339, such as {}, or in seconds since 1970",
                clip(text),
                second(now)
            ),
        )
    })?;
    if at > now.after(AHEAD) {
        return Err(refused(
            FIELD,
            format!(
                "is {}, which lies ahead of this machine's clock ({}): set the clock, or leave it out",
                second(at),
                second(now)
            ),
        ));
    }
    if at < EARLIEST {
        return Err(refused(
            FIELD,
            format!("is {}: a number is read as seconds since 1970", second(at)),
        ));
    }
    Ok(Some(at))
}

/// Returns a time to the second.
fn second(at: Timestamp) -> String {
    style::rfc3339(Timestamp(at.0 - at.0.rem_euclid(1_000_000)))
}

/// Returns the time of a number of seconds, or of milliseconds or microseconds where seconds would lie far ahead.
#[expect(
    clippy::cast_possible_truncation,
    reason = "it was compared with the ends of what a time can be"
)]
fn since_1970(number: f64) -> Option<Timestamp> {
    let scale = match number.abs() {
        n if n < 1e11 => 1e6,
        n if n < 1e14 => 1e3,
        n if n < 1e17 => 1.0,
        _ => return None,
    };
    Some(Timestamp((number * scale).round() as i64))
}

fn labels(value: &Value) -> Result<Vec<(String, String)>, AnswerError> {
    const FIELD: &str = "`labels`";
    let fields = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Object(fields) => fields,
        _ => return Err(refused(FIELD, "must be an object, such as {\"team\": \"orders\"}")),
    };
    if fields.len() > LABELS {
        return Err(refused(FIELD, format!("has {}: give at most {LABELS}", fields.len())));
    }
    let mut labels = Vec::new();
    for (key, value) in fields {
        let key = field::name(FIELD, &Value::String(key.clone()))?;
        if let (Some(key), Some(value)) = (key, field::name(FIELD, value)?) {
            labels.push((key, value));
        }
    }
    Ok(labels)
}

/// Says where a call ran: in a folder, or in a project that is only named. A project that has a folder on this machine
/// is meant by its name, too.
fn place(store: Option<&Store>, query: &RecordQuery, checked: &mut Checked) -> Result<(), AnswerError> {
    let cwd = field::text("`cwd`", &query.cwd)?;
    let project = field::name("`project`", &query.project)?;
    if cwd.is_some() && project.is_some() {
        return Err(refused(
            "`project`",
            "is given beside `cwd`, whose repository is the project: leave one of the two out",
        ));
    }
    if let Some(folder) = cwd.or_else(|| project.clone().filter(|name| name.starts_with('/'))) {
        let folder = folder.trim().trim_end_matches('/');
        if !folder.starts_with('/') || folder.len() > 4_096 {
            return Err(refused(
                "`cwd`",
                format!("is `{}`: give the whole path of a folder, from `/`", clip(folder)),
            ));
        }
        checked.cwd = Some(folder.to_owned());
        return Ok(());
    }
    let Some(name) = project else { return Ok(()) };
    let known = store.map(|store| store.folder_of_project(&name)).transpose()?.flatten();
    checked.remote = git::fold(&name);
    checked.cwd = Some(known.unwrap_or_else(|| {
        let name = checked.remote.as_deref().unwrap_or(&name);
        format!("{NAMED}{}", name.trim_start_matches('/'))
    }));
    Ok(())
}
