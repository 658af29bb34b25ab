//! Transcripts, line by line.
//!
//! The first line says who writes, each turn begins with a line that says where and with which model, and every other
//! line says only what happened. [`Rollout`] keeps what the lines behind need, and a later read begins at the turn.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use crate::assistants::raw::{Raw, object};
use crate::assistants::{Broken, FAILURE_KEPT, Reader, SUCCESS_KEPT, Transcript, files, kept};
use crate::domain::time::{Span, Timestamp};
use crate::domain::trace::{Agent, AtSource, Flag, Observation, SessionStart, Step, Via};

use super::call::{Asked, absolute, asked, of_item, unseen};
use super::files::{META, identity};
use super::join::Calls;
use super::returned::{Returned, text_of, unwrapped};
use super::wire::{Event, Git, Item, Line, Meta, Response, TokenInfo, TokenRecord, Turn};
use super::{outcome, session_key};

/// How texts begin that stand in the user's place and are not the user's.
const MACHINE: &[&str] = &[
    "# AGENTS.md instructions",
    "<environment_context>",
    "<hook_prompt",
    "<permissions",
    "<skill>",
    "<subagent_notification>",
    "<turn_aborted>",
    "<user_instructions>",
    "<user_shell_command>",
];
/// How the ids of calls begin that a script made: no line of the conversation tells of them.
const OF_SCRIPT: &str = "exec-";
/// The client's words for commands that the user typed, and not the agent.
const TYPED: &[&str] = &["user_shell", "userShell"];
/// History that was copied is written at one go; what comes later than this behind its beginning is new.
const COPYING: Span = Span::seconds(1);
/// The same words again within this are the same words told twice.
const TWICE: Span = Span::seconds(1);
/// Longest first line, in bytes.
const FIRST_LINE: u64 = 16 * 1024 * 1024;

/// Reads one transcript, line by line.
#[derive(Debug)]
struct Rollout {
    path: String,
    /// The id of the thread whose file this is.
    thread: String,
    session: String,
    agent: Option<Agent>,
    /// The branch that was checked out when the session began.
    branch: Option<String>,
    /// Set while the lines are history that another thread made.
    copied: Option<Copied>,
    cwd: Option<String>,
    model: String,
    /// Where the turn began that goes on.
    turn: Option<u64>,
    /// Whether turns say that they begin and end; the oldest versions do not.
    has_turns: bool,
    /// The last words of a person: versions between two formats tell them in both.
    prompted: Option<(String, Timestamp)>,
    /// Words after which nothing has come yet: the last ones of their turn if it ends here.
    words: Option<Observation>,
    calls: Calls,
    /// The time of the last line that had one.
    last_at: Option<Timestamp>,
    end: u64,
}

/// History of another thread that stands in this one's file, written anew when it was copied.
#[derive(Debug)]
struct Copied {
    session: String,
    agent: Option<Agent>,
    from: u64,
    at: Timestamp,
}

/// Opens the reader for the lines of `transcript`.
pub(super) fn open(transcript: &Transcript) -> Box<dyn Reader> {
    let mut rollout = Rollout {
        path: transcript.path.to_string_lossy().into_owned(),
        thread: String::new(),
        session: transcript.session.clone(),
        agent: transcript.agent.clone(),
        branch: None,
        copied: None,
        cwd: None,
        model: String::new(),
        turn: None,
        has_turns: false,
        prompted: None,
        words: None,
        calls: Calls::default(),
        last_at: None,
        end: 0,
    };
    // A later read begins in the middle, and needs what the first line says all the same.
    if let Some(first) = first_line(&transcript.path)
        && let Ok(line) = object::<Line>(&first)
        && line.kind.string() == META
    {
        rollout.introduce(&line.payload.fields().unwrap_or_default());
    }
    Box::new(rollout)
}

fn first_line(path: &Path) -> Option<String> {
    let mut line = Vec::new();
    let file = BufReader::new(File::open(path).ok()?);
    file.take(FIRST_LINE).read_until(b'\n', &mut line).ok()?;
    Some(String::from_utf8_lossy(&line).into_owned())
}

