//! Words that say what a command does, whatever program does it: `cdk deploy`, `make publish`, `scripts/release.sh`.

use super::{Why, last_part};

/// Words that are never told as what a program does.
const VERBS: &[(&str, Why)] = &[
    ("deploy", Why::ReachesOut),
    ("undeploy", Why::ReachesOut),
    ("publish", Why::ReachesOut),
    ("unpublish", Why::ReachesOut),
    ("release", Why::ReachesOut),
    ("push", Why::ReachesOut),
    ("promote", Why::ReachesOut),
    ("rollout", Why::ReachesOut),
    ("rollback", Why::ReachesOut),
    ("ship", Why::ReachesOut),
    ("submit", Why::ReachesOut),
    ("send", Why::ReachesOut),
    ("yank", Why::ReachesOut),
    ("destroy", Why::Destroys),
    ("delete", Why::Destroys),
    ("drop", Why::Destroys),
    ("wipe", Why::Destroys),
    ("purge", Why::Destroys),
    ("erase", Why::Destroys),
    ("nuke", Why::Destroys),
    ("prune", Why::Destroys),
    ("reset", Why::Destroys),
    ("shred", Why::Destroys),
    ("truncate", Why::Destroys),
    ("terminate", Why::Destroys),
    ("flush", Why::Destroys),
    ("obliterate", Why::Destroys),
    ("decrypt", Why::Secret),
    ("rotate", Why::Secret),
    ("revoke", Why::Secret),
    ("login", Why::Secret),
    ("logout", Why::Secret),
    ("secret", Why::Secret),
    ("secrets", Why::Secret),
];

/// Words that say it of a task only: a program's own `sync` often stays on this machine.
const TASK_VERBS: &[(&str, Why)] = &[
    ("sync", Why::ReachesOut),
    ("upload", Why::ReachesOut),
    ("remove", Why::Destroys),
];

/// Parts of a task's name that say that it only looks.
const LOOKING: &[&str] = &[
    "test", "tests", "check", "lint", "dry", "verify", "validate", "plan", "preview", "notes", "spec",
];

/// Subcommands behind which operands are names, not what is done.
const NAMED_BEHIND: &[&str] = &[
    "test",
    "t",
    "run",
    "build",
    "check",
    "lint",
    "bench",
    "fmt",
    "format",
    "install",
    "i",
    "ci",
    "add",
    "get",
    "show",
    "view",
    "list",
    "ls",
    "describe",
    "status",
    "log",
    "logs",
    "diff",
    "help",
    "info",
    "why",
    "exec",
    "start",
    "up",
    "init",
    "version",
    "search",
    "outdated",
    "audit",
    "typecheck",
    "vet",
    "clippy",
    "doc",
    "plan",
    "preview",
    "images",
    "ps",
    "inspect",
    "create",
    "new",
    "mod",
    "config",
    "remove",
    "uninstall",
];

/// Programs whose operands are files, patterns and names, or which have rows of their own.
const NAMING: &[&str] = &[
    "cat",
    "ls",
    "head",
    "tail",
    "less",
    "more",
    "grep",
    "egrep",
    "fgrep",
    "rg",
    "ag",
    "ack",
    "find",
    "fd",
    "sed",
    "awk",
    "cut",
    "sort",
    "uniq",
    "tr",
    "jq",
    "yq",
    "wc",
    "diff",
    "du",
    "df",
    "stat",
    "file",
    "tree",
    "tar",
    "zip",
    "unzip",
    "cd",
    "pushd",
    "popd",
    "mkdir",
    "touch",
    "cp",
    "mv",
    "rm",
    "ln",
    "chmod",
    "which",
    "type",
    "command",
    "man",
    "echo",
    "printf",
    "test",
    "[",
    "[[",
    "open",
    "code",
    "vim",
    "basename",
    "dirname",
    "realpath",
    "readlink",
    "lsb_release",
    "git",
    "gh",
    "glab",
    "pytest",
    "jest",
    "vitest",
    "mocha",
    "ava",
    "playwright",
    "cypress",
    "rspec",
    "phpunit",
    "ctest",
    "tsc",
    "eslint",
    "prettier",
    "biome",
    "ruff",
    "mypy",
    "black",
    "flake8",
    "pylint",
    "golangci-lint",
    "gofmt",
    "goimports",
    "rustfmt",
    "shellcheck",
    "for",
    "export",
    "hash",
    "alias",
    "xxd",
    "od",
    "strings",
    "nl",
];

/// Programs of tasks, every operand of which is one.
const RUNNERS: &[&str] = &[
    "make", "gmake", "just", "task", "mvn", "mvnw", "gradle", "gradlew", "ant", "rake", "rails", "invoke", "inv",
    "nox", "mage", "sbt", "bazel", "nx", "turbo", "moon", "fab", "grunt", "gulp", "lerna",
];

/// Programs of packages that run tasks as well; the first operand that is no word of their own is one.
const PACKAGES: &[&str] = &[
    "npm", "pnpm", "yarn", "bun", "deno", "composer", "mise", "hatch", "pdm", "poe", "rye", "pixi",
];

/// Words of theirs that lead to a task.
const LEADING: &[&str] = &["run", "run-script", "r", "workspace", "task", "rum"];

