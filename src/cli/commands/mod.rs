//! The commands, one file each.

mod brief;
mod check;
mod count;
mod distill;
mod doctor;
mod failures;
mod feedback;
mod forget;
mod import;
mod install;
mod label;
mod log;
mod mcp;
mod mute;
mod pause;
mod project;
mod record;
mod redact;
mod replay;
mod report;
mod resolve;
mod search;
mod serve;
mod session;
mod sessions;
mod show;
mod skills;
mod sql;
mod start;
mod status;
mod told;
mod warnings;
mod worker;

use clap::{Args, Parser, Subcommand};

use super::terminal::Surroundings;
use super::{Error, Kind, Told};

/// Failure memory for coding agents: what hurts twice, hardens
#[derive(Debug, Parser)]
#[command(
    name = "callus",
    version,
    disable_help_subcommand = true,
    after_help = "Examples:
  callus report                    What has been failing in the last seven days
  callus failures --tool 'go test' What fails in one command
  go test ./... 2>&1 | callus check    Has this been seen before?

Exit codes: 0 done, 1 wrong use or nothing by that name, 2 settings, 3 refused, 4 unavailable, 70 fault of Callus"
)]
pub(super) struct Cli {
    /// How to answer.
    #[command(flatten)]
    pub(super) common: Common,
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// How every command answers.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// Answer in JSON (docs/json.md lists the fields)
    #[arg(long, global = true, display_order = 900)]
    pub(super) json: bool,
    /// Write dates in UTC
    #[arg(long, global = true, display_order = 901)]
    pub(super) utc: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say what there is to do.
    #[command(hide = true)]
    Start,
    Report(report::Report),
    Failures(failures::Failures),
    Show(show::Show),
    Search(search::Search),
    Check(check::Check),
    Count(count::Count),
    Brief(brief::Brief),
    Record(Box<record::Record>),
    Sessions(sessions::Sessions),
    Session(session::Session),
    Label(label::Label),
    Told(told::Told),
    Log(log::Log),
    Feedback(feedback::Feedback),
    Resolve(resolve::Resolve),
    Mute(mute::Mute),
    Distill(distill::Distill),
    Skills(skills::Skills),
    Warnings(warnings::Warnings),
    Project(project::Project),
    Status(status::Status),
    Doctor(doctor::Doctor),
    Pause(pause::Pause),
    Resume(pause::Resume),
    Sql(sql::Sql),
    Import(import::Import),
    Replay(replay::Replay),
    Forget(forget::ForgetCommand),
    Redact(redact::Redact),
    Install(install::Install),
    Uninstall(install::Uninstall),
    Mcp(mcp::Mcp),
    Serve(serve::Serve),
    /// Do what hooks leave for later.
    #[command(hide = true)]
    Worker,
    /// Remove the folder of a replay that has ended.
    #[command(hide = true)]
    Sweep(replay::Sweep),
}

impl Command {
    /// Returns whether `--json` means something for it: every command that reads, and those that show what they changed.
    fn answers_in_json(&self) -> bool {
        match self {
            Self::Report(_)
            | Self::Failures(_)
            | Self::Show(_)
            | Self::Search(_)
            | Self::Check(_)
            | Self::Count(_)
            | Self::Brief(_)
            | Self::Record(_)
            | Self::Sessions(_)
            | Self::Session(_)
            | Self::Label(_)
            | Self::Told(_)
            | Self::Log(_)
            | Self::Feedback(_)
            | Self::Resolve(_)
            | Self::Mute(_)
            | Self::Distill(_)
            | Self::Skills(_)
            | Self::Warnings(_)
            | Self::Project(_)
            | Self::Status(_)
            | Self::Doctor(_)
            | Self::Sql(_)
            | Self::Replay(_) => true,
            Self::Start
            | Self::Pause(_)
            | Self::Resume(_)
            | Self::Import(_)
            | Self::Forget(_)
            | Self::Redact(_)
            | Self::Install(_)
            | Self::Uninstall(_)
            | Self::Mcp(_)
            | Self::Serve(_)
            | Self::Worker
            | Self::Sweep(_) => false,
        }
    }
}

/// Runs a command.
pub(super) fn run(command: Command, around: &Surroundings) -> Result<Told, Error> {
    if around.json() && !command.answers_in_json() {
        let error = Error::new(Kind::User, "this command has no answer in JSON, so nothing was done");
        return Err(error.hint("Leave --json out; docs/json.md lists the commands that answer in JSON"));
    }
    match command {
        Command::Start => Ok(start::run().into()),
        Command::Report(command) => command.run(around).map(Told::from),
        Command::Failures(command) => command.run(around).map(Told::from),
        Command::Show(command) => command.run(around).map(Told::from),
        Command::Search(command) => command.run(around).map(Told::from),
        Command::Check(command) => command.run(around).map(Told::from),
        Command::Count(command) => command.run(around).map(Told::from),
        Command::Brief(command) => command.run(around).map(Told::from),
        Command::Record(command) => command.run(around),
        Command::Sessions(command) => command.run(around).map(Told::from),
        Command::Session(command) => command.run(around).map(Told::from),
        Command::Label(command) => command.run(around).map(Told::from),
        Command::Told(command) => command.run(around).map(Told::from),
        Command::Log(command) => command.run(around).map(Told::from),
        Command::Feedback(command) => command.run(around).map(Told::from),
        Command::Resolve(command) => command.run(around).map(Told::from),
        Command::Mute(command) => command.run(around).map(Told::from),
        Command::Distill(command) => command.run(around),
        Command::Skills(command) => command.run(around).map(Told::from),
        Command::Warnings(command) => command.run(around).map(Told::from),
        Command::Project(command) => command.run(around).map(Told::from),
        Command::Status(status::Status {}) => status::Status::run(around).map(Told::from),
        Command::Doctor(doctor::Doctor {}) => doctor::Doctor::run(around),
        Command::Pause(command) => command.run(around).map(Told::from),
        Command::Resume(pause::Resume {}) => pause::Resume::run(around).map(Told::from),
        Command::Sql(command) => command.run(around).map(Told::from),
        Command::Import(command) => command.run(around).map(Told::from),
        Command::Forget(command) => command.run(around).map(Told::from),
        Command::Redact(_) => redact::Redact::run(around).map(Told::from),
        Command::Install(command) => command.run(around),
        Command::Uninstall(command) => command.run(around),
        Command::Serve(command) => command.run(around).map(Told::from),
        Command::Mcp(command) => command.run().map(Told::from),
        Command::Replay(command) => command.run(around).map(Told::from),
        Command::Sweep(command) => command.run().map(Told::from),
        Command::Worker => worker::run(around).map(Told::from),
    }
}