impl Reader for Rollout {
    fn line(&mut self, offset: u64, line: &[u8]) -> Result<Vec<Observation>, Broken> {
        self.end = offset + line.len() as u64;
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(Vec::new());
        }
        let text = String::from_utf8_lossy(line);
        let line: Line = object(&text).map_err(Broken::NotAnObject)?;
        let Some(at) = time(&line.timestamp).or(self.last_at) else {
            return Ok(Vec::new());
        };
        self.last_at = Some(at);
        if self.copied.as_ref().is_some_and(|copied| at.since(copied.at) > COPYING) {
            self.copied = None;
        }
        let mut out = Vec::new();
        let payload = &line.payload;
        match line.kind.string().as_ref() {
            META => self.meta(offset, at, payload, &mut out),
            "turn_context" => self.turn_context(offset, at, payload, &mut out),
            "response_item" => self.response(offset, at, payload, &mut out),
            "event_msg" => self.event(offset, at, payload, &mut out),
            "compacted" if self.copied.is_none() => {
                let trigger = String::new();
                out.push(self.observe(at, Step::Compacted { trigger }));
            }
            "token_usage_record" => {
                let record: TokenRecord = payload.fields().unwrap_or_default();
                out.extend(self.spent(at, &record.last, &record.total));
            }
            _ => {}
        }
        Ok(out)
    }

    fn finish(&mut self) -> Vec<Observation> {
        let mut out = Vec::from_iter(self.words.take());
        out.extend(self.calls.all().iter().map(|waiting| match &waiting.task {
            Some(task) => Observation {
                step: Step::CallEnded(outcome::so_far(waiting.call.clone(), &waiting.printed, task)),
                ..waiting.started.clone()
            },
            None => waiting.started.clone(),
        }));
        out
    }

    fn resume_offset(&self) -> Option<u64> {
        // However long the copied history is: what stands in the middle of it looks like this thread's own.
        let copied = self.copied.as_ref().map(|copied| copied.from);
        copied.or_else(|| self.calls.oldest_near(self.end, self.turn.into_iter()))
    }
}

impl Rollout {
    /// Returns `step` as something that happened here. When a step of another thread happened is not known any more.
    fn observe(&self, at: Timestamp, step: Step) -> Observation {
        let (session, agent, at_source) = match &self.copied {
            Some(copied) => (&copied.session, &copied.agent, AtSource::Arrival),
            None => (&self.session, &self.agent, AtSource::Record),
        };
        Observation {
            session: session_key(session.clone()),
            agent: agent.clone(),
            at,
            at_source,
            cwd: self.cwd.clone(),
            branch: self.branch.clone().filter(|_| self.copied.is_none()),
            via: Via::Transcript,
            step,
        }
    }

    /// Takes in what the thread says of itself.
    fn introduce(&mut self, meta: &Meta<'_>) {
        let git: Git = meta.git.fields().unwrap_or_default();
        self.thread = meta.id.string().into_owned();
        self.branch = git.branch.word();
        self.cwd = meta.cwd.word();
    }

    fn meta(&mut self, offset: u64, at: Timestamp, payload: &Raw<'_>, out: &mut Vec<Observation>) {
        let meta: Meta = payload.fields().unwrap_or_default();
        let Some(identity) = identity(&meta) else { return };
        if !self.thread.is_empty() && identity.thread != self.thread {
            self.copied.get_or_insert(Copied {
                session: identity.session,
                agent: identity.agent,
                from: offset,
                at,
            });
            return;
        }
        self.introduce(&meta);
        let step = if self.agent.is_some() {
            Step::AgentStarted
        } else {
            Step::SessionStarted(SessionStart {
                version: meta.version.word(),
                transcript: Some(self.path.clone()),
                parent: meta.forked_from.word(),
                ..SessionStart::default()
            })
        };
        out.push(self.observe(at, step));
    }

    /// Ends the copied history at the first turn that began after this thread did: ids are ordered by time.
    fn turn_is(&mut self, turn: &Raw<'_>) {
        let id = |text: &str| files::id_in(text).filter(|id| id.len() == text.len());
        let is_own = id(&turn.string()).is_some_and(|turn| id(&self.thread).is_some_and(|own| turn > own));
        if is_own {
            self.copied = None;
        }
    }

    fn turn_context(&mut self, offset: u64, at: Timestamp, payload: &Raw<'_>, out: &mut Vec<Observation>) {
        let turn: Turn = payload.fields().unwrap_or_default();
        self.turn_is(&turn.id);
        self.cwd = turn.cwd.word().or(self.cwd.take());
        let model = turn.model.string();
        if self.copied.is_some() {
            return;
        }
        self.turn.get_or_insert(offset);
        if self.agent.is_none() && !model.is_empty() && model != self.model {
            let start = SessionStart {
                model: Some(model.clone().into_owned()),
                ..SessionStart::default()
            };
            out.push(self.observe(at, Step::SessionStarted(start)));
        }
        self.model = model.into_owned();
    }

