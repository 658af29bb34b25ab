//! Events: one row for each call or step, whichever roads report it.

use rusqlite::{OptionalExtension as _, params};

use super::body::{self, Part};
use super::key::EventKey;
use super::{StoreError, Tx};
use crate::domain::id::{EventId, RootId, SessionId};
use crate::domain::time::{Span, Timestamp};
use crate::domain::trace::{AtSource, Call, CallEnd, Flag, Observation, Step, Text, ToolKind, Via};
use crate::redact::Clean;

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A tool call.
    Call,
    /// A person's words.
    Prompt,
    /// The end of the agent's turn.
    Turn,
    /// An error of the model.
    ModelError,
    /// The end of background work.
    Background,
    /// The user stopped the agent.
    Interrupt,
    /// The start or end of a subagent.
    Agent,
    /// A compaction.
    Compact,
}

impl Kind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Prompt => "prompt",
            Self::Turn => "turn",
            Self::ModelError => "model-error",
            Self::Background => "background",
            Self::Interrupt => "interrupt",
            Self::Agent => "agent",
            Self::Compact => "compact",
        }
    }
}

/// What recording an event came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The event's row.
    pub event: EventId,
    /// The session that owns the row; another than the reporting one when history was copied.
    pub session: SessionId,
    /// The folder that the row names: that of the first report.
    pub root: Option<RootId>,
    /// Whether the row is new.
    pub new: bool,
    /// Whether this report is the first to say how the call ended.
    pub completed: bool,
    /// Whether this report places the event at another time than the ones before it.
    pub moved: bool,
}

/// Records a tool call that is about to run.
pub fn call_started(
    tx: &Tx<'_>,
    session: SessionId,
    root: Option<RootId>,
    seen: &Clean<Observation>,
) -> Result<Recorded, StoreError> {
    let Step::CallStarted(call) = &seen.step else {
        return Err(StoreError::Stored { what: "call" });
    };
    let recorded = upsert_call(
        tx,
        Report {
            session,
            root,
            seen,
            call,
            status: "started",
            end: None,
        },
    )?;
    body::keep(tx, recorded.event, Part::Input, &call.input)?;
    Ok(recorded)
}

/// Records the outcome of a tool call.
pub fn call_ended(
    tx: &Tx<'_>,
    session: SessionId,
    root: Option<RootId>,
    seen: &Clean<Observation>,
) -> Result<Recorded, StoreError> {
    let Step::CallEnded(end) = &seen.step else {
        return Err(StoreError::Stored { what: "outcome" });
    };
    let status = match end.flag {
        Flag::Success => "ok",
        Flag::Failure => "failed",
        Flag::Silent => "unknown",
    };
    let recorded = upsert_call(
        tx,
        Report {
            session,
            root,
            seen,
            call: &end.call,
            status,
            end: Some(end),
        },
    )?;
    body::keep(tx, recorded.event, Part::Input, &end.call.input)?;
    body::keep(tx, recorded.event, Part::Output, &end.output)?;
    Ok(recorded)
}

/// A call that is known already.
struct Known {
    event: EventId,
    session: SessionId,
    status: String,
    root: Option<RootId>,
    at: Timestamp,
    arrived: bool,
}

impl Known {
    /// Returns the time of the call, given another report of it: a record's own time outranks that of arrival, and
    /// where only arrival is known, a call that ended is placed at its end like one whose beginning nobody reported.
    fn placed(&self, seen: &Observation, ended: bool) -> Timestamp {
        let moves = match seen.at_source {
            AtSource::Record => self.arrived || ended,
            AtSource::Arrival => self.arrived && ended && self.status == "started",
        };
        if moves { seen.at } else { self.at }
    }
}

/// A status may only become a more telling one: an outcome that one report leaves open, another may settle.
const STATUS_RANK: &str = "case {} when 'started' then 0 when 'unknown' then 1 when 'ok' then 2 else 3 end";

/// One report of a call.
#[derive(Clone, Copy)]
struct Report<'a> {
    session: SessionId,
    root: Option<RootId>,
    seen: &'a Observation,
    call: &'a Call,
    status: &'a str,
    end: Option<&'a CallEnd>,
}

