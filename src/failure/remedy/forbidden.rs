//! What is never said: whatever destroys, reaches outward, opens secrets or switches a check off.
//!
//! One table for everybody who tells an agent something. Commands are seen through the shell's grammar, so that
//! `rm  -r -f`, `bash -c 'rm -rf x'` and `sudo -n rm -r x` are one thing, and a text that merely speaks of it, such as
//! `grep -rn 'rm -rf' docs`, is none.

use crate::failure::shell::{self, Segment, lex};

/// Why something is never said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// It removes or overwrites what cannot be had back.
    Destroys,
    /// It changes something outside of this machine.
    ReachesOut,
    /// It opens what is secret.
    Secret,
    /// It switches a check or a protection off.
    Disables,
    /// It runs with more rights, or runs what nobody has read.
    Overreaches,
}

/// Programs, subcommands and the words that make them forbidden: every group needs one of its words; no groups, always.
type Row = (&'static str, &'static str, &'static [&'static [&'static str]], Why);

/// Commands: program, beginning of the subcommand and operands, words of which one must be there, why.
const COMMANDS: &[Row] = &[
    ("git", "push", &[], Why::ReachesOut),
    ("git", "stash drop", &[], Why::Destroys),
    ("git", "stash clear", &[], Why::Destroys),
    ("git", "reset", &[&["--hard", "--merge", "--keep"]], Why::Destroys),
    (
        "git",
        "checkout",
        &[&["--", ".", "-f", "--force", "--ours", "--theirs"]],
        Why::Destroys,
    ),
    ("git", "restore", &[], Why::Destroys),
    ("git", "clean", &[], Why::Destroys),
    ("git", "rm", &[], Why::Destroys),
    (
        "git",
        "branch",
        &[&["-D", "-f", "--force", "-M", "-d", "--delete"]],
        Why::Destroys,
    ),
    ("git", "tag", &[&["-d", "--delete", "-f", "--force"]], Why::Destroys),
    ("git", "add", &[&["-f", "--force"]], Why::Disables),
    (
        "git",
        "commit",
        &[&["-n", "--no-verify", "--amend", "-f", "--force"]],
        Why::Disables,
    ),
    (
        "git",
        "merge",
        &[&["--no-verify", "--abort", "-Xours", "-Xtheirs", "ours", "theirs"]],
        Why::Disables,
    ),
    (
        "git",
        "rebase",
        &[&["--no-verify", "--abort", "--skip", "-f", "--force-rebase"]],
        Why::Destroys,
    ),
    ("git", "cherry-pick", &[&["--abort", "--skip"]], Why::Destroys),
    (
        "git",
        "switch",
        &[&["-f", "--force", "--discard-changes", "-C"]],
        Why::Destroys,
    ),
    ("git", "worktree remove", &[], Why::Destroys),
    ("git", "worktree add", &[&["-f", "--force"]], Why::Destroys),
    ("git", "filter-branch", &[], Why::Destroys),
    ("git", "filter-repo", &[], Why::Destroys),
    ("git", "update-ref", &[], Why::Destroys),
    ("git", "reflog", &[&["expire", "delete"]], Why::Destroys),
    ("git", "gc", &[&["--prune=now", "--aggressive"]], Why::Destroys),
    ("git", "remote", &[&["add", "set-url", "remove", "rm"]], Why::ReachesOut),
    (
        "git",
        "config",
        &[&[
            "--global",
            "--system",
            "core.hooksPath",
            "safe.directory",
            "commit.gpgsign",
        ]],
        Why::Disables,
    ),
    ("jj", "git push", &[], Why::ReachesOut),
    ("jj", "abandon", &[], Why::Destroys),
    ("rm", "", &[], Why::Destroys),
    ("rmdir", "", &[], Why::Destroys),
    ("unlink", "", &[], Why::Destroys),
    ("shred", "", &[], Why::Destroys),
    ("dd", "", &[], Why::Destroys),
    ("truncate", "", &[], Why::Destroys),
    ("mkfs", "", &[], Why::Destroys),
    ("trash", "", &[], Why::Destroys),
    ("rimraf", "", &[], Why::Destroys),
    ("del-cli", "", &[], Why::Destroys),
    ("find", "", &[&["-delete", "rm", "unlink"]], Why::Destroys),
    ("mv", "", &[&["-f", "--force"]], Why::Destroys),
    ("cp", "", &[&["-f", "--force"]], Why::Destroys),
    ("ln", "", &[&["-f", "-sf", "--force", "-sfn"]], Why::Destroys),
    ("rsync", "", &[&["--delete", "--remove-source-files"]], Why::Destroys),
    ("kill", "", &[], Why::Destroys),
    ("pkill", "", &[], Why::Destroys),
    ("killall", "", &[], Why::Destroys),
    ("fuser", "", &[&["-k"]], Why::Destroys),
    ("shutdown", "", &[], Why::Destroys),
    ("reboot", "", &[], Why::Destroys),
    ("chmod", "", &[&["777", "0777", "a+rwx", "-R", "666"]], Why::Disables),
    ("chown", "", &[], Why::Overreaches),
    ("sudo", "", &[], Why::Overreaches),
    ("doas", "", &[], Why::Overreaches),
    ("su", "", &[], Why::Overreaches),
    ("xattr", "", &[], Why::Disables),
    ("spctl", "", &[], Why::Disables),
    ("setenforce", "", &[], Why::Disables),
    ("gh", "pr merge", &[], Why::ReachesOut),
    ("gh", "pr close", &[], Why::ReachesOut),
    ("gh", "pr create", &[], Why::ReachesOut),
    ("gh", "pr edit", &[], Why::ReachesOut),
    ("gh", "pr comment", &[], Why::ReachesOut),
    ("gh", "pr review", &[], Why::ReachesOut),
    ("gh", "pr ready", &[], Why::ReachesOut),
    ("gh", "pr reopen", &[], Why::ReachesOut),
    (
        "gh",
        "issue",
        &[&["create", "close", "comment", "edit", "delete", "reopen", "transfer"]],
        Why::ReachesOut,
    ),
    (
        "gh",
        "release",
        &[&["create", "delete", "edit", "upload"]],
        Why::ReachesOut,
    ),
    (
        "gh",
        "repo",
        &[&["create", "delete", "edit", "archive", "rename", "fork"]],
        Why::ReachesOut,
    ),
    ("gh", "run", &[&["rerun", "cancel", "delete"]], Why::ReachesOut),
    ("gh", "workflow", &[&["run", "enable", "disable"]], Why::ReachesOut),
    ("gh", "secret", &[], Why::Secret),
    (
        "gh",
        "auth",
        &[&["token", "login", "logout", "refresh", "switch"]],
        Why::Secret,
    ),
    (
        "gh",
        "api",
        &[&[
            "POST", "PUT", "PATCH", "DELETE", "-XPOST", "-XDELETE", "-XPATCH", "-XPUT",
        ]],
        Why::ReachesOut,
    ),
    ("gh", "label", &[&["create", "delete", "edit"]], Why::ReachesOut),
    (
        "glab",
        "mr",
        &[&["merge", "close", "create", "approve", "delete"]],
        Why::ReachesOut,
    ),
    ("npm", "publish", &[], Why::ReachesOut),
    ("npm", "unpublish", &[], Why::ReachesOut),
    ("npm", "login", &[], Why::Secret),
    ("npm", "audit fix", &[&["--force"]], Why::Destroys),
    ("npm", "", &[&["--force", "--legacy-peer-deps"]], Why::Disables),
    ("pnpm", "publish", &[], Why::ReachesOut),
    ("yarn", "publish", &[], Why::ReachesOut),
    ("yarn", "npm publish", &[], Why::ReachesOut),
    ("bun", "publish", &[], Why::ReachesOut),
    ("cargo", "publish", &[], Why::ReachesOut),
    ("cargo", "yank", &[], Why::ReachesOut),
    ("twine", "upload", &[], Why::ReachesOut),
    ("poetry", "publish", &[], Why::ReachesOut),
    ("uv", "publish", &[], Why::ReachesOut),
    ("pip", "", &[&["--break-system-packages"]], Why::Disables),
    ("pip3", "", &[&["--break-system-packages"]], Why::Disables),
    ("gem", "push", &[], Why::ReachesOut),
    ("vsce", "publish", &[], Why::ReachesOut),
    ("goreleaser", "release", &[], Why::ReachesOut),
    ("docker", "push", &[], Why::ReachesOut),
    ("docker", "rm", &[], Why::Destroys),
    ("docker", "rmi", &[], Why::Destroys),
    ("docker", "kill", &[], Why::Destroys),
    ("docker", "system prune", &[], Why::Destroys),
    ("docker", "", &[&["prune"]], Why::Destroys),
    ("docker", "", &[&["--privileged"]], Why::Overreaches),
    ("docker", "volume rm", &[], Why::Destroys),
    (
        "docker",
        "compose down",
        &[&["-v", "--volumes", "--rmi"]],
        Why::Destroys,
    ),
    (
        "docker-compose",
        "down",
        &[&["-v", "--volumes", "--rmi"]],
        Why::Destroys,
    ),
    ("podman", "", &[&["prune", "rm", "rmi"]], Why::Destroys),
    (
        "kubectl",
        "",
        &[&[
            "delete", "apply", "drain", "replace", "patch", "scale", "edit", "cordon", "exec",
        ]],
        Why::ReachesOut,
    ),
    (
        "helm",
        "",
        &[&["install", "upgrade", "uninstall", "delete", "rollback"]],
        Why::ReachesOut,
    ),
    (
        "terraform",
        "",
        &[&["apply", "destroy", "import", "taint", "rm", "-auto-approve"]],
        Why::ReachesOut,
    ),
    (
        "tofu",
        "",
        &[&["apply", "destroy", "import", "taint", "rm"]],
        Why::ReachesOut,
    ),
    ("pulumi", "", &[&["up", "destroy"]], Why::ReachesOut),
    (
        "wrangler",
        "",
        &[&["deploy", "publish", "delete", "secret"]],
        Why::ReachesOut,
    ),
    (
        "vercel",
        "",
        &[&["deploy", "--prod", "remove", "rm", "env"]],
        Why::ReachesOut,
    ),
    ("netlify", "deploy", &[], Why::ReachesOut),
    ("fly", "", &[&["deploy", "destroy", "secrets"]], Why::ReachesOut),
    ("flyctl", "", &[&["deploy", "destroy", "secrets"]], Why::ReachesOut),
    ("heroku", "", &[], Why::ReachesOut),
    ("firebase", "deploy", &[], Why::ReachesOut),
    ("serverless", "deploy", &[], Why::ReachesOut),
    (
        "aws",
        "",
        &[&[
            "delete",
            "rm",
            "put",
            "terminate-instances",
            "cp",
            "sync",
            "get-secret-value",
        ]],
        Why::ReachesOut,
    ),
    (
        "gcloud",
        "",
        &[&["delete", "deploy", "secrets", "print-access-token"]],
        Why::ReachesOut,
    ),
    ("az", "", &[&["delete", "create", "secret"]], Why::ReachesOut),
    ("ssh", "", &[], Why::ReachesOut),
    ("scp", "", &[], Why::ReachesOut),
    (
        "curl",
        "",
        &[&[
            "POST",
            "PUT",
            "DELETE",
            "PATCH",
            "-XPOST",
            "-XPUT",
            "-XDELETE",
            "-d",
            "--data",
            "-F",
            "-T",
            "-k",
            "--insecure",
        ]],
        Why::ReachesOut,
    ),
    (
        "wget",
        "",
        &[&["--post-data", "--post-file", "--no-check-certificate"]],
        Why::ReachesOut,
    ),
    ("systemctl", "", &[&["stop", "disable", "mask", "kill"]], Why::Destroys),
    ("launchctl", "", &[&["unload", "remove", "bootout"]], Why::Destroys),
    ("crontab", "", &[&["-r"]], Why::Destroys),
    ("dropdb", "", &[], Why::Destroys),
    (
        "redis-cli",
        "",
        &[&["FLUSHALL", "FLUSHDB", "flushall", "flushdb"]],
        Why::Destroys,
    ),
    ("prisma", "migrate reset", &[], Why::Destroys),
    (
        "prisma",
        "db push",
        &[&["--accept-data-loss", "--force-reset"]],
        Why::Destroys,
    ),
    ("rails", "", &[&["db:drop", "db:reset"]], Why::Destroys),
    ("rake", "", &[&["db:drop", "db:reset"]], Why::Destroys),
    ("alembic", "downgrade", &[], Why::Destroys),
    ("security", "", &[], Why::Secret),
    ("pass", "", &[], Why::Secret),
    ("op", "", &[&["read", "item"]], Why::Secret),
    ("printenv", "", &[], Why::Secret),
    ("mail", "", &[], Why::ReachesOut),
    ("sendmail", "", &[], Why::ReachesOut),
];

/// Flags and assignments that switch a check off, wherever they stand.
const FLAGS: &[(&str, Why)] = &[
    ("--no-verify", Why::Disables),
    ("--no-gpg-sign", Why::Disables),
    ("--no-check", Why::Disables),
    ("--no-check-certificate", Why::Disables),
    ("--insecure", Why::Disables),
    ("--skip", Why::Disables),
    ("--skip-tests", Why::Disables),
    ("--skip-checks", Why::Disables),
    ("--skip-hooks", Why::Disables),
    ("--no-lint", Why::Disables),
    ("--no-strict", Why::Disables),
    ("--force", Why::Disables),
    ("--force-with-lease", Why::Disables),
    ("--yolo", Why::Disables),
    ("--dangerously-skip-permissions", Why::Disables),
    ("--dangerously-bypass-approvals-and-sandbox", Why::Disables),
    ("--disable-sandbox", Why::Disables),
    ("--no-sandbox", Why::Disables),
    ("--break-system-packages", Why::Disables),
    ("--accept-data-loss", Why::Destroys),
    ("--auto-approve", Why::ReachesOut),
    ("-auto-approve", Why::ReachesOut),
    ("--ignore-scripts=false", Why::Disables),
    ("--trusted-host", Why::Disables),
    ("-DskipTests", Why::Disables),
    ("-Dmaven.test.skip", Why::Disables),
    ("--no-fail", Why::Disables),
    ("--passWithNoTests", Why::Disables),
    ("--allow-dirty", Why::Disables),
    ("--exit-zero", Why::Disables),
];

/// Variables that switch a check off.
const VARIABLES: &[&str] = &[
    "HUSKY",
    "SKIP",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "GIT_SSL_NO_VERIFY",
    "PYTHONHTTPSVERIFY",
    "LEFTHOOK",
    "GOFLAGS=-insecure",
    "GONOSUMCHECK",
    "GONOSUMDB",
    "GOINSECURE",
    "PRE_COMMIT_ALLOW_NO_CONFIG",
    "SKIP_TESTS",
    "DANGEROUSLY_DISABLE_SANDBOX",
];

/// What is forbidden as text, in lower case, because it stands inside scripts, queries and source lines.
const TEXTS: &[(&str, Why)] = &[
    ("shutil.rmtree", Why::Destroys),
    ("os.remove(", Why::Destroys),
    ("os.unlink(", Why::Destroys),
    (".unlink()", Why::Destroys),
    ("rmsync(", Why::Destroys),
    ("unlinksync(", Why::Destroys),
    ("fs.rm(", Why::Destroys),
    ("os.removeall(", Why::Destroys),
    ("rm -rf", Why::Destroys),
    ("rm -r ", Why::Destroys),
    ("drop table", Why::Destroys),
    ("drop database", Why::Destroys),
    ("drop schema", Why::Destroys),
    ("truncate table", Why::Destroys),
    ("delete from", Why::Destroys),
    ("//nolint", Why::Disables),
    ("#[allow", Why::Disables),
    ("eslint-disable", Why::Disables),
    ("@ts-ignore", Why::Disables),
    ("@ts-nocheck", Why::Disables),
    ("# noqa", Why::Disables),
    ("# type: ignore", Why::Disables),
    ("pylint: disable", Why::Disables),
    ("rubocop:disable", Why::Disables),
    ("biome-ignore", Why::Disables),
    ("@pytest.mark.skip", Why::Disables),
    ("pytest.skip(", Why::Disables),
    ("t.skip(", Why::Disables),
    ("it.skip(", Why::Disables),
    ("test.skip(", Why::Disables),
    ("describe.skip(", Why::Disables),
    ("#[ignore", Why::Disables),
    ("--no-verify", Why::Disables),
    ("-n --no-verify", Why::Disables),
    ("git push", Why::ReachesOut),
    ("git reset --hard", Why::Destroys),
    ("git stash drop", Why::Destroys),
    ("git stash clear", Why::Destroys),
    ("git clean -", Why::Destroys),
    ("git checkout -- ", Why::Destroys),
    ("subprocess.run([\"rm\"", Why::Destroys),
    ("os.system(", Why::Overreaches),
    ("danger-full-access", Why::Disables),
    ("approval_policy=never", Why::Disables),
    ("bypasspermissions", Why::Disables),
    ("dangerouslydisablesandbox", Why::Disables),
];

/// Names of files that hold secrets, and their beginnings and ends, in lower case.
const SECRET_NAMES: &[&str] = &[
    ".env",
    ".envrc",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".git-credentials",
    "credentials",
    "credentials.json",
    "id_rsa",
    "id_ed25519",
    "id_ecdsa",
    "id_dsa",
    "secrets.json",
    "secrets.yaml",
    "secrets.yml",
    "secrets.toml",
    "service-account.json",
    "auth.json",
    ".htpasswd",
    "kubeconfig",
    ".dockercfg",
    "known_hosts",
    "authorized_keys",
    "master.key",
    ".vault-token",
    "htpasswd",
    "shadow",
    ".credentials.json",
    "token.json",
    "tokens.json",
];
/// Ends of such names.
const SECRET_ENDS: &[&str] = &[
    ".pem",
    ".key",
    ".p12",
    ".pfx",
    ".keystore",
    ".jks",
    ".kdbx",
    ".ppk",
    ".gpg",
];
/// Folders of such files.
const SECRET_FOLDERS: &[&str] = &[".ssh", ".aws", ".gnupg", ".kube", ".azure", ".docker"];
/// Ends of environment files that hold no secrets.
const SAMPLES: &[&str] = &[".example", ".sample", ".template", ".dist", ".md"];

/// Programs that run what they read.
const RUNNING: &[&str] = &[
    "sh", "bash", "zsh", "dash", "python", "python3", "node", "ruby", "perl", "fish",
];

/// Returns why a command line, a path or an edited line is never told, or nothing when it may be.
#[must_use]
pub fn forbidden(command_or_path: &str) -> Option<Why> {
    let text = command_or_path.trim();
    if let Some(why) = secret(text) {
        return Some(why);
    }
    let segments = shell::segments(text);
    fetched_and_run(&segments)
        .or_else(|| segments.iter().find_map(in_segment))
        .or_else(|| segments.is_empty().then(|| in_text(text)).flatten())
        .or_else(|| overwrites(text))
}

/// `curl … | sh` and `bash <(curl …)`.
fn fetched_and_run(segments: &[Segment]) -> Option<Why> {
    let fetches = |segment: &Segment| matches!(segment.word.as_str(), "curl" | "wget");
    let piped = segments.windows(2).any(|pair| {
        pair[0].link == lex::Link::Pipe && RUNNING.contains(&last_part(&pair[1].word))
            || pair[0].link == lex::Link::Pipe && pair[1].typed.contains("sudo")
    }) && segments.iter().any(fetches);
    let inside = segments.iter().any(|segment| {
        (RUNNING.contains(&last_part(&segment.word)) || matches!(segment.word.as_str(), "eval" | "source" | "."))
            && (segment.typed.contains("curl ") || segment.typed.contains("wget "))
    });
    (piped || inside).then_some(Why::Overreaches)
}

fn in_segment(segment: &Segment) -> Option<Why> {
    let words: Vec<String> = lex::split(&segment.typed)
        .into_iter()
        .flat_map(|simple| simple.words)
        .map(|word| word.text)
        .collect();
    let assignments = words.iter().take_while(|word| is_assignment(word));
    let disabled = assignments
        .filter_map(|word| word.split_once('='))
        .any(|(name, value)| VARIABLES.contains(&name) && (name != "HUSKY" && name != "LEFTHOOK" || value == "0"));
    if disabled {
        return Some(Why::Disables);
    }
    if let Some(why) = by_table(&words) {
        return Some(why);
    }
    let flag = |word: &String| {
        let name = word.split('=').next().unwrap_or(word);
        FLAGS
            .iter()
            .find(|(flag, _)| *flag == name || flag == word)
            .map(|(_, why)| *why)
    };
    if let Some(why) = words.iter().find_map(flag) {
        return Some(why);
    }
    if let Some(why) = words.iter().find_map(|word| secret(word)) {
        return Some(why);
    }
    // What only looks for such a text, or says it, does not do it.
    let head = segment
        .goal
        .as_ref()
        .map(crate::domain::failure::Goal::head)
        .unwrap_or_default();
    if SPEAKING.contains(&segment.word.as_str()) || SPEAKING.contains(&head.as_str()) {
        return words.iter().find_map(|word| inner(word));
    }
    words.iter().find_map(|word| in_text(word).or_else(|| inner(word)))
}

/// Programs whose operands are texts that nobody runs.
const SPEAKING: &[&str] = &[
    "grep", "egrep", "fgrep", "rg", "ag", "ack", "git grep", "git log", "echo", "printf",
];

/// Looks into `$(…)` and backquotes, which run.
fn inner(word: &str) -> Option<Why> {
    let start = word
        .find("$(")
        .map(|at| at + 2)
        .or_else(|| word.find('`').map(|at| at + 1))?;
    let script = word[start..].trim_end_matches([')', '`', '"']);
    (script.len() < word.len()).then(|| forbidden(script)).flatten()
}

/// Returns what the table says of the words; a program may stand behind others that only run it, so that each word is
/// taken for one as long as what stands before it runs others.
fn by_table(words: &[String]) -> Option<Why> {
    let own = words.iter().position(|word| !is_assignment(word))?;
    let mut starts = vec![own];
    starts.extend((own + 1..words.len()).filter(|at| {
        let before = last_part(&words[*at - 1]);
        CARRIERS.contains(&last_part(&words[own])) && (before.starts_with('-') || CARRIERS.contains(&before))
            || CARRIERS.contains(&last_part(&words[own])) && words[own..*at].len() <= 4
    }));
    starts.into_iter().find_map(|start| {
        let program = last_part(&words[start]);
        let rest: Vec<&str> = words[start + 1..].iter().map(String::as_str).collect();
        let operands: Vec<&str> = operands_of(program, &rest);
        COMMANDS
            .iter()
            .filter(|(name, ..)| *name == program)
            .find(|(_, sub, groups, _)| {
                let sub: Vec<&str> = sub.split(' ').filter(|word| !word.is_empty()).collect();
                operands.starts_with(&sub) && groups.iter().all(|group| rest.iter().any(|word| named(word, group)))
            })
            .map(|(.., why)| *why)
    })
}

/// Returns the words that are no flags, nor values of flags that stand before the subcommand.
fn operands_of<'a>(program: &str, rest: &[&'a str]) -> Vec<&'a str> {
    const VALUED: &[&str] = &[
        "-C",
        "-c",
        "--git-dir",
        "--work-tree",
        "-R",
        "--repo",
        "--prefix",
        "--cwd",
        "--dir",
        "-H",
    ];
    let mut out = Vec::new();
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        if out.is_empty() && VALUED.contains(word) && program != "docker" {
            words.next();
        } else if !word.starts_with('-') {
            out.push(*word);
        }
    }
    out
}

