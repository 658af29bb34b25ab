//! Installing into a home and leaving it: through the library, in homes that look like people's.

mod codex;
mod command;
mod desktop;
mod doctor;
mod home;
mod upgrade;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use callus::assistants::claude_code::wiring;
use callus::install::apply::{Applied, ApplyError, apply};
use callus::install::plan::{Action, PlanError};
use serde_json::{Value, json};

use home::Home;

const BINARY: &str = "/opt/callus/bin/callus";

/// Settings as people and programs write them.
const HOMES: &[&str] = &[
    "",
    "{}",
    "{ }\n",
    "{\"model\":\"opus\",\"hooks\":{}}",
    "{\n\t\"model\": \"opus\",\n\n\t\"permissions\": { \"allow\": [ \"Read\" ], \"deny\": [] }\n}",
    "{\r\n  \"model\": \"opus\"\r\n}\r\n",
    "\u{feff}{\n    \"model\": \"opus\"\n}\n",
    "{\n  // hand-written\n  \"hooks\": {\n    \"Stop\": [\n      { \"matcher\": \"\", \"hooks\": [ { \"type\": \"command\", \"command\": \"say done\" }, ] }, // keep\n    ],\n  },\n}\n",
    "{\n  \"hooks\": null,\n  \"permissions\": null\n}\n",
    "{\n  \"hooks\": { \"SessionEnd\": [], \"PreToolUse\": [{\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"guard\"}]}] }\n}\n",
    "{\n  \"permissions\": {\n    \"allow\": [\n      \"mcp__callus__failure_check\"\n    ]\n  }\n}\n",
    "{\n   \"hooks\": {\"Stop\": []},\n   \"hooks\": {\"Stop\": [ ]}\n}\n",
];

#[test]
fn installing_and_removing_leaves_the_home_as_it_was() {
    for text in HOMES {
        let home = Home::with_settings(text).with_client();
        let before = home.snapshot();
        assert_eq!(home.install(BINARY), Applied::default(), "{text}");
        let installed = home.settings();
        assert!(
            home.plan(BINARY).expect("a plan").is_empty(),
            "a second time adds nothing to {installed}"
        );
        home.remove();
        assert_eq!(home.snapshot(), before, "{text}");
    }
}

#[test]
fn a_program_of_another_name_is_not_wired() {
    // Its entries could not be told from those of others: a second time would add them again, and none would ever go.
    let home = Home::with_settings("{}");
    let error = home.plan("/opt/callus-0.2").expect_err("another name");
    assert_eq!(
        error.to_string(),
        "/opt/callus-0.2 must be called callus to be known again; rename it and run the same command"
    );
}

#[test]
fn without_the_record_only_our_entries_go() {
    // A permission that was there before, and lists that were empty before, cannot be told from ours any more.
    let told_apart = |text: &&&str| {
        !text.contains("mcp__callus") && !["null", "{}", "[]", "[ ]"].iter().any(|empty| text.contains(empty))
    };
    for text in HOMES.iter().filter(|text| !text.is_empty()).filter(told_apart) {
        let home = Home::with_settings(text);
        home.install(BINARY);
        fs::remove_dir_all(&home.site.data).expect("the record is lost");
        home.remove();
        assert_eq!(home.settings(), *text);
    }
}

#[test]
fn a_home_without_the_client_gets_back_to_nothing() {
    let home = Home::new();
    let before = home.snapshot();
    let applied = home.install(BINARY);
    assert!(
        applied.by_hand[0].starts_with("claude mcp add-json -s user callus '{\"type\":\"stdio\""),
        "{applied:?}"
    );
    let mode = fs::metadata(&home.places.folder).expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    home.remove();
    assert_eq!(home.snapshot(), before);
}

