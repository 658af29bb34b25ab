//! One file per question: its parameters, its view, its plain text.
//!
//! `callus … --json`, the MCP tools and every later border call these, so that they can never differ. The fields of
//! every view are documented in `docs/json.md`, which a test holds complete. Times in views are RFC 3339 in UTC;
//! durations name their unit; an absent value is left out.

mod advice;
mod brief;
mod check;
mod complete;
mod count;
mod cursor;
mod doctor;
mod error;
mod failures;
mod feedback;
mod filters;
mod find;
mod get;
mod identify;
mod label;
mod lenient;
mod log;
mod outline;
mod page;
mod pick;
mod projects;
mod ranking;
mod recent;
mod record;
mod remedies;
mod replay;
mod report;
mod resolve;
mod sample;
mod scope;
mod search;
mod session;
mod sessions;
mod show;
mod skill_files;
mod skills;
mod skills_draft;
mod skills_lookup;
mod sql;
mod status;
mod style;
mod told;
mod warnings;
mod window;
mod writing;

pub use advice::Advice;
pub use brief::{BriefQuery, BriefView, brief};
pub use check::{CheckQuery, CheckView, Match, Verdict, check};
pub use complete::{Typed, complete};
pub use count::{CountQuery, CountView, CountedMode, Passed, Resolution, RunsLine, count as counted};
pub use doctor::{CheckState, DoctorView, Examination, doctor};
pub use error::{AnswerError, Candidate};
pub use failures::{FailuresQuery, FailuresView, ModeLine, failures};
pub use feedback::{FeedbackQuery, FeedbackView, feedback};
pub use filters::Filters;
pub use get::{GetQuery, GetView, Part, get};
pub use label::{LabelQuery, LabelView, label};
pub use log::{Following, LogLine, LogQuery, LogView, follow, log};
pub use pick::{pick_mode, pick_project, pick_session};
pub use projects::{ProjectLine, ProjectsView, projects};
pub use recent::recent;
pub use record::{MOST_AT_ONCE, RecordQuery, RecordVerdict, RecordView, RecordedLine, RefusedLine, record};
pub use remedies::{Quote, RemedyLine};
pub use replay::{ReplayEvent, ReplayView, replayed};
pub use report::{
    GroupLine, ProjectFiguresLine, ReasonCount, ReportQuery, ReportView, SelfExplaining, Widened, report,
};
pub use resolve::{Decision, ResolveQuery, Resolved, resolve};
pub use sample::SAMPLE;
pub use search::{HitLine, InsteadLine, SearchQuery, SearchView, SkillHit, search};
pub use session::{Label, SessionQuery, SessionView, Step, StepFailure, session};
pub use sessions::{SessionLine, SessionsQuery, SessionsView, sessions};
pub use show::{FailureView, Meeting, ModeView, Place, ShowQuery, ShowView, show};
pub use skill_files::{MAIN, SkillFile, SkillFiles, published_skills, shipped_skill};
pub use skills::{Here, SkillLine, SkillView, SkillsView, WaitingLine, drafts, here, skill, skills};
pub use skills_draft::{DraftLine, DraftsView, Proof, drafted};
pub use skills_lookup::{LookupQuery, LookupView, lookup};
pub use sql::{SqlQuery, SqlView, sql};
pub use status::{StatusView, status};
pub use style::{Reader, Style, count, size};
pub use told::{FeedbackLine, MessageLine, ToldQuery, ToldSums, ToldView, told};
pub use warnings::{ChosenLine, WarningLine, WarningsQuery, WarningsView, warnings};
pub use window::{ahead, since};
pub use writing::{Who, Writing};

use serde::Serialize;

/// An answer: a view for programs that also reads well as text.
pub trait Answer: Serialize {
    /// Returns the answer as plain text that ends in a line feed.
    fn text(&self, style: &Style) -> String;
}
