//! `callus doctor`: does everything work?

use std::time::Duration;

use super::install::site;
use crate::answers::{self, CheckState, Examination};
use crate::cli::terminal::Surroundings;
use crate::cli::{Error, Told, UNAVAILABLE};
use crate::config::Settings;
use crate::domain::id::Assistant;
use crate::domain::trace::SessionKey;
use crate::flow;
use crate::install;
use crate::install::doctor::{Check, Facts, Probe, State, arrivals};
use crate::process;
use crate::store::{Store, fault, journal};

/// Examine the store and the wiring, and say what to do where something is wrong
#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {}

/// Faults of hooks that are looked at.
const FAULTS: usize = 100;

impl Doctor {
    /// Returns what was found; a fault is an exit code of its own. A store that cannot be opened is a finding too.
    pub(super) fn run(around: &Surroundings) -> Result<Told, Error> {
        let (store, trouble) = match flow::ready(&around.settings) {
            Ok(store) => (Some(store), None),
            Err(error) => (None, Some(Error::from(error).sentence())),
        };
        let wiring = wiring(store.as_ref(), trouble, around)?;
        let view = answers::doctor(
            store.as_ref(),
            &around.settings,
            flow::pause::until(&around.settings),
            wiring,
        )?;
        Ok(Told {
            text: around.told(&view)?,
            code: if view.sound { 0 } else { UNAVAILABLE },
        })
    }
}

/// Examines how every assistant is wired, and sends a canary through the configured command.
fn wiring(store: Option<&Store>, trouble: Option<String>, around: &Surroundings) -> Result<Vec<Examination>, Error> {
    let settings = &around.settings;
    let binary = process::own_program().map_err(|error| Error::unavailable("this program was not found", error))?;
    let last_event = store
        .map(|store| store.health(around.now()))
        .transpose()?
        .and_then(|health| health.last_event);
    let mut faults: Vec<_> = settings
        .fault_folders()
        .iter()
        .flat_map(|folder| fault::newest(folder, FAULTS))
        .collect();
    faults.sort_by_key(|fault| std::cmp::Reverse(fault.at));
    let facts = Facts {
        last_event: last_event.map(|at| Duration::from_micros(around.now().since(at).0.unsigned_abs())),
        faults: faults
            .into_iter()
            .map(|fault| format!("{}: {}", around.style.date(fault.at), fault.what))
            .collect(),
        spooled: match store {
            Some(store) => store.spooled(&settings.journal_folders())?,
            None => 0,
        },
        database: trouble,
    };
    // Two canaries of one machine differ in time, or in the process that sends them.
    let nonce = format!("{}-{}", around.now().0, std::process::id());
    let probe = Probe {
        binary: &binary,
        nonce: &nonce,
        arrived: &|assistant, session| arrived(settings, assistant, session),
    };
    let mut checks = Vec::new();
    for (place, client) in install::ALL.iter().enumerate() {
        let site = site(client, around);
        // Without the first of them nothing is recorded, and that is to be said.
        if place == 0 || (client.found)(&site) {
            checks.extend((client.examine)(&site, &probe));
        }
    }
    checks.extend(arrivals(&facts));
    Ok(checks.into_iter().map(examination).collect())
}

/// Returns whether a session has a journal, and removes it: a canary is looked for once.
fn arrived(settings: &Settings, assistant: &str, session: &str) -> bool {
    let key = SessionKey {
        assistant: Assistant::new(assistant),
        external: session.to_owned(),
    };
    let name = journal::file_name(&key);
    settings
        .journal_folders()
        .iter()
        .any(|folder| std::fs::remove_file(folder.join(&name)).is_ok())
}

fn examination(check: Check) -> Examination {
    Examination {
        what: check.name.to_owned(),
        state: match check.state {
            State::Ok => CheckState::Ok,
            State::Warn => CheckState::Warning,
            State::Fail => CheckState::Fault,
        },
        found: check.sentence,
        remedy: check.remedy,
    }
}