#[test]
fn a_folder_that_others_use_by_now_stays() {
    let home = Home::new();
    home.install(BINARY);
    fs::write(home.path(".claude/history.jsonl"), "{}").expect("the client's file");
    home.remove();
    assert!(home.path(".claude/history.jsonl").exists() && !home.places.settings.exists());
}

#[test]
fn what_the_user_writes_in_between_stays() {
    let home = Home::with_settings("{\n  \"model\": \"opus\"\n}\n");
    home.install(BINARY);
    let edited = home
        .settings()
        .replacen("\"opus\",", "\"sonnet\", // cheaper", 1)
        .replacen(
            "\"hooks\": [\n",
            "\"hooks\": [\n          {\"type\": \"command\", \"command\": \"mine\"},\n",
            1,
        )
        .replacen("\n  }\n}\n", "\n  },\n  \"z\": [1]\n}\n", 1);
    fs::write(&home.places.settings, edited).expect("edited");
    home.remove();
    let wanted = r#"{
  "model": "sonnet", // cheaper
  "hooks": {
    "SessionStart": [
      {
        "hooks": [
          {"type": "command", "command": "mine"}
        ]
      }
    ]
  },
  "z": [1]
}
"#;
    assert_eq!(home.settings(), wanted);
}

#[test]
fn a_matcher_that_the_user_gave_our_group_stays() {
    let home = Home::with_settings("{}");
    home.install(BINARY);
    let edited = home
        .settings()
        .replacen("\"hooks\": [\n", "\"matcher\": \"startup\", \"hooks\": [\n", 1);
    fs::write(&home.places.settings, edited).expect("edited");
    home.remove();
    let value: Value = serde_json::from_str(&home.settings()).expect("JSON");
    assert_eq!(
        value,
        json!({"hooks": {"SessionStart": [{"matcher": "startup", "hooks": []}]}})
    );
}

#[test]
fn a_client_that_rewrites_the_file_changes_nothing_for_us() {
    let home = Home::with_settings(
        "{\"model\":\"opus\",\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"x\"}]}]}}",
    );
    let before: Value = serde_json::from_str(&home.settings()).expect("JSON");
    home.install(BINARY);
    let value: Value = serde_json::from_str(&home.settings()).expect("JSON");
    fs::write(
        &home.places.settings,
        serde_json::to_string_pretty(&value).expect("JSON"),
    )
    .expect("rewritten");
    assert!(
        home.plan(BINARY)
            .expect("a plan")
            .steps
            .iter()
            .all(|step| step.file != home.places.settings)
    );
    home.remove();
    assert_eq!(serde_json::from_str::<Value>(&home.settings()).expect("JSON"), before);
}

#[test]
fn a_link_stays_a_link_and_modes_stay() {
    let home = Home::new();
    fs::create_dir_all(home.path("dotfiles")).expect("a folder");
    fs::create_dir(&home.places.folder).expect("a folder");
    fs::write(home.path("dotfiles/claude.json"), "{\n}\n").expect("settings");
    fs::set_permissions(home.path("dotfiles/claude.json"), fs::Permissions::from_mode(0o604)).expect("a mode");
    symlink("../dotfiles/claude.json", &home.places.settings).expect("a link");
    let before = home.snapshot();
    home.install(BINARY);
    assert!(
        fs::read_to_string(home.path("dotfiles/claude.json"))
            .expect("settings")
            .contains(BINARY)
    );
    home.remove();
    assert_eq!(home.snapshot(), before);
}

#[test]
fn the_copy_and_the_record_are_private_and_go_with_us() {
    let text = "{\"env\":{\"TOKEN\":\"x\"}}";
    let home = Home::with_settings(text);
    home.install(BINARY);
    let folder = home.site.data.join("install");
    for file in ["claude-code.json", "claude-code.settings.before"] {
        assert_eq!(
            fs::metadata(folder.join(file)).expect("there").permissions().mode() & 0o777,
            0o600,
            "{file}"
        );
    }
    assert_eq!(
        fs::read_to_string(folder.join("claude-code.settings.before")).expect("a copy"),
        text
    );
    home.remove();
    assert!(!folder.exists());
}