/// Records a report of a call: as a row of its own, or in the row that other reports made.
fn upsert_call(tx: &Tx<'_>, report: Report<'_>) -> Result<Recorded, StoreError> {
    let Report { seen, call, .. } = report;
    let key = EventKey::of_call(
        &seen.session.assistant.0,
        seen.at,
        call.id.as_deref(),
        &call.tool,
        &call.input,
    );
    let known = tx
        .prepare_cached("select id, session, status, root, at, at_source from event where key = ?1")?
        .query_row([key.0], |row| {
            Ok(Known {
                event: EventId(row.get(0)?),
                session: SessionId(row.get(1)?),
                status: row.get(2)?,
                root: row.get::<_, Option<i64>>(3)?.map(RootId),
                at: Timestamp(row.get(4)?),
                arrived: row.get::<_, String>(5)? == at_source(AtSource::Arrival),
            })
        })
        .optional()?;
    match known {
        Some(known) => merge_call(tx, &known, report),
        None => insert_call(tx, key, report),
    }
}

/// The richer report wins, field by field.
fn merge_call(tx: &Tx<'_>, known: &Known, report: Report<'_>) -> Result<Recorded, StoreError> {
    let Report {
        root,
        seen,
        call,
        status,
        end,
        ..
    } = report;
    let event = known.event;
    let at = known.placed(seen, end.is_some());
    let rank = |column: &str| STATUS_RANK.replace("{}", column);
    tx.prepare_cached(&format!(
        "update event
         set status = case when {new} > {old} then ?2 else status end,
             exit_code = coalesce(?3, exit_code), duration_ms = coalesce(?4, duration_ms),
             output_bytes = max(output_bytes, ?5), call_id = coalesce(call_id, ?6),
             agent = coalesce(agent, ?7), agent_kind = coalesce(agent_kind, ?8),
             at = ?10, at_source = case when ?9 = 'record' then 'record' else at_source end,
             root = coalesce(root, ?11), cwd = coalesce(cwd, ?12)
         where id = ?1",
        new = rank("?2"),
        old = rank("status"),
    ))?
    .execute(params![
        event.0,
        status,
        end.and_then(|end| end.exit_code),
        end.and_then(|end| end.duration_ms),
        end.map_or(0, |end| end.output.bytes.cast_signed()),
        call.id,
        seen.agent.as_ref().map(|agent| &agent.id),
        seen.agent.as_ref().map(|agent| &agent.kind),
        at_source(seen.at_source),
        at.0,
        root.map(|root| root.0),
        seen.cwd,
    ])?;
    Ok(Recorded {
        event,
        session: known.session,
        root: known.root.or(root),
        new: false,
        completed: known.status == "started" && end.is_some(),
        moved: at != known.at,
    })
}

fn insert_call(tx: &Tx<'_>, key: EventKey, report: Report<'_>) -> Result<Recorded, StoreError> {
    let Report {
        session,
        root,
        seen,
        call,
        status,
        end,
    } = report;
    tx.prepare_cached(
        "insert into event (session, key, agent, agent_kind, at, at_source, kind, call_id, tool, tool_kind, status,
                            exit_code, duration_ms, root, cwd, command, file, input_bytes, output_bytes, via)
         values (?1, ?2, ?3, ?4, ?5, ?6, 'call', ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )?
    .execute(params![
        session.0,
        key.0,
        seen.agent.as_ref().map(|agent| &agent.id),
        seen.agent.as_ref().map(|agent| &agent.kind),
        seen.at.0,
        at_source(seen.at_source),
        call.id,
        call.tool,
        call.kind.word(),
        status,
        end.and_then(|end| end.exit_code),
        end.and_then(|end| end.duration_ms),
        root.map(|root| root.0),
        seen.cwd,
        call.command,
        call.file,
        call.input.bytes.cast_signed(),
        end.map_or(0, |end| end.output.bytes.cast_signed()),
        via(seen.via),
    ])?;
    let event = EventId(tx.last_insert_rowid());
    tx.prepare_cached("update session set calls = calls + 1 where id = ?1")?
        .execute([session.0])?;
    Ok(Recorded {
        event,
        session,
        root,
        new: true,
        completed: end.is_some(),
        moved: false,
    })
}

