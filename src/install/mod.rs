//! Wiring clients: what to edit, editing it, and undoing it exactly.

pub mod apply;
mod claude_code;
mod claude_desktop;
mod codex;
pub mod doctor;
pub mod edit;
pub mod manifest;
pub mod plan;

use doctor::{Check, Probe};
use plan::{Plan, PlanError, Site, Wanted};

/// A program that can be wired to Callus.
pub struct Client {
    /// Its name on the command line.
    pub name: &'static str,
    /// Other names that people use for it.
    pub aliases: &'static [&'static str],
    /// Its name as its makers write it.
    pub display: &'static str,
    /// Its command, where it has one.
    pub program: Option<&'static str>,
    /// The environment variable that names another folder of it than usual.
    pub folder_variable: Option<&'static str>,
    /// What is said once it is wired.
    pub wired: &'static str,
    /// Returns whether it is on this machine.
    pub found: fn(&Site) -> bool,
    /// Plans to wire it; an empty plan when it is wired already.
    pub install: fn(&Site, &Wanted<'_>) -> Result<Plan, PlanError>,
    /// Plans to take away all that installing added, whoever edited the files since.
    pub remove: fn(&Site) -> Result<Plan, PlanError>,
    /// Looks whether its wiring works.
    pub examine: fn(&Site, &Probe<'_>) -> Vec<Check>,
}

/// Every client that can be wired, in the order in which they are.
pub const ALL: &[&Client] = &[&claude_code::CLIENT, &codex::CLIENT, &claude_desktop::CLIENT];

/// Returns the client that `name` means: its own name or an alias, in any case.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Client> {
    ALL.iter().copied().find(|client| {
        client.name.eq_ignore_ascii_case(name) || client.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    })
}