#[test]
fn another_place_of_the_program_updates_what_is_there() {
    let home = Home::with_settings("{}\n").with_client();
    home.install("/old/callus");
    // What the user set on our entry is theirs.
    fs::write(
        &home.places.settings,
        home.settings().replacen("\"timeout\": 10", "\"timeout\": 20", 1),
    )
    .expect("edited");
    assert_eq!(home.install(BINARY), Applied::default());
    let settings = home.settings();
    assert!(
        !settings.contains("/old/callus") && settings.contains("\"timeout\": 20"),
        "{settings}"
    );
    assert_eq!(settings.matches(BINARY).count(), wiring::HOOKS.len());
    let state = fs::read_to_string(&home.places.state).expect("state");
    assert!(state.contains(BINARY) && !state.contains("/old/"), "{state}");
    home.remove();
    assert_eq!(home.settings(), "{}\n");
}

#[test]
fn what_cannot_be_edited_is_left_alone_and_named() {
    let cases = [
        (
            "{\n  \"model\": \"opus\"\n  \"hooks\": {}\n}\n",
            "not valid JSON at line 2, column 18: expected comma",
        ),
        (
            "{\n  \"hooks\": []\n}\n",
            "\"hooks\" at line 2, column 12 is a list, where an object is needed",
        ),
        (
            "{\"permissions\": {\"allow\": \"*\"}}",
            "\"allow\" at line 1, column 27 is a string, where a list is needed",
        ),
    ];
    for (text, wanted) in cases {
        let home = Home::with_settings(text);
        let before = home.snapshot();
        let error = home.plan(BINARY).expect_err(text);
        let PlanError::Settings { source, .. } = &error else {
            panic!("another error: {error}");
        };
        assert_eq!(source.to_string(), wanted);
        assert!(
            error
                .to_string()
                .ends_with("settings.json is left as it is; correct it and run the same command again")
        );
        assert_eq!(home.snapshot(), before);
    }
}

#[test]
fn a_file_that_changed_after_the_plan_is_left_alone() {
    let home = Home::with_settings("{}");
    let plan = home.plan(BINARY).expect("a plan");
    fs::write(&home.places.settings, "{\"model\": \"opus\"}").expect("changed");
    assert!(matches!(apply(&home.site, &plan), Err(ApplyError::Changed(_))));
    assert_eq!(home.settings(), "{\"model\": \"opus\"}");
}

#[test]
fn a_foreign_server_of_our_name_stays() {
    let home = Home::with_settings("{}").with_client();
    let state = "{\"mcpServers\":{\"callus\":{\"command\":\"/x/other\",\"args\":[]}}}";
    fs::write(&home.places.state, state).expect("state");
    let plan = home.plan(BINARY).expect("a plan");
    assert!(
        plan.notes
            .iter()
            .any(|note| note.contains("another MCP server called \"callus\"")),
        "{:?}",
        plan.notes
    );
    apply(&home.site, &plan).expect("applied");
    home.remove();
    assert_eq!(fs::read_to_string(&home.places.state).expect("state"), state);
}

#[test]
fn a_client_that_fails_is_reported_and_the_hooks_are_in() {
    let mut home = Home::with_settings("{}");
    home.site.program = Some(home.script("bin/claude", "#!/bin/sh\necho 'no such command' >&2\nexit 2\n"));
    let applied = home.install(BINARY);
    assert_eq!(applied.problems.len(), 1);
    assert!(
        applied.problems[0].contains("failed: no such command; run it again by hand"),
        "{:?}",
        applied.problems
    );
    assert!(home.settings().contains(BINARY));
}