/// How far apart the two roads may place the same step: a transcript line is written when the client gets to
/// it, a hook's time is when its process ran.
const TWIN_WINDOW: Span = Span::seconds(60);

/// How far apart two hooks of one step may run: the client starts them together.
const HOOK_WINDOW: Span = Span::seconds(1);

/// A step without an id, as it is recorded.
#[derive(Debug)]
pub struct StepRow<'a> {
    /// Its kind.
    pub kind: Kind,
    /// What names it: the client's id of a background task, or nothing.
    pub id: Option<&'a str>,
    /// Whether it is a failure of its own.
    pub failed: bool,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// Its words.
    pub words: &'a Clean<Text>,
}

/// Records a step that is no tool call. The same step reported by the other road is found by kind and time,
/// and takes over the record's own time.
pub fn step(
    tx: &Tx<'_>,
    session: SessionId,
    root: Option<RootId>,
    seen: &Clean<Observation>,
    row: &StepRow<'_>,
) -> Result<Recorded, StoreError> {
    let kind = row.kind;
    let key = if let Some(id) = row.id {
        EventKey::of(&[
            kind.word().as_bytes(),
            seen.session.assistant.0.as_bytes(),
            id.as_bytes(),
        ])
    } else {
        let arrived_in = (seen.at_source == AtSource::Arrival).then_some(seen.session.external.as_str());
        EventKey::of_step(
            &seen.session.assistant.0,
            seen.at,
            arrived_in,
            kind.word(),
            &row.words.head,
        )
    };
    let same = tx
        .prepare_cached("select id, session from event where key = ?1")?
        .query_row([key.0], |row| Ok((EventId(row.get(0)?), SessionId(row.get(1)?))))
        .optional()?;
    if let Some((event, owner)) = same {
        return Ok(Recorded {
            event,
            session: owner,
            root,
            new: false,
            completed: false,
            moved: false,
        });
    }
    if let Some(event) = twin(tx, session, seen, row)? {
        if seen.at_source == AtSource::Record {
            tx.prepare_cached("update event set key = ?2, at = ?3, at_source = 'record' where id = ?1")?
                .execute(params![event.0, key.0, seen.at.0])?;
        }
        return Ok(Recorded {
            event,
            session,
            root,
            new: false,
            completed: false,
            moved: seen.at_source == AtSource::Record,
        });
    }
    tx.prepare_cached(
        "insert into event (session, key, agent, agent_kind, at, at_source, kind, call_id, status, exit_code, root,
                            cwd, input_bytes, output_bytes, via)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13, ?14)",
    )?
    .execute(params![
        session.0,
        key.0,
        seen.agent.as_ref().map(|agent| &agent.id),
        seen.agent.as_ref().map(|agent| &agent.kind),
        seen.at.0,
        at_source(seen.at_source),
        kind.word(),
        row.id,
        if row.failed { "failed" } else { "ok" },
        row.exit_code,
        root.map(|root| root.0),
        seen.cwd,
        row.words.bytes.cast_signed(),
        via(seen.via),
    ])?;
    let event = EventId(tx.last_insert_rowid());
    body::keep(tx, event, Part::Output, row.words)?;
    Ok(Recorded {
        event,
        session,
        root,
        new: true,
        completed: true,
        moved: false,
    })
}

