//! Commands that prepare: what they install, fetch or start was missing before.

use super::fault::Fault;
use super::input::Input;
use crate::failure::mask::mask;

/// What a preparing command provides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Provides {
    /// The packages that the project names.
    Dependencies,
    /// A package that the command names.
    Package,
    /// A folder.
    Folder,
    /// A running service.
    Service,
    /// Commits and branches.
    History,
    /// Tools and their trust.
    Tools,
    /// Browsers for tests.
    Browsers,
    /// Modules of infrastructure.
    Providers,
    /// The right to run a file.
    Right,
}

/// Beginnings of preparing commands.
const COMMANDS: &[(&str, Provides)] = &[
    ("npm ci", Provides::Dependencies),
    ("npm install", Provides::Dependencies),
    ("npm i", Provides::Dependencies),
    ("pnpm install", Provides::Dependencies),
    ("pnpm i", Provides::Dependencies),
    ("pnpm add", Provides::Package),
    ("yarn install", Provides::Dependencies),
    ("yarn add", Provides::Package),
    ("yarn", Provides::Dependencies),
    ("bun install", Provides::Dependencies),
    ("bun add", Provides::Package),
    ("pip install", Provides::Dependencies),
    ("pip3 install", Provides::Dependencies),
    ("uv sync", Provides::Dependencies),
    ("uv pip install", Provides::Dependencies),
    ("uv pip sync", Provides::Dependencies),
    ("uv add", Provides::Package),
    ("uv tool install", Provides::Package),
    ("uv venv", Provides::Dependencies),
    ("poetry install", Provides::Dependencies),
    ("pipenv install", Provides::Dependencies),
    ("pipx install", Provides::Package),
    ("bundle install", Provides::Dependencies),
    ("gem install", Provides::Package),
    ("composer install", Provides::Dependencies),
    ("go mod tidy", Provides::Dependencies),
    ("go mod download", Provides::Dependencies),
    ("go mod vendor", Provides::Dependencies),
    ("go get", Provides::Package),
    ("go install", Provides::Package),
    ("cargo install", Provides::Package),
    ("cargo fetch", Provides::Dependencies),
    ("cargo binstall", Provides::Package),
    ("rustup target add", Provides::Tools),
    ("rustup component add", Provides::Tools),
    ("rustup toolchain install", Provides::Tools),
    ("dotnet restore", Provides::Dependencies),
    ("mix deps.get", Provides::Dependencies),
    ("brew install", Provides::Package),
    ("apt-get install", Provides::Package),
    ("apt install", Provides::Package),
    ("apk add", Provides::Package),
    ("mise install", Provides::Tools),
    ("mise trust", Provides::Tools),
    ("mise use", Provides::Tools),
    ("asdf install", Provides::Tools),
    ("corepack enable", Provides::Tools),
    ("direnv allow", Provides::Tools),
    ("mkdir", Provides::Folder),
    ("docker compose up", Provides::Service),
    ("docker-compose up", Provides::Service),
    ("docker start", Provides::Service),
    ("brew services start", Provides::Service),
    ("colima start", Provides::Service),
    ("git fetch", Provides::History),
    ("git submodule update", Provides::Folder),
    ("git lfs pull", Provides::Dependencies),
    ("playwright install", Provides::Browsers),
    ("terraform init", Provides::Providers),
    ("tofu init", Provides::Providers),
    ("prisma generate", Provides::Dependencies),
    ("chmod", Provides::Right),
];