    fn spent(&self, at: Timestamp, last: &Raw<'_>, total: &Raw<'_>) -> Option<Observation> {
        let usage = outcome::usage(&self.thread, &self.model, last, total)?;
        self.copied.is_none().then(|| self.observe(at, Step::Usage(usage)))
    }

    fn event(&mut self, offset: u64, at: Timestamp, payload: &Raw<'_>, out: &mut Vec<Observation>) {
        let event: Event = payload.fields().unwrap_or_default();
        let kind = event.kind.string();
        match kind.as_ref() {
            "task_started" => self.turn_is(&event.turn_id),
            "exec_command_end" => {
                let item: Item = payload.fields().unwrap_or_default();
                self.item(offset, at, &event.call_id, &item, out);
            }
            "item_completed" => {
                let item: Item = event.item.fields().unwrap_or_default();
                let began = event
                    .started_at_ms
                    .integer()
                    .and_then(|millis| millis.checked_mul(1000));
                self.item(offset, began.map_or(at, Timestamp), &item.id, &item, out);
                if item.kind.string() == "UserMessage" {
                    self.said(offset, at, &text_of(&item.content), out);
                }
            }
            _ => {}
        }
        // Words, tokens and ends of turns have no id by which a copy of them would be known.
        if self.copied.is_some() {
            return;
        }
        match kind.as_ref() {
            "task_started" => {
                self.has_turns = true;
                self.turn = Some(offset);
            }
            "user_message" => self.said(offset, at, &event.message.string(), out),
            "agent_message" if !self.has_turns => {
                self.words = Some(self.end_of_turn(at, &event.message.string()));
            }
            "token_count" => {
                let info: TokenInfo = event.info.fields().unwrap_or_default();
                out.extend(self.spent(at, &info.last, &info.total));
            }
            "task_complete" => {
                self.turn = None;
                out.push(if event.error.is_missing() {
                    self.end_of_turn(at, &event.last_words.string())
                } else {
                    self.observe(at, Step::ModelError(outcome::model_error(&event.error)))
                });
            }
            "turn_aborted" => {
                self.turn = None;
                if event.reason.string() == "interrupted" {
                    let call = self.calls.newest().and_then(|call| call.id.clone());
                    out.push(self.observe(at, Step::Interrupted { call }));
                }
            }
            _ => {}
        }
    }

    /// Reports what a person wrote. What a subagent is told comes from the agent that started it.
    fn said(&mut self, offset: u64, at: Timestamp, text: &str, out: &mut Vec<Observation>) {
        if !self.has_turns {
            out.extend(self.words.take());
            self.turn = Some(offset);
        }
        let is_machine = MACHINE.iter().any(|begins| text.trim_start().starts_with(begins));
        let before = self.prompted.replace((text.to_owned(), at));
        let is_told = before.is_some_and(|(words, then)| words == text && at.since(then) <= TWICE);
        let is_persons = self.agent.is_none() && self.copied.is_none() && !is_machine && !text.trim().is_empty();
        if is_persons && !is_told {
            out.push(self.observe(at, Step::Prompt(kept(text, FAILURE_KEPT))));
        }
    }

    fn end_of_turn(&self, at: Timestamp, words: &str) -> Observation {
        let message = kept(words, SUCCESS_KEPT);
        let step = if self.agent.is_none() {
            Step::TurnEnded { message }
        } else {
            Step::AgentStopped {
                message,
                transcript: Some(self.path.clone()),
            }
        };
        self.observe(at, step)
    }

    fn response(&mut self, offset: u64, at: Timestamp, payload: &Raw<'_>, out: &mut Vec<Observation>) {
        let response: Response = payload.fields().unwrap_or_default();
        match response.kind.string().as_ref() {
            "function_call" | "custom_tool_call" => {
                self.words = None;
                let Asked { call, folder, polled } = asked(&response);
                let id = response.call_id.string().into_owned();
                let mut started = self.began(
                    at,
                    Asked {
                        call,
                        folder,
                        polled: None,
                    },
                );
                let Step::CallStarted(call) = &mut started.step else {
                    return;
                };
                self.calls.begin(self.from(offset), id, call.clone(), started, polled);
            }
            "function_call_output" | "custom_tool_call_output" => {
                let text = text_of(&response.output);
                self.came_back(offset, at, &response.call_id.string(), &unwrapped(&text), out);
            }
            _ => {}
        }
    }

    /// Returns that a call began, where it says that it runs.
    fn began(&self, at: Timestamp, asked: Asked) -> Observation {
        let Asked { mut call, folder, .. } = asked;
        let cwd = match folder {
            Some(folder) => Some(absolute(&folder, self.cwd.as_deref())),
            None => self.cwd.clone(),
        };
        call.file = call.file.map(|file| absolute(&file, cwd.as_deref()));
        Observation {
            cwd,
            ..self.observe(at, Step::CallStarted(call))
        }
    }

