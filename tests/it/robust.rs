//! Hooks under fire: whatever happens to the machine, the assistant is never disturbed and nothing that a hook
//! took in is lost.
//!
//! `CALLUS_ROBUST=full` asks for the full strength: 64 hooks at once for 50 rounds and at least 500 kills.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the real program, kill it and choose its environment"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tempfile::TempDir;

const ASSISTANT: &str = "claude-code";

fn full_strength() -> bool {
    std::env::var("CALLUS_ROBUST").is_ok_and(|value| value == "full")
}

/// Returns the program under test: `CALLUS_BIN` where the release binary is meant, else the one that cargo built.
fn program() -> PathBuf {
    std::env::var_os("CALLUS_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_callus")), PathBuf::from)
}

/// A home of its own.
struct Home {
    folder: TempDir,
    store: PathBuf,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = folder.path().join("store");
        Self { folder, store }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        self.dress(&mut command);
        command.args(arguments);
        command
    }

    fn dress(&self, command: &mut Command) {
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("CALLUS_HOME", &self.store)
            .env("PATH", "/usr/bin:/bin")
            .env("TMPDIR", self.folder.path())
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    fn hook(&self, stdin: &[u8]) -> Output {
        feed(self.command(&["hook", ASSISTANT]), stdin)
    }

    /// Asks a question, which drains every journal first; returns what was printed.
    fn ask(&self, arguments: &[&str]) -> Output {
        feed(self.command(arguments), b"")
    }

    fn database(&self) -> PathBuf {
        self.store.join("workspaces/default/callus.db")
    }

    /// Returns how many rows each call has, after a drain.
    fn rows_per_call(&self) -> BTreeMap<String, i64> {
        let drained = self.ask(&["sessions", "--json"]);
        assert!(drained.status.success(), "{}", said(&drained));
        let database = Connection::open_with_flags(self.database(), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opens");
        let mut rows = database
            .prepare("select call_id, count(*) from event where call_id is not null group by call_id")
            .expect("the table is there");
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("runs")
            .collect::<Result<_, _>>()
            .expect("reads")
    }

    /// Asserts that `callus doctor` notices one of these words.
    fn assert_doctor_says(&self, words: &[&str]) {
        let output = self.ask(&["doctor", "--json"]);
        let text = String::from_utf8_lossy(&output.stdout).to_lowercase();
        assert!(
            serde_json::from_str::<Value>(&text).is_ok(),
            "doctor answers in JSON: {}",
            said(&output)
        );
        assert!(
            words.iter().any(|word| text.contains(word)),
            "doctor names one of {words:?}: {}",
            said(&output)
        );
    }
}

fn feed(mut command: Command, stdin: &[u8]) -> Output {
    let mut child = command.spawn().expect("the program starts");
    give(&mut child, stdin);
    child.wait_with_output().expect("the program ends")
}

/// Writes standard input and closes it; a program that stopped reading early is its own business.
fn give(child: &mut Child, stdin: &[u8]) {
    let _ = child.stdin.take().expect("piped").write_all(stdin);
}

fn said(output: &Output) -> String {
    format!(
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A hook exits 0 and prints one valid reply or nothing, whatever it met.
fn assert_undisturbed(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
    let reply = String::from_utf8(output.stdout.clone()).expect("the reply is UTF-8");
    assert!(
        reply.is_empty() || serde_json::from_str::<Value>(&reply).is_ok(),
        "no valid reply: {reply}"
    );
}

fn failed_call(session: &str, call: &str) -> Vec<u8> {
    let payload = json!({
        "session_id": session, "transcript_path": "/home/dev/none.jsonl", "cwd": "/home/dev/project",
        "hook_event_name": "PostToolUseFailure", "tool_name": "Bash", "tool_use_id": call,
        "tool_input": {"command": format!("cat {call}.txt")}, "is_interrupt": false, "duration_ms": 4,
        "error": format!("Exit code 1\ncat: {call}.txt: No such file or directory"),
    });
    line(&payload)
}

fn batch(session: &str, call: &str) -> Vec<u8> {
    let payload = json!({
        "session_id": session, "transcript_path": "/home/dev/none.jsonl", "cwd": "/home/dev/project",
        "hook_event_name": "PostToolBatch",
        "tool_calls": [{
            "tool_name": "Bash", "tool_use_id": call, "tool_input": {"command": format!("echo {call}")},
            "tool_response": call,
        }],
    });
    line(&payload)
}

fn line(payload: &Value) -> Vec<u8> {
    let mut bytes = payload.to_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

/// What became of one hook.
struct Fate {
    call: String,
    returned: bool,
    killed: bool,
}

/// Runs one hook and, where `patience` is given, kills it after that long unless it has ended by itself.
fn run_hook(home: &Home, payload: &[u8], call: String, patience: Option<Duration>) -> Fate {
    let mut child = home.command(&["hook", ASSISTANT]).spawn().expect("the program starts");
    give(&mut child, payload);
    if let Some(patience) = patience {
        std::thread::sleep(patience);
        // A process that has ended is not reaped yet, so this can hit nobody else.
        let _ = child.kill();
    }
    let output = child.wait_with_output().expect("the program ends");
    let killed = output.status.signal() == Some(9);
    if !killed {
        assert_undisturbed(&output);
    }
    Fate {
        call,
        returned: output.status.code() == Some(0),
        killed,
    }
}

#[test]
fn every_event_whose_hook_returned_appears_once() {
    let (rounds, kills_wanted) = if full_strength() { (50, 500) } else { (4, 8) };
    let at_once = if full_strength() { 64 } else { 16 };
    let home = Home::new();
    let mut fates: Vec<Fate> = Vec::new();
    let mut kills = 0;
    let mut round = 0;
    // The kills are spread over the length of a hook, wherever this machine makes it end.
    let whole = {
        let started = Instant::now();
        assert_undisturbed(&home.hook(&failed_call("session-0", "warm-up")));
        started.elapsed()
    };
    while round < rounds || (kills < kills_wanted && round < rounds * 20) {
        let batch_of_fates: Vec<Fate> = std::thread::scope(|scope| {
            let hooks: Vec<_> = (0..at_once)
                .map(|n| {
                    let home = &home;
                    scope.spawn(move || {
                        let session = format!("session-{}", n % 8);
                        let call = format!("call-{round}-{n}");
                        let payload = if n % 16 == 0 {
                            failed_call(&session, &call)
                        } else {
                            batch(&session, &call)
                        };
                        let patience = (n % 4 == 1).then(|| whole.mul_f64(f64::from((n * 7 + round * 3) % 20) / 10.0));
                        run_hook(home, &payload, call, patience)
                    })
                })
                .collect();
            hooks
                .into_iter()
                .map(|hook| hook.join().expect("the thread ends"))
                .collect()
        });
        kills += batch_of_fates.iter().filter(|fate| fate.killed).count();
        fates.extend(batch_of_fates);
        round += 1;
    }

    let rows = home.rows_per_call();
    let lost: Vec<_> = fates
        .iter()
        .filter(|fate| fate.returned && !rows.contains_key(&fate.call))
        .collect();
    let doubled: Vec<_> = rows.iter().filter(|(_, count)| **count != 1).collect();
    let returned = fates.iter().filter(|fate| fate.returned).count();
    let mut report = std::io::stderr();
    let _ = writeln!(
        report,
        "{} hooks in {round} rounds, {returned} returned, {kills} killed before exit",
        fates.len()
    );
    assert!(
        lost.is_empty(),
        "{} of {returned} events are lost, {} first",
        lost.len(),
        lost[0].call
    );
    assert!(doubled.is_empty(), "recorded more than once: {doubled:?}");
    assert!(
        kills >= kills_wanted,
        "{kills} kills before exit: too few to prove anything"
    );
    let known = |call: &String| call == "warm-up" || fates.iter().any(|fate| fate.call == *call);
    assert!(rows.keys().all(known), "nothing is recorded that was not sent");
}

#[test]
fn a_home_that_cannot_be_written_disturbs_nobody() {
    let mut home = Home::new();
    // A file where the folder should be stops even the superuser, whom permissions do not.
    let file = home.folder.path().join("file");
    fs::write(&file, "in the way").expect("writes");
    home.store = file.join("store");
    assert_undisturbed(&home.hook(&failed_call("session", "call")));
    assert_undisturbed(&home.hook(&batch("session", "call-2")));
    home.assert_doctor_says(&["not a directory", "cannot", "could not"]);
}

#[test]
fn a_spare_folder_that_somebody_else_made_is_left_alone() {
    let home = Home::new();
    let folder = home.store.join("workspaces/default");
    fs::create_dir_all(&folder).expect("makes");
    fs::write(folder.join("journal"), "no folder").expect("writes");
    assert_undisturbed(&home.hook(&failed_call("session", "spared")));
    let spare = fs::read_dir(home.folder.path())
        .expect("lists")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.to_string_lossy().contains("callus-spare-"))
        .expect("the hook made a spare folder");
    let theirs = home.folder.path().join("theirs");
    fs::rename(&spare, &theirs).expect("renames");
    std::os::unix::fs::symlink(&theirs, &spare).expect("links");
    assert_undisturbed(&home.hook(&failed_call("other", "lost")));
    assert_eq!(
        fs::read_dir(theirs.join("journal")).expect("lists").count(),
        1,
        "nothing is written where somebody else may read it"
    );
    fs::remove_file(folder.join("journal")).expect("removes");
    assert!(
        home.rows_per_call().is_empty(),
        "nothing is read that somebody else may have written"
    );
    fs::remove_file(&spare).expect("removes");
    fs::rename(&theirs, &spare).expect("renames");
    assert!(home.rows_per_call().contains_key("spared"), "our own is drained");
}

#[test]
fn a_read_only_store_disturbs_nobody() {
    let home = Home::new();
    assert_undisturbed(&home.hook(&failed_call("session", "call")));
    let made = Command::new("chmod")
        .args(["-R", "a-w"])
        .arg(&home.store)
        .status()
        .expect("chmod");
    assert!(made.success());
    assert_undisturbed(&home.hook(&failed_call("session", "call-2")));
    let undone = Command::new("chmod")
        .args(["-R", "u+w"])
        .arg(&home.store)
        .status()
        .expect("chmod");
    assert!(undone.success());
}

#[test]
fn a_file_that_may_not_grow_disturbs_nobody() {
    let home = Home::new();
    assert_undisturbed(&home.hook(&failed_call("session", "before")));
    // With the signal ignored, a write past the limit fails as it does on a full disk.
    let mut command = Command::new("sh");
    home.dress(&mut command);
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" hook claude-code"])
        .arg(program());
    assert_undisturbed(&feed(command, &failed_call("session", "during")));
    assert_undisturbed(&home.hook(&failed_call("session", "after")));
    let rows = home.rows_per_call();
    assert!(rows.contains_key("before") && rows.contains_key("after"), "{rows:?}");
}

#[test]
fn a_full_disk_disturbs_nobody() {
    let mut home = Home::new();
    let disk = home.folder.path().join("disk");
    fs::create_dir(&disk).expect("makes");
    let mount = |arguments: &[&str]| {
        Command::new("mount")
            .args(arguments)
            .arg(&disk)
            .stderr(Stdio::null())
            .status()
    };
    if !mount(&["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).is_ok_and(|status| status.success()) {
        let _ = writeln!(std::io::stderr(), "skipped: a small disk needs the right to mount one");
        return;
    }
    let mounted = Mounted(disk.clone());
    home.store = disk.join("store");
    assert_undisturbed(&home.hook(&failed_call("session", "before")));
    let mut filler = fs::File::create(disk.join("filler")).expect("makes");
    while filler.write_all(&[0; 512]).is_ok() {}
    drop(filler);
    assert_undisturbed(&home.hook(&failed_call("session", "during")));
    home.assert_doctor_says(&["full", "no space"]);
    fs::remove_file(disk.join("filler")).expect("removes");
    assert_undisturbed(&home.hook(&failed_call("session", "after")));
    let rows = home.rows_per_call();
    assert!(rows.contains_key("before") && rows.contains_key("after"), "{rows:?}");
    drop(mounted);
}

/// Unmounts when the test ends, however it ends.
struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_damaged_database_is_named_and_kept() {
    let home = Home::new();
    assert_undisturbed(&home.hook(&failed_call("session", "call")));
    assert!(!home.rows_per_call().is_empty());
    let garbage = b"this was a database once ".repeat(400);
    fs::write(home.database(), &garbage).expect("writes");
    for side in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{side}", home.database().display()));
    }
    assert_undisturbed(&home.hook(&failed_call("session", "call-2")));
    let answer = home.ask(&["failures"]);
    assert!(!answer.status.success(), "a damaged database is no answer");
    let told = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(told.contains("callus.db"), "the error names the file: {told}");
    home.assert_doctor_says(&["damaged", "corrupt"]);
    assert!(keeps(&home.store, &garbage), "the bad file is kept");
}

/// Returns whether some file below `folder` still holds exactly these bytes.
fn keeps(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            keeps(&path, bytes)
        } else {
            fs::read(&path).is_ok_and(|read| read == bytes)
        }
    })
}

