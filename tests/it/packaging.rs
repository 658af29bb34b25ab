//! What stands around the program: `install.sh`, the plugin and its skill.

#![expect(
    clippy::disallowed_methods,
    reason = "scripts run as a user would run them, with an environment of their own"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use callus::assistants::claude_code::wiring;
use callus::assistants::server;
use serde_json::{Value, json};
use tempfile::TempDir;

fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read_json(name: &str) -> Value {
    serde_json::from_slice(&fs::read(repository(name)).expect(name)).expect(name)
}

/// Stands for the program: notes what it was called with, and makes and deletes its data folder as the real one does.
const STAND_IN: &str = r#"#!/bin/sh
printf '%s\n' "$*" >>"$CALLS"
data=${CALLUS_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/callus}
case $* in
hook*) cat >>"$CALLS" ;;
*--purge*) rm -rf "$data" ;;
import*) mkdir -p "$data/workspaces/default" ;;
esac
[ "$1" != "$FAILS" ]
"#;

struct Home {
    folder: TempDir,
    calls: PathBuf,
    program: PathBuf,
    work: TempDir,
}

impl Home {
    fn new() -> Self {
        let work = tempfile::tempdir().expect("a folder for the test");
        let program = work.path().join("callus");
        fs::write(&program, STAND_IN).expect("a script");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
        Self {
            folder: tempfile::tempdir().expect("a home for the test"),
            calls: work.path().join("calls"),
            program,
            work,
        }
    }

    fn with_transcripts() -> Self {
        let home = Self::new();
        let folder = home.folder.path().join(".claude/projects/-p");
        fs::create_dir_all(&folder).expect("a folder");
        for name in ["a.jsonl", "b.jsonl", "notes.txt"] {
            fs::write(folder.join(name), "{}\n").expect("a file");
        }
        home
    }

    /// Runs a script of the repository as a user with nothing but this home; returns exit code, output and calls.
    fn run(
        &self,
        script: &str,
        args: &[&str],
        more: &[(&str, &str)],
        input: &str,
    ) -> (Option<i32>, String, Vec<String>) {
        drop(fs::remove_file(&self.calls));
        let mut child = Command::new("sh")
            .arg(repository(script))
            .args(args)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", "/usr/bin:/bin")
            .env("CALLS", &self.calls)
            .env("FAILS", "nothing")
            .envs(more.iter().copied())
            .current_dir(self.work.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh starts");
        // A script may end before it has read its input.
        drop(child.stdin.take().expect("a pipe").write_all(input.as_bytes()));
        let output = child.wait_with_output().expect("sh ends");
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        let calls = fs::read_to_string(&self.calls).unwrap_or_default();
        (
            output.status.code(),
            said.into_owned(),
            calls.lines().map(str::to_owned).collect(),
        )
    }

    fn install(&self, args: &[&str]) -> (Option<i32>, String, Vec<String>) {
        let program = self.program.to_str().expect("UTF-8").to_owned();
        self.run("install.sh", args, &[("CALLUS_BINARY", &program)], "")
    }

    fn entries(&self) -> BTreeSet<PathBuf> {
        let mut seen = BTreeSet::new();
        let mut open = vec![self.folder.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path.clone());
                }
                seen.insert(path);
            }
        }
        seen
    }
}

#[test]
fn an_empty_home_gets_the_sample_and_gets_back_to_nothing() {
    let home = Home::new();
    let (code, said, calls) = home.install(&[]);
    assert_eq!((code, calls), (Some(0), vec!["report --sample".to_owned()]), "{said}");
    assert!(
        said.contains("is not on your PATH") && said.contains("No assistant was found"),
        "{said}"
    );
    let installed = fs::metadata(home.folder.path().join(".local/bin/callus")).expect("installed");
    assert_eq!(installed.permissions().mode() & 0o777, 0o755);
    let (code, said, calls) = home.install(&["--uninstall", "--purge"]);
    assert_eq!(
        (code, calls),
        (Some(0), vec!["uninstall --yes --purge".to_owned()]),
        "{said}"
    );
    assert_eq!(home.entries(), BTreeSet::new());
}

#[test]
fn a_home_with_transcripts_is_wired_read_and_reported_without_a_question() {
    let home = Home::with_transcripts();
    let before = home.entries();
    let wanted = [
        "install --yes",
        "import --since 30d --budget 45s --then-background",
        "report",
        "replay --short",
    ];
    for _ in 0..2 {
        let (code, said, calls) = home.install(&["--since", "30d"]);
        assert_eq!(
            (code, calls.as_slice()),
            (Some(0), wanted.map(String::from).as_slice()),
            "{said}"
        );
        assert!(said.contains("Transcripts   2 of Claude Code"), "{said}");
    }
    let (code, said, _) = home.install(&["--uninstall"]);
    assert!(
        code == Some(0) && said.contains("What it recorded is still in"),
        "{said}"
    );
    assert!(home.folder.path().join(".local/share/callus/workspaces").exists());
    // The program is gone by now: the script deletes what is left.
    let (code, said, calls) = home.run("install.sh", &["--uninstall", "--purge"], &[], "");
    assert_eq!((code, calls), (Some(0), Vec::new()), "{said}");
    assert_eq!(home.entries(), before);
}

#[test]
fn a_home_in_which_nothing_was_recorded_is_as_it_was_without_purge() {
    let home = Home::new();
    let before = home.entries();
    home.install(&[]);
    assert_ne!(home.entries(), before, "nothing was installed");
    home.install(&["--uninstall"]);
    assert_eq!(home.entries(), before);
}