/// Returns whether a word is one of a group, or a bundle of short flags that holds one of them.
fn named(word: &str, group: &[&str]) -> bool {
    group.iter().any(|one| {
        *one == word
            || word.split_once('=').is_some_and(|(name, _)| name == *one)
            || is_bundle(word) && is_bundle(one) && one.len() == 2 && word[1..].contains(&one[1..])
    })
}

fn is_bundle(word: &str) -> bool {
    word.len() > 1
        && word.starts_with('-')
        && !word.starts_with("--")
        && word[1..].bytes().all(|b| b.is_ascii_alphabetic())
}

/// Programs that run what stands behind them.
const CARRIERS: &[&str] = &[
    "sudo", "doas", "env", "xargs", "time", "timeout", "gtimeout", "nohup", "nice", "command", "exec", "npx", "bunx",
    "pnpx", "mise", "uv", "uvx", "poetry", "pipenv", "bundle", "parallel", "stdbuf", "setsid", "dotenv", "op",
    "doppler", "rtk", "then", "do", "else", "busybox", "python", "python3",
];

fn in_text(text: &str) -> Option<Why> {
    let lower = text.to_lowercase();
    TEXTS
        .iter()
        .find(|(words, _)| lower.contains(words))
        .map(|(_, why)| *why)
}

/// `> file` of something that is there is seen by nobody; only emptying a file is told by its form.
fn overwrites(text: &str) -> Option<Why> {
    let text = text.trim_start();
    (text.starts_with("> ") || text.starts_with(": >") || text.starts_with("cat /dev/null >")).then_some(Why::Destroys)
}

/// Returns whether a path is one of a secret.
fn secret(path: &str) -> Option<Why> {
    if path.contains(' ') {
        return None;
    }
    let path = path.rsplit_once('=').map_or(path, |(_, value)| value).to_lowercase();
    let name = last_part(&path);
    let is_sample = SAMPLES.iter().any(|end| name.ends_with(end));
    let is_environment = name.starts_with(".env.") && !is_sample;
    let in_folder = path.split('/').any(|part| SECRET_FOLDERS.contains(&part));
    (is_environment
        || in_folder
        || SECRET_NAMES.contains(&name) && !is_sample
        || SECRET_ENDS
            .iter()
            .any(|end| name.len() > end.len() && name.ends_with(end)))
    .then_some(Why::Secret)
}

fn last_part(word: &str) -> &str {
    word.trim_end_matches('/').rsplit('/').next().unwrap_or(word)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}