#[test]
fn a_held_lock_makes_nobody_wait() {
    let home = Home::new();
    assert_undisturbed(&home.hook(&failed_call("session", "before")));
    assert!(home.rows_per_call().contains_key("before"));
    let holder = Connection::open(home.database()).expect("opens");
    holder.execute_batch("begin immediate").expect("takes the lock");
    // Each hook ends although the lock is let go only afterwards: that alone proves that it does not wait for it.
    let quickest = (0..5)
        .map(|n| {
            let started = Instant::now();
            assert_undisturbed(&home.hook(&failed_call("session", &format!("during-{n}"))));
            started.elapsed()
        })
        .min()
        .expect("five of them");
    holder.execute_batch("rollback").expect("lets go");
    let _ = writeln!(std::io::stderr(), "a hook that meets a held lock takes {quickest:?}");
    assert!(
        !full_strength() || quickest <= Duration::from_millis(250),
        "{quickest:?}"
    );
    let rows = home.rows_per_call();
    assert!((0..5).all(|n| rows.get(&format!("during-{n}")) == Some(&1)), "{rows:?}");
}

#[test]
fn huge_input_is_cut_and_recorded() {
    let home = Home::new();
    let output = "line of a very long log\n".repeat(50 * 1024 * 1024 / 24);
    let mut payload: Value = serde_json::from_slice(&failed_call("session", "huge")).expect("JSON");
    payload["error"] = json!(format!("Exit code 1\n{output}error: the very last line"));
    let started = Instant::now();
    assert_undisturbed(&home.hook(&line(&payload)));
    let took = started.elapsed();
    let _ = writeln!(std::io::stderr(), "50 MB of standard input take {took:?}");
    assert!(!full_strength() || took <= Duration::from_secs(1), "{took:?}");
    assert_eq!(home.rows_per_call().get("huge"), Some(&1));
    let size: u64 = fs::metadata(home.database()).expect("is there").len();
    assert!(size < 4 * 1024 * 1024, "{size} bytes are stored of one call");
}

