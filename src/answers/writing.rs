//! Who writes, and what writing needs beside the store.

use crate::config::Settings;
use crate::domain::trace::SessionKey;
use crate::redact::Rules;

/// Who says something that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A person at a terminal: what they say is decided.
    Person,
    /// An agent or a program: what it says is a claim.
    Agent {
        /// The session in which it says so, where that is known.
        session: Option<SessionKey>,
    },
}

impl Who {
    /// Returns whether a person says it.
    #[must_use]
    pub const fn is_person(&self) -> bool {
        matches!(self, Self::Person)
    }

    /// Returns the session of the agent that says it.
    #[must_use]
    pub const fn session(&self) -> Option<&SessionKey> {
        match self {
            Self::Agent { session } => session.as_ref(),
            Self::Person => None,
        }
    }
}

/// What writing needs beside the store.
#[derive(Debug, Clone)]
pub struct Writing<'w> {
    /// The settings: the journals' folder, this machine, the folders of programs.
    pub settings: &'w Settings,
    /// The full rules, which every text passes before it is kept.
    pub rules: &'w Rules,
    /// Who says it.
    pub who: Who,
}