/// Interpreters, whose first operand is a script.
const INTERPRETERS: &[&str] = &[
    "sh", "bash", "zsh", "dash", "ksh", "fish", "python", "python3", "node", "ruby", "perl", "php", "tsx", "ts-node",
    "source", ".",
];

/// Flags whose value in the next word is a name.
const VALUED: &[&str] = &[
    "-C",
    "-f",
    "-p",
    "-pl",
    "-F",
    "-w",
    "-k",
    "-t",
    "-g",
    "-m",
    "-n",
    "--filter",
    "--workspace",
    "--prefix",
    "--file",
    "--dir",
    "--cwd",
    "--project",
    "--package",
    "--projects",
    "--directory",
    "--namespace",
    "--name",
    "--profile",
];

/// Returns why a program with these arguments is never told, by the words for what it does.
pub(super) fn acts(program: &str, arguments: &[String]) -> Option<Why> {
    let program = last_part(program);
    if NAMING.contains(&program) {
        return None;
    }
    let operands = operands(arguments);
    if RUNNERS.contains(&program) {
        let tasks = operands.iter().filter(|word| !word.contains('='));
        return tasks.copied().find_map(task);
    }
    if PACKAGES.contains(&program) {
        let mut words = operands.iter().copied().skip_while(|word| LEADING.contains(word));
        let first = words.next()?;
        let behind = (operands.first() == Some(&"workspace")).then(|| words.find(|word| !LEADING.contains(word)));
        return task(first).or_else(|| behind.flatten().and_then(task));
    }
    if INTERPRETERS.contains(&program) {
        return operands.first().and_then(|script| task(stem(last_part(script))));
    }
    let verb = |word: &str| find(VERBS, word);
    let mut words = operands.iter().copied();
    let first = words.next();
    first
        .and_then(verb)
        .or_else(|| {
            let goes_on = first.is_some_and(|word| !NAMED_BEHIND.contains(&word) && !word.contains(['/', '.']));
            words.next().filter(|_| goes_on).and_then(verb)
        })
        // With an end it may be a path that somebody reads; called scripts are looked at by `script`.
        .or_else(|| (!program.contains('.')).then(|| task(program)).flatten())
}

/// Returns why a script that is called by its path is never told, by its name.
pub(super) fn script(word: &str) -> Option<Why> {
    let name = last_part(word);
    let is_shell = name
        .rsplit_once('.')
        .is_some_and(|(_, end)| matches!(end, "sh" | "bash"));
    let is_called = word.starts_with("./") || word.starts_with("../") || is_shell;
    is_called.then(|| task(stem(name))).flatten()
}

/// Returns why a task of this name is never told.
fn task(name: &str) -> Option<Why> {
    let parts = parts(name);
    if parts.iter().any(|part| LOOKING.contains(&part.as_str())) {
        return None;
    }
    parts
        .iter()
        .find_map(|part| find(VERBS, part).or_else(|| find(TASK_VERBS, part)))
}

/// Returns the words of a task's name: `db:drop`, `publish-all`, `publishAllPublications`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && was_lower {
            parts.push(String::new());
        }
        was_lower = c.is_lowercase();
        if c.is_alphanumeric()
            && let Some(last) = parts.last_mut()
        {
            last.extend(c.to_lowercase());
        }
    }
    parts
}

fn find(table: &[(&str, Why)], word: &str) -> Option<Why> {
    table.iter().find(|(verb, _)| *verb == word).map(|(_, why)| *why)
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Returns the words before `--` that are no flags, nor values of flags that name something.
fn operands(arguments: &[String]) -> Vec<&str> {
    let mut out = Vec::new();
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        if VALUED.contains(&word) {
            words.next();
        } else if !word.starts_with(['-', '+']) && !word.is_empty() {
            out.push(word);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acts_in(text: &str) -> Option<Why> {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        acts(&words[0], &words[1..]).or_else(|| script(&words[0]))
    }

    #[test]
    fn what_is_done_is_seen_under_every_program() {
        for text in [
            "cdk deploy",
            "sam -t x deploy",
            "acme db reset",
            "make publish",
            "make -C app db-drop",
            "npm run deploy",
            "npm run deploy:prod",
            "yarn workspace app deploy",
            "pnpm --filter app deploy",
            "mise run release",
            "mvn -q -pl app deploy",
            "gradlew :lib:publishAllPublications",
            "rake db:reset",
            "bash scripts/release.sh",
            "python3 tools/publish.py",
            "./deploy",
            "scripts/deploy.sh",
            "semantic-release --ci",
            "xcrun simctl erase all",
            "docker login",
            "fly secrets set A=b",
        ] {
            assert!(acts_in(text).is_some(), "{text}");
        }
        for text in [
            "make build",
            "make -C deploy build",
            "make test-release",
            "npm run lint:js",
            "npm test push",
            "npm install push",
            "npm test -- reset",
            "pytest -k deploy",
            "cargo test reset",
            "cargo build --release",
            "go test ./deploy/...",
            "mvn test -pl release",
            "bash tests/test_release.sh",
            "docker run release",
            "uv sync",
            "cat publish",
            "mkdir release",
            "src/publish.rs",
            "docs/release.md",
            "lsb_release -a",
        ] {
            assert_eq!(acts_in(text), None, "{text}");
        }
    }
}