#[test]
fn no_import_reads_nothing_and_folders_of_others_stay() {
    let home = Home::with_transcripts();
    fs::create_dir_all(home.folder.path().join(".local/bin")).expect("the user's own folder");
    let before = home.entries();
    let (_, _, calls) = home.install(&["--no-import", "--yes"]);
    assert_eq!(calls, ["install --yes", "report"]);
    home.install(&["--uninstall", "--purge"]);
    let after: BTreeSet<PathBuf> = home.entries();
    assert_eq!(after, before);
}

#[test]
fn what_fails_is_said_and_the_report_comes_all_the_same() {
    let home = Home::with_transcripts();
    let program = home.program.to_str().expect("UTF-8").to_owned();
    let (code, said, calls) = home.run(
        "install.sh",
        &[],
        &[("CALLUS_BINARY", &program), ("FAILS", "install")],
        "",
    );
    assert_eq!(calls[calls.len() - 2..], ["report", "replay --short"]);
    assert!(code == Some(1) && said.contains("Not everything is wired"), "{said}");
    let (code, said, _) = home.run("install.sh", &["--uninstall"], &[("FAILS", "uninstall")], "");
    assert!(code == Some(1) && said.contains("are still wired"), "{said}");
    assert!(home.folder.path().join(".local/bin/callus").exists());
}

#[test]
fn wrong_options_change_nothing() {
    let home = Home::new();
    for args in [
        &["--nonsense"][..],
        &["--since"],
        &["--purge"],
        &["--binary", "/nowhere"],
    ] {
        let (code, said, calls) = home.install(args);
        assert!(
            code == Some(1) && calls.is_empty() && said.contains("install.sh: "),
            "{args:?}: {said}"
        );
    }
    assert_eq!(home.install(&["--help"]).0, Some(0));
    assert_eq!(home.entries(), BTreeSet::new());
}

#[test]
fn the_plugin_asks_for_the_same_hooks_as_the_installation() {
    let hooks = read_json("hooks/hooks.json");
    let wanted: Value = wiring::HOOKS
        .iter()
        .map(|(event, timeout)| {
            let hook = json!({"type": "command", "command": "sh", "args": ["${CLAUDE_PLUGIN_ROOT}/hooks/callus-hook.sh"], "timeout": timeout});
            let mut group = json!({"hooks": [hook]});
            if let Some(matcher) = wiring::matcher(event) {
                group["matcher"] = json!(matcher);
            }
            ((*event).to_owned(), json!([group]))
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(hooks["hooks"], wanted);
    let plugin = read_json(".claude-plugin/plugin.json");
    let market = read_json(".claude-plugin/marketplace.json");
    assert_eq!(plugin["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(market["plugins"][0]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        (&market["plugins"][0]["name"], &market["plugins"][0]["source"]),
        (&plugin["name"], &json!("./"))
    );
    let server = &read_json(".mcp.json")["mcpServers"][server::NAME];
    assert!(server["args"].to_string().contains("exec callus mcp"), "{server}");
}

#[test]
fn the_plugins_hook_hands_the_event_over_and_always_ends_well() {
    let home = Home::new();
    let event = "{\"session_id\":\"s\",\"hook_event_name\":\"Stop\"}\n";
    fs::create_dir_all(home.folder.path().join(".local/bin")).expect("a folder");
    fs::copy(&home.program, home.folder.path().join(".local/bin/callus")).expect("installed");
    for fails in ["nothing", "hook"] {
        let (code, said, calls) = home.run("hooks/callus-hook.sh", &[], &[("FAILS", fails)], event);
        assert_eq!((code, said.as_str()), (Some(0), ""));
        assert_eq!(calls, ["hook claude-code", event.trim_end()]);
    }
}

#[test]
fn the_plugins_hook_says_once_what_is_missing() {
    let home = Home::new();
    let data = home.folder.path().join("plugin data");
    let more = [("CLAUDE_PLUGIN_DATA", data.to_str().expect("UTF-8"))];
    let run = |event: &str| {
        let event = format!("{{\"hook_event_name\":\"{event}\"}}\n");
        let (code, said, _) = home.run("hooks/callus-hook.sh", &[], &more, &event);
        assert_eq!(code, Some(0));
        said
    };
    assert_eq!(run("Stop"), "");
    let said: Value = serde_json::from_str(&run("SessionStart")).expect("one JSON document");
    assert!(
        said["systemMessage"]
            .as_str()
            .expect("text")
            .contains("its program is missing")
    );
    assert_eq!(run("SessionStart"), "");
    let (code, said, _) = home.run(
        "hooks/callus-hook.sh",
        &[],
        &[],
        "{\"hook_event_name\":\"SessionStart\"}\n",
    );
    assert_eq!(
        (code, said.as_str()),
        (Some(0), ""),
        "without a folder to remember it, it would say so every time"
    );
}

#[test]
fn the_skill_keeps_to_the_format() {
    let text = fs::read_to_string(repository("skills/failure-memory/SKILL.md")).expect("the skill");
    let (front, body) = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .expect("front matter");
    let fields: Vec<(&str, &str)> = front
        .lines()
        .map(|line| line.split_once(": ").expect("one field per line"))
        .collect();
    for (key, value) in &fields {
        match *key {
            "name" => assert_eq!(*value, "failure-memory", "the name of its folder"),
            "description" => assert!(
                value.len() <= 152 && value.starts_with('"') && value.ends_with('"'),
                "{value}"
            ),
            "license" | "compatibility" => assert!(value.len() <= 500 && !value.contains(": ")),
            other => panic!("{other} is not in the specification, or makes a client ask for permission"),
        }
    }
    assert_eq!(fields[0].0, "name");
    assert!(body.lines().count() < 60, "short enough to be read each time");
    assert!(
        !body.contains("!`") && !body.contains('@') && !body.contains('$'),
        "a client would run or replace it"
    );
    for tool in server::TOOLS {
        assert!(body.contains(tool), "{tool} is not explained");
    }
}