    /// Returns that a call began of which only the outcome is met, at `at`: when it began is told elsewhere, or nowhere.
    fn unseen(&self, at: Timestamp, id: &str) -> Observation {
        Observation {
            at_source: AtSource::Arrival,
            ..self.observe(at, Step::CallStarted(unseen(id)))
        }
    }

    /// Returns where a later read must begin to know what the line at `offset` needs.
    fn from(&self, offset: u64) -> u64 {
        let copied = self.copied.as_ref().map(|copied| copied.from);
        copied.or(self.turn).unwrap_or(offset)
    }

    fn came_back(&mut self, offset: u64, at: Timestamp, id: &str, returned: &Returned<'_>, out: &mut Vec<Observation>) {
        let Some(waiting) = self.calls.waiting(id) else {
            if !self.calls.is_told(offset, id) {
                self.calls.note(offset, offset, id);
                let ended = outcome::of_output(unseen(id), "", returned);
                out.push(Observation {
                    step: Step::CallEnded(ended),
                    ..self.unseen(at, id)
                });
            }
            return;
        };
        if let Some(task) = waiting.polled.clone() {
            self.polled(offset, id, &task, returned, out);
        } else if let Some(task) = &returned.task {
            waiting.task = Some(task.clone());
            waiting.printed.push_str(&returned.text);
        } else if let Some(began) = self.calls.end(offset, id) {
            let ended = outcome::of_output(began.call, &began.printed, returned);
            out.push(Observation {
                step: Step::CallEnded(ended),
                ..began.started
            });
        }
    }

    /// Reports what asking a command in the background brought: more of its text, or its end.
    fn polled(&mut self, offset: u64, id: &str, task: &str, returned: &Returned<'_>, out: &mut Vec<Observation>) {
        let command = self.calls.of_task(task);
        if let (Some(command), Some(_)) = (&command, returned.exit_code) {
            out.extend(self.calls.end(offset, command).map(|began| Observation {
                step: Step::CallEnded(outcome::of_output(began.call, &began.printed, returned)),
                ..began.started
            }));
        } else if let (Some(command), Some(_)) = (&command, &returned.task)
            && let Some(command) = self.calls.waiting(command)
        {
            command.printed.push_str(&returned.text);
        }
        let Some(own) = self.calls.end(offset, id) else { return };
        // That of a command which ended before this read began was told by that read.
        let is_poll = returned.exit_code.is_some() || returned.task.is_some();
        let ended = if is_poll {
            outcome::of_poll(own.call, returned)
        } else {
            outcome::of_output(own.call, "", returned)
        };
        out.push(Observation {
            step: Step::CallEnded(ended),
            ..own.started
        });
    }

    /// Reports the end of a call that the client keeps for itself. It says more than the output for the model, which is
    /// cut to the tokens that the model asked for.
    fn item(&mut self, offset: u64, at: Timestamp, id: &Raw<'_>, item: &Item<'_>, out: &mut Vec<Observation>) {
        let id = id.string();
        if id.is_empty() || TYPED.contains(&item.source.string().as_ref()) {
            return;
        }
        let started = if let Some(waiting) = self.calls.waiting(&id) {
            waiting.started.clone()
        } else if self.calls.is_told(offset, &id) {
            return;
        } else if id.starts_with(OF_SCRIPT) {
            let Some(asked) = of_item(item) else { return };
            self.began(at, asked)
        } else {
            self.unseen(at, &id)
        };
        let Step::CallStarted(call) = &started.step else { return };
        let Some(ended) = outcome::of_item(call.clone(), item) else {
            return;
        };
        // Why a call was not allowed stands in the output for the model, which comes right behind.
        let is_mute = ended.flag == Flag::Failure && ended.exit_code.is_none() && ended.output.is_empty();
        if is_mute && !ended.interrupted && !id.starts_with(OF_SCRIPT) {
            return;
        }
        if self.calls.end(offset, &id).is_none() {
            self.calls.note(offset, self.from(offset), &id);
        }
        out.push(Observation {
            step: Step::CallEnded(ended),
            ..started
        });
    }
}

fn time(raw: &Raw<'_>) -> Option<Timestamp> {
    let at: jiff::Timestamp = raw.text()?.parse().ok()?;
    Some(Timestamp(at.as_microsecond()))
}

#[cfg(test)]
mod tests;