#[test]
fn the_plan_says_what_will_happen_and_what_stands_in_the_way() {
    let home = Home::with_settings(
        "{ // mine\n  \"disableAllHooks\": true, \"enabledPlugins\": {\"callus@callus\": true}\n}\n",
    );
    fs::create_dir_all(home.path("system/etc/claude-code/managed-settings.d")).expect("a folder");
    fs::write(
        home.path("system/etc/claude-code/managed-settings.json"),
        "{\"allowManagedHooksOnly\":true}",
    )
    .expect("managed settings");
    fs::write(
        home.path("system/etc/claude-code/managed-settings.d/10.json"),
        "{\"allowManagedMcpServersOnly\":true}",
    )
    .expect("managed settings");
    let plan = home.plan(BINARY).expect("a plan");
    let text = plan.text().replace(&home.folder.path().display().to_string(), "~");
    let wanted = r#"~/.claude/settings.json
  + hooks that run /opt/callus/bin/callus hook claude-code: SessionStart, UserPromptSubmit, PostToolUseFailure, PostToolBatch, StopFailure, Stop, SubagentStart, SubagentStop, PreCompact, SessionEnd, PreToolUse
  + permission to call without asking: mcp__callus__failure_check, mcp__callus__failure_search, mcp__callus__failure_get, mcp__callus__failure_report, mcp__callus__failure_count, mcp__callus__skill_lookup, mcp__callus__failure_record, mcp__callus__failure_resolve, mcp__callus__failure_feedback
~/.claude.json (for you to run: the client's program was not found)
  + MCP server callus: /opt/callus/bin/callus mcp
    claude mcp add-json -s user callus '{"type":"stdio","command":"/opt/callus/bin/callus","args":["mcp"]}'
note: ~/.claude/settings.json holds comments or trailing commas: Claude Code then loads nothing of it, neither your entries nor ours
note: ~/.claude/settings.json: "disableAllHooks" is set: no hook runs, ours neither
note: ~/system/etc/claude-code/managed-settings.json: "allowManagedHooksOnly" is set: only the organisation's hooks run
note: ~/system/etc/claude-code/managed-settings.d/10.json: "allowManagedMcpServersOnly" is set: only the organisation's MCP servers run: agents cannot ask Callus
note: ~/system/etc/claude-code/managed-settings.json outranks your settings
note: ~/system/etc/claude-code/managed-settings.d/10.json outranks your settings
note: Callus is enabled as a plugin too: each event is recorded once all the same"#;
    assert_eq!(text, wanted);
    assert!(plan.steps.iter().any(|step| matches!(step.action, Action::Write(_))));
}

#[test]
fn hooks_that_are_no_longer_needed_go() {
    let home = Home::with_settings("{}");
    home.install(BINARY);
    for file in [&home.places.settings, &home.site.data.join("install/claude-code.json")] {
        let text = fs::read_to_string(file).expect("written");
        fs::write(file, text.replace("\"SessionStart\"", "\"PostToolUse\"")).expect("as an older version left it");
    }
    home.install(BINARY);
    let value: Value = serde_json::from_str(&home.settings()).expect("JSON");
    assert!(
        value["hooks"]["PostToolUse"].is_null() && value["hooks"]["SessionStart"].is_array(),
        "{value}"
    );
}

#[test]
fn the_hook_before_calls_comes_and_goes_with_warnings() {
    let mut home = Home::with_settings("{}");
    let before =
        |home: &Home| serde_json::from_str::<Value>(&home.settings()).expect("JSON")["hooks"]["PreToolUse"].clone();
    home.site.warns = false;
    home.install(BINARY);
    assert!(before(&home).is_null());
    home.site.warns = true;
    home.install(BINARY);
    assert_eq!(before(&home)[0]["hooks"][0]["command"], BINARY);
    assert_eq!(before(&home)[0]["matcher"], "Bash|PowerShell|mcp__.*");
    home.site.warns = false;
    home.install(BINARY);
    assert!(before(&home).is_null());
    home.remove();
    assert_eq!(home.settings(), "{}");
}
