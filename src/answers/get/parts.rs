//! The parts as text. What a trace says stands behind a sign of its own, line by line.

use serde_json::Value;

use super::{Part, Reading, Subject};
use crate::answers::outline::outline;
use crate::answers::page::Page;
use crate::answers::remedies::tried;
use crate::answers::{Answer as _, AnswerError, SessionQuery, ShowQuery, ShowView, pick, session, show};
use crate::domain::id::{Fingerprint, ModeId, SessionId};
use crate::store::read::{FailureRow, ModeRow};

/// Failures of a failure mode of which the quotes are read.
const QUOTED: u32 = 5;

impl Reading<'_> {
    pub(super) fn text(&self, subject: &Subject, part: Part) -> Result<String, AnswerError> {
        match (subject, part) {
            (Subject::Mode(row), Part::Summary) => self.summary(&row.fingerprint, Some(row.id)),
            (Subject::Failure(row), Part::Summary) => self.summary(&pick::failure_id(row.id), None),
            (Subject::Session(_, external), Part::Summary) => self.session_summary(external),
            (Subject::Mode(row), Part::Attempts) => self.attempts(row.id, None),
            (Subject::Failure(row), Part::Attempts) => match row.mode {
                Some(mode) => self.attempts(mode, row.instance.as_deref().and_then(Fingerprint::parse)),
                None => Ok("It belongs to no failure mode: what was set aside is not learnt from.\n".to_owned()),
            },
            (Subject::Session(id, _), Part::Attempts) => self.session_attempts(*id),
            (Subject::Mode(row), part) => self.of_newest(row, part),
            (Subject::Failure(row), Part::Log) => self.log(row),
            (Subject::Failure(row), Part::Env) => self.env(row),
            (Subject::Failure(row), Part::Quotes) => Ok(self.quotes(std::slice::from_ref(row))),
            (Subject::Session(_, external), Part::Log) => self.steps(external),
            (Subject::Session(id, _), Part::Env) => self.session_env(*id),
            (Subject::Session(_, external), Part::Quotes) => self.said(external),
        }
    }

    /// Returns what is known at a glance. What is never suggested is nothing for a model.
    fn summary(&self, id: &str, mode: Option<ModeId>) -> Result<String, AnswerError> {
        let query = ShowQuery { id: id.to_owned() };
        let mut view = show(self.store, &query, self.now)?;
        if let (ShowView::Mode(view), Some(mode)) = (&mut view, mode) {
            view.remedies = tried(self.store, mode, None, self.here, self.now)?;
        }
        Ok(view.text(self.style))
    }

    fn attempts(&self, mode: ModeId, instance: Option<Fingerprint>) -> Result<String, AnswerError> {
        let mut out = Page::default();
        let passages = self.store.passages(mode, instance)?;
        if passages.failures > 0 {
            out.line(format!(
                "Of the newest {} that are over, {} got past it: {} within two calls, {} by the same call again.",
                passages.failures, passages.passed, passages.soon, passages.again
            ));
        }
        let attempts = tried(self.store, mode, instance, self.here, self.now)?;
        for one in &attempts {
            out.add(&one.paragraph(self.style));
        }
        if attempts.is_empty() {
            out.line("Nothing that was tried is known.");
        }
        Ok(out.text())
    }

    /// Returns the part of a mode's newest failures.
    fn of_newest(&self, row: &ModeRow, part: Part) -> Result<String, AnswerError> {
        let rows = self
            .store
            .mode_failures(row.id, if part == Part::Quotes { QUOTED } else { 1 })?;
        let Some(newest) = rows.first() else {
            return Ok("No failure of it is kept any more.\n".to_owned());
        };
        let text = match part {
            Part::Log => self.log(newest)?,
            Part::Env => self.env(newest)?,
            _ => return Ok(self.quotes(&rows)),
        };
        let head = format!("{}, {}:\n", pick::failure_id(newest.id), self.style.ago(newest.at));
        Ok(head + &text)
    }

    /// Returns what was run, and what it printed.
    fn log(&self, row: &FailureRow) -> Result<String, AnswerError> {
        let mut out = Page::default();
        let body = self.store.body(row.event)?;
        let input = body.input.map(|input| input.joined()).unwrap_or_default();
        match &row.command {
            Some(command) => self.trace(&mut out, "$ ", command),
            None => self.trace(
                &mut out,
                "$ ",
                &format!("{} {input}", row.tool.as_deref().unwrap_or(&row.scope)),
            ),
        }
        let output = body.output.map(|output| output.joined()).unwrap_or_default();
        // What a program says of its error may stand in no output, and an output may be past its time.
        if !output.contains(row.message.trim()) {
            self.trace(&mut out, "| ", &row.message);
        }
        self.trace(&mut out, "| ", &output);
        Ok(out.text())
    }

    /// Adds what a trace says, line by line behind a sign that it cannot end.
    fn trace(&self, out: &mut Page, sign: &str, text: &str) {
        for line in self.style.safe(text).lines() {
            out.line(format!("{sign}{line}"));
        }
    }

    fn env(&self, row: &FailureRow) -> Result<String, AnswerError> {
        let mut out = Page::default();
        let session = self.store.session(row.session)?;
        out.add(&self.session_env(row.session)?);
        for (name, json) in [("Served", &row.input_context), ("State", &row.snapshot)] {
            if let Some(json) = json {
                let mut value = serde_json::from_str(json).unwrap_or_else(|_| Value::String(json.clone()));
                // The session says these two already, unless they were others when it failed.
                if let (Value::Object(state), Some(session)) = (&mut value, &session) {
                    state.retain(|key, said| match key.as_str() {
                        "branch" => said.as_str() != session.branch.as_deref(),
                        "commit" => said.as_str() != session.commit.as_deref(),
                        _ => true,
                    });
                }
                out.add(&outline(name, &value, self.style));
            }
        }
        Ok(out.text())
    }

    fn session_env(&self, id: SessionId) -> Result<String, AnswerError> {
        let mut out = Page::default();
        let Some(row) = self.store.session(id)? else {
            return Ok(String::new());
        };
        let labels = self.store.labels(id)?;
        let labels: Vec<String> = labels
            .into_iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let fields = [
            ("Session", Some(row.external)),
            ("Assistant", Some(row.assistant)),
            ("Version", row.version),
            ("Model", row.model),
            ("Project", row.project),
            ("Folder", row.cwd),
            ("Branch", row.branch),
            ("Commit", row.commit),
            ("Labels", Some(labels.join(", "))),
        ];
        for (name, value) in fields {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                out.add(&self.style.field(name, &value));
            }
        }
        Ok(out.text())
    }

    /// Returns what people and programs said about failures.
    fn quotes(&self, rows: &[FailureRow]) -> String {
        let mut out = Page::default();
        for row in rows {
            let read = |json: &Option<String>| -> Value {
                json.as_deref()
                    .and_then(|json| serde_json::from_str(json).ok())
                    .unwrap_or_default()
            };
            let (context, resolution) = (read(&row.input_context), read(&row.resolution));
            let by = resolution["by"].as_str().unwrap_or("a program");
            let said = [
                ("It served this prompt:".to_owned(), context["prompt"].as_str()),
                ("The user said after it:".to_owned(), row.correction.as_deref()),
                (format!("{by} says that this ended it:"), resolution["text"].as_str()),
            ];
            let said: Vec<_> = said.into_iter().filter_map(|(who, text)| Some((who, text?))).collect();
            if !said.is_empty() {
                out.line(format!("{}, {}", pick::failure_id(row.id), self.style.ago(row.at)));
            }
            for (who, text) in said {
                out.line(format!("  {}", self.style.safe(&who)));
                self.trace(&mut out, "  | ", text);
            }
        }
        let text = out.text();
        if text.is_empty() {
            "Nobody said anything about it.\n".to_owned()
        } else {
            text
        }
    }

    fn session_summary(&self, external: &str) -> Result<String, AnswerError> {
        let query = SessionQuery {
            id: external.to_owned(),
            bodies: false,
        };
        let mut view = session(self.store, &query)?;
        view.steps.retain(|step| step.failure.is_some());
        Ok(view.text(self.style))
    }

    fn steps(&self, external: &str) -> Result<String, AnswerError> {
        let query = SessionQuery {
            id: external.to_owned(),
            bodies: true,
        };
        Ok(session(self.store, &query)?.text(self.style))
    }

    /// Returns what the people and the agent of a session said.
    fn said(&self, external: &str) -> Result<String, AnswerError> {
        let query = SessionQuery {
            id: external.to_owned(),
            bodies: false,
        };
        let mut out = Page::default();
        for step in session(self.store, &query)?.steps {
            let who = match step.kind.as_str() {
                "prompt" => "A person:",
                "turn" => "The agent:",
                _ => continue,
            };
            out.line(who);
            let text = step.input.or(step.output).unwrap_or_default();
            self.trace(&mut out, "  | ", &text);
        }
        let text = out.text();
        Ok(if text.is_empty() {
            "Nobody said anything in it.\n".to_owned()
        } else {
            text
        })
    }

    /// Returns what was tried after each failure mode that a session met.
    fn session_attempts(&self, id: SessionId) -> Result<String, AnswerError> {
        let mut out = Page::default();
        let mut met: Vec<ModeId> = Vec::new();
        for failure in self.store.session_failures(id)? {
            let Some(mode) = failure.mode.filter(|mode| !met.contains(mode)) else {
                continue;
            };
            met.push(mode);
            out.line(self.style.quote(&failure.headline, self.style.width));
            out.add(&self.attempts(mode, failure.instance.as_deref().and_then(Fingerprint::parse))?);
        }
        Ok(if met.is_empty() {
            "Nothing failed in it.\n".to_owned()
        } else {
            out.text()
        })
    }
}