/// Finds the same step as another report told it: same session, agent, kind, outcome and length of words, the nearest
/// in time. The other road's is within [`TWIN_WINDOW`]; that of a second hook, where the plugin and the settings both
/// run one, within [`HOOK_WINDOW`].
fn twin(tx: &Tx<'_>, session: SessionId, seen: &Observation, row: &StepRow<'_>) -> Result<Option<EventId>, StoreError> {
    if row.id.is_some() {
        return Ok(None);
    }
    Ok(tx
        .prepare_cached(
            "select id from event
             where session = ?1 and kind = ?2 and agent is ?3 and at between ?5 and ?6
               and (output_bytes = ?7 or kind not in ('prompt', 'turn')) and (status = 'failed') = ?10
               and (via <> ?4 and at_source <> ?8
                    or via = 'hook' and ?4 = 'hook' and output_bytes = ?7 and abs(at - ?9) <= ?11)
             order by abs(at - ?9) limit 1",
        )?
        .query_row(
            params![
                session.0,
                row.kind.word(),
                seen.agent.as_ref().map(|agent| &agent.id),
                via(seen.via),
                seen.at.before(TWIN_WINDOW).0,
                seen.at.after(TWIN_WINDOW).0,
                row.words.bytes.cast_signed(),
                at_source(seen.at_source),
                seen.at.0,
                row.failed,
                HOOK_WINDOW.0,
            ],
            |row| row.get(0).map(EventId),
        )
        .optional()?)
}

/// Returns the call with this client id that a session made: background work fails long after its call returned, an
/// outcome may stand far behind it, and both are explained by it.
pub fn call_with_id(tx: &Tx<'_>, session: SessionId, id: &str) -> Result<Option<Clean<Call>>, StoreError> {
    let found = tx
        .prepare_cached(
            "select id, tool, tool_kind, command, file from event
             where call_id = ?2 and session = ?1 and kind = 'call' and tool <> ?3 order by at desc limit 1",
        )?
        .query_row(params![session.0, id, Call::UNSEEN], |row| {
            let call = Call {
                id: Some(id.to_owned()),
                tool: row.get(1)?,
                kind: ToolKind::from_word(&row.get::<_, Option<String>>(2)?.unwrap_or_default()),
                input: Text::default(),
                command: row.get(3)?,
                file: row.get(4)?,
            };
            Ok((EventId(row.get(0)?), call))
        })
        .optional()?;
    let Some((event, mut call)) = found else {
        return Ok(None);
    };
    call.input = body::read(tx, event, Part::Input)?.unwrap_or_default();
    Ok(Some(Clean::stored(call)))
}

/// Stands before the key of an event where that names it, in the place of the client's id.
pub const BY_KEY: &str = "key:";

/// Returns the call of a session that has this id, or that its key names.
pub fn with_call_id(tx: &Tx<'_>, session: SessionId, id: &str) -> Result<Option<EventId>, StoreError> {
    let (column, name) = match id.strip_prefix(BY_KEY) {
        Some(key) => ("key = unhex(?2)", key),
        None => ("call_id = ?2", id),
    };
    Ok(tx
        .prepare_cached(&format!(
            "select id from event where {column} and session = ?1 and kind = 'call' order by at desc, id desc limit 1"
        ))?
        .query_row(params![session.0, name], |row| row.get(0).map(EventId))
        .optional()?)
}

/// Returns how many calls with the same tool and command failed in an unbroken run just before `event`.
pub fn repeats(tx: &Tx<'_>, session: SessionId, event: EventId, at: Timestamp) -> Result<i64, StoreError> {
    Ok(tx
        .prepare_cached(
            "select count(*) from event e join event self on self.id = ?2
             where e.session = ?1 and e.kind = 'call' and e.id <> ?2 and e.at <= ?3 and e.status = 'failed'
               and e.tool is self.tool and e.command is self.command and e.file is self.file
               and e.input_bytes = self.input_bytes
               and e.at > coalesce((select max(o.at) from event o
                                    where o.session = ?1 and o.kind = 'call' and o.id <> ?2 and o.at <= ?3
                                      and o.status in ('ok', 'unknown')
                                      and o.tool is self.tool and o.command is self.command and o.file is self.file), 0)",
        )?
        .query_row(params![session.0, event.0, at.0], |row| row.get(0))?)
}

pub(super) const fn at_source(source: AtSource) -> &'static str {
    match source {
        AtSource::Record => "record",
        AtSource::Arrival => "arrival",
    }
}

const fn via(via: Via) -> &'static str {
    match via {
        Via::Hook => "hook",
        Via::Transcript => "transcript",
    }
}