#[test]
fn input_that_is_no_event_disturbs_nobody() {
    let home = Home::new();
    let cut = failed_call("session", "cut");
    let inputs: [(&str, Vec<u8>); 8] = [
        ("empty", Vec::new()),
        ("blank", b"\n\n".to_vec()),
        ("binary", (0..=255_u8).cycle().take(100_000).collect()),
        ("nul", vec![0; 4096]),
        ("cut off", cut[..cut.len() / 2].to_vec()),
        ("another shape", b"[1, 2, {\"hook_event_name\": 7}]".to_vec()),
        (
            "unknown event",
            line(&json!({"session_id": "session", "hook_event_name": "Tomorrow"})),
        ),
        ("deep", [b"[".repeat(200_000), b"]".repeat(200_000)].concat()),
    ];
    for (name, input) in &inputs {
        let output = home.hook(input);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", said(&output));
        assert!(
            output.stdout.is_empty(),
            "{name}: there is nothing to say: {}",
            said(&output)
        );
    }
    home.assert_doctor_says(&["malformed", "broken", "unreadable", "fault"]);
    assert_undisturbed(&home.hook(&failed_call("session", "after")));
    assert_eq!(home.rows_per_call().get("after"), Some(&1));
}

#[test]
fn wrong_arguments_disturb_nobody() {
    let home = Home::new();
    for arguments in [
        &["hook"][..],
        &["hook", "no-such-assistant"],
        &["hook", ASSISTANT, "--unknown"],
    ] {
        let output = feed(home.command(arguments), &failed_call("session", "call"));
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", said(&output));
    }
}