/// Words of a failure, in lower case, that each kind of preparation can heal without naming what was missing.
const HEALS: &[(Provides, &[&str])] = &[
    (
        Provides::Dependencies,
        &[
            "cannot find module",
            "cannot find package",
            "no module named",
            "modulenotfounderror",
            "err_module_not_found",
            "command not found",
            ": not found",
            "node_modules",
            "missing go.sum entry",
            "no required module provides package",
            "updates to go.mod needed",
            "cannot load such file",
            "could not find gem",
            "not installed",
            "can't resolve",
            "inconsistent vendoring",
        ],
    ),
    (
        Provides::Service,
        &[
            "connection refused",
            "econnrefused",
            "could not connect",
            "cannot connect to the docker daemon",
            "is not running",
        ],
    ),
    (
        Provides::History,
        &[
            "unknown revision",
            "bad revision",
            "not a valid object",
            "invalid reference",
            "couldn't find remote ref",
            "ambiguous argument",
            "not something we can merge",
            "stale info",
            "did not match any file",
        ],
    ),
    (
        Provides::Tools,
        &[
            "not trusted",
            "is not installed",
            "not installed",
            "can't find crate for `core`",
            "is not a valid shim",
        ],
    ),
    (
        Provides::Browsers,
        &["executable doesn't exist", "playwright install", "browser"],
    ),
    (Provides::Providers, &["init", "provider", "module not installed"]),
    (Provides::Right, &["permission denied"]),
];

/// Returns whether a simple command prepares, whatever for.
pub(super) fn prepares(input: &Input) -> bool {
    provides(input).is_some()
}

fn provides(input: &Input) -> Option<Provides> {
    let mut words: Vec<&str> = input
        .goal
        .subcommand
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect();
    words.insert(0, &input.goal.program);
    words.extend(input.goal.targets.iter().map(String::as_str));
    let found = COMMANDS
        .iter()
        .filter(|(command, _)| {
            let command: Vec<&str> = command.split(' ').collect();
            // `yarn` alone installs; with anything behind it, it runs that.
            words.starts_with(&command) && (command != ["yarn"] || words.len() == 1)
        })
        .max_by_key(|(command, _)| command.len())?;
    if found.1 == Provides::Right
        && !input
            .words
            .iter()
            .any(|word| word.contains("+x") || word.contains("755"))
    {
        return None;
    }
    Some(found.1)
}

/// Returns whether a preparing command has to do with a failure: it names what was missing, or provides such things.
pub(super) fn is_connected(input: &Input, fault: &Fault, headline: &str, message: &str) -> bool {
    let Some(provides) = provides(input) else { return false };
    if matches!(fault, Fault::Denied | Fault::Usage | Fault::Verdict) && provides != Provides::Dependencies {
        return false;
    }
    if matches!(fault, Fault::Denied | Fault::Usage) {
        return false;
    }
    let said = format!("{headline}\n{message}").to_lowercase();
    let identity = mask(headline).identity;
    let missing: Vec<String> = identity
        .parts()
        .flat_map(|part| part.split(['/', '\'', '"', '`', '@', ':', '.']))
        .filter(|part| part.len() >= 3)
        .map(str::to_lowercase)
        .collect();
    let names_it = input.words.iter().skip(1).any(|word| {
        let word = word.to_lowercase();
        word.split(['/', '@', '=', '[', '<', '>', ':', '.', '-', '_'])
            .chain([word.as_str()])
            .any(|part| missing.iter().any(|name| name == part))
    });
    let heals = HEALS
        .iter()
        .filter(|(kind, _)| *kind == provides)
        .any(|(_, words)| words.iter().any(|word| said.contains(word)));
    match provides {
        Provides::Folder => {
            names_it
                && (said.contains("no such file") || said.contains("not exist") || said.contains("not a directory"))
        }
        Provides::Package => names_it,
        Provides::Right => heals && names_it,
        // An installer that names packages must name the missing one.
        Provides::Dependencies => heals && (names_it || names_nothing(input)) && !matches!(fault, Fault::Path),
        _ => heals,
    }
}

/// Returns whether an installer installs what the project says, rather than packages that it names.
fn names_nothing(input: &Input) -> bool {
    let flags_with_files = [
        "-r",
        "-e",
        "--requirement",
        "--editable",
        "--extra",
        "--group",
        "--frozen",
        "-C",
        "--prefix",
    ];
    let mut words = input
        .goal
        .targets
        .iter()
        .filter(|target| !COMMANDS.iter().any(|(c, _)| c.split(' ').any(|w| w == *target)));
    let by_file = input.words.iter().any(|word| flags_with_files.contains(&word.as_str()));
    by_file
        || words.next().is_none()
        || input
            .goal
            .targets
            .iter()
            .all(|target| target == "." || target.starts_with(".["))
}
