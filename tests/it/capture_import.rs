//! Imports: whatever happens to the files and to the program, the same rows in the end.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::capture_recount::assert_same;
use super::capture_roads::known;
use super::capture_scene::{Scene, text_of, transcript};
use super::capture_story::Story;

/// Asserts that two scenes know the same.
#[track_caller]
pub(crate) fn assert_same_known(one: &Scene, other: &Scene, when: &str) {
    for ((what, one), (_, other)) in known(one).iter().zip(&known(other)) {
        assert_same(one, other, &format!("{what}, {when}"));
    }
}

/// A session long enough for several transactions, with calls side by side and messages of several lines.
fn long_story(session: &str, rounds: u32) -> Story {
    // Two sessions never say the same at the same millisecond.
    let begin = session
        .bytes()
        .next()
        .map_or(0, |first| u32::from(first - b'a') % 6 * 7000 + 1);
    let mut story = Story::at(session, begin);
    for round in 0..rounds {
        story.prompt(&format!("round {round}"));
        story.bash(
            &format!("cat part-{round}.txt"),
            round % 3 == 0,
            if round % 3 == 0 {
                "Exit code 1\ncat: part.txt: No such file or directory"
            } else {
                "fine"
            },
        );
        story.both(
            &json!({"command": format!("make step-{round}")}),
            &json!({"command": format!("cargo build -p part{round} 2>&1 | tail -3")}),
        );
        story.turn(&format!("round {round} is over"));
    }
    story
}

pub(crate) fn imported(put: impl Fn(&Scene)) -> Scene {
    let scene = Scene::new();
    put(&scene);
    scene.import();
    scene
}

#[test]
fn importing_again_adds_nothing() {
    let scene = Scene::new();
    scene.put_recorded("main.jsonl");
    scene.put_recorded("bash.jsonl");
    let first = scene.import();
    assert!(first.contains("Read 2 files"), "{first}");
    let before = known(&scene);
    for arguments in [&["import"][..], &["import", scene.projects().to_str().expect("UTF-8")]] {
        let again = scene.run(arguments);
        assert_eq!(again, "Nothing new in 2 files.\n");
    }
    for ((what, before), (_, after)) in before.iter().zip(&known(&scene)) {
        assert_same(after, before, what);
    }
    scene.assert_consistent();
}

#[test]
fn a_file_that_grows_is_read_on_from_wherever_it_ended() {
    let mut told = Story::new("grows");
    told.prompt("first")
        .bash(
            "ls nothing",
            true,
            "Exit code 2\nls: cannot access 'nothing': No such file or directory",
        )
        .turn("one")
        .prompt("second")
        .begin("Bash", &json!({"command": "rm -rf x"}))
        .reject(Some("leave it"))
        .both(&json!({"command": "make a"}), &json!({"command": "make b"}))
        .model_error("API Error: 529 Overloaded.")
        .prompt("third")
        .begin("Bash", &json!({"command": "sleep 100"}))
        .reject(None)
        .interrupt()
        .prompt("stop that")
        .turn("three");
    let recorded = ["interactive.jsonl", "resumed.jsonl"].map(|name| text_of(&transcript(name)));
    for (text, step) in [(told.text(), 1), (recorded[0].clone(), 5), (recorded[1].clone(), 7)] {
        let whole = imported(|scene| {
            scene.put("it.jsonl", &text);
        });
        whole.assert_consistent();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for cut in (1..lines.len()).step_by(step) {
            let mut so_far = lines[..cut].concat();
            if cut % 2 == 0 {
                let half = lines[cut].floor_char_boundary(lines[cut].len() / 2);
                so_far.push_str(&lines[cut][..half]);
            }
            let scene = imported(|scene| {
                scene.put("it.jsonl", &so_far);
            });
            scene.put("it.jsonl", &text);
            scene.import();
            assert_same_known(&scene, &whole, &format!("cut after line {cut}"));
            scene.assert_consistent();
        }
    }
}

#[test]
fn a_last_line_without_its_end_is_read_when_it_is_whole() {
    let mut story = Story::new("unended");
    story.prompt("x").bash("false-ish", true, "Exit code 3\nit broke");
    let text = story.text();
    let scene = imported(|scene| {
        scene.put("unended.jsonl", text.trim_end());
    });
    assert_eq!(
        scene.rows("select e.command, e.status from failure f join event e on e.id = f.event"),
        ["false-ish|failed"]
    );
    story.turn("done");
    scene.put("unended.jsonl", &story.text());
    scene.import();
    assert_same_known(
        &scene,
        &imported(|scene| {
            scene.put("unended.jsonl", &story.text());
        }),
        "once it went on",
    );
}

#[test]
fn another_file_under_the_same_name_is_read_from_its_beginning() {
    let mut first = Story::new("first");
    first
        .prompt("one")
        .bash("cat one", true, "Exit code 1\ncat: one: No such file or directory")
        .turn("it is not there");
    let mut shorter = Story::new("other");
    shorter.prompt("two");
    let mut longer = Story::new("third");
    longer
        .prompt("three")
        .bash("cat three", true, "Exit code 1\ncat: three: No such file or directory")
        .turn("neither")
        .prompt("so");
    let same_size = first
        .text()
        .replace("first", "forth")
        .replace("one", "two")
        .replace("it is not", "it's not a");
    let mut same_size = same_size;
    while same_size.len() > first.text().len() {
        same_size = same_size.replacen("there", "ther", 1);
    }
    assert_eq!(same_size.len(), first.text().len());
    for (replaced, session) in [
        (shorter.text(), "other"),
        (longer.text(), "third"),
        (same_size, "forth"),
    ] {
        let scene = imported(|scene| {
            scene.put("it.jsonl", &first.text());
        });
        scene.put("it.jsonl", &replaced);
        scene.import();
        assert_eq!(
            scene.rows("select external from session order by id"),
            ["first", session],
            "what was read stays, and what replaced it is read"
        );
        scene.assert_consistent();
    }
}

#[test]
fn broken_lines_are_counted_once_and_never_fatal() {
    let mut story = Story::new("broken");
    story
        .prompt("x")
        .bash("cat a", true, "Exit code 1\ncat: a: No such file or directory");
    let mut text = story.text();
    text.push_str("{\"type\":\"user\",\"sessionId\":\"brok\nnot json at all\n[1,2,3]\n\u{0}\u{0}\u{0}\n\n");
    // A call without a result makes the next read go back behind the broken lines.
    let mut after = Story::at("broken", 600);
    after.begin("Bash", &json!({"command": "sleep 9"}));
    text.insert_str(0, &after.text());
    let scene = Scene::new();
    scene.put("broken.jsonl", &text);
    let told = scene.import();
    assert!(told.contains("Lines that were no record: 4."), "{told}");
    assert!(told.contains("1 failure,"), "{told}");
    let mut more = Story::at("broken", 900);
    more.prompt("go on");
    scene.put("broken.jsonl", &(text + &more.text()));
    let told = scene.import();
    assert!(!told.contains("no record"), "they were counted before: {told}");
    assert_eq!(scene.number("select sum(broken) from source"), 4);
    let doctor = scene.env.run(&["doctor"]).stdout;
    assert!(doctor.contains("4 lines"), "{doctor}");
    scene.assert_consistent();
}

#[test]
fn files_and_folders_in_any_mix_and_what_is_no_transcript() {
    let scene = Scene::new();
    let one = scene.put_recorded("main.jsonl");
    let folder = scene.env.home().join("exported");
    let mut story = Story::new("exported");
    story
        .prompt("x")
        .bash("cat a", true, "Exit code 1\ncat: a: No such file or directory");
    fs::create_dir_all(folder.join("deep/er")).expect("makes");
    fs::write(folder.join("deep/er/exported.jsonl"), story.text()).expect("writes");
    fs::write(folder.join("notes.txt"), "notes").expect("writes");
    let notes = scene.env.home().join("notes.md");
    fs::write(&notes, "# notes\n").expect("writes");
    let other = scene.env.home().join("other.jsonl");
    fs::write(&other, "{\"type\":\"session.start\",\"data\":{\"sessionId\":\"x\"}}\n").expect("writes");
    let empty = scene.env.home().join("empty.jsonl");
    fs::write(&empty, "").expect("writes");

    let arguments: Vec<String> = [&one, &folder, &notes, &other, &empty, &one]
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let arguments: Vec<&str> = std::iter::once("import")
        .chain(arguments.iter().map(String::as_str))
        .collect();
    let told = scene.run(&arguments);
    assert!(told.contains("Read 2 files"), "{told}");
    for (file, why) in [
        ("notes.md", "holds no JSON lines"),
        (
            "other.jsonl",
            "is not in the format of an assistant's transcripts that Callus reads",
        ),
        ("empty.jsonl", "is empty"),
    ] {
        assert!(told.contains(&format!("{file}: {why}")), "{told}");
    }
    assert!(
        !told.contains("notes.txt"),
        "it was not named and looks like no transcript: {told}"
    );
    assert_eq!(
        scene.rows("select external from session order by 1"),
        ["b5b0065b-8572-423e-b51a-3dd2b56085c3", "exported"]
    );

    // In the assistant's own folder lie other files too: they are worth no word.
    scene.put("notes.jsonl", "not a transcript\n");
    let told = scene.import();
    assert!(!told.contains("Not read"), "{told}");
    scene.assert_consistent();
}

#[test]
fn a_path_that_is_not_there_is_an_error_of_the_user() {
    let scene = Scene::new();
    let said = scene.env.run(&["import", "/nowhere/at-all.jsonl"]);
    assert_eq!(said.code, 1, "{said}");
    assert!(
        said.stderr.contains("there is nothing at /nowhere/at-all.jsonl"),
        "{said}"
    );
    assert!(said.stderr.contains("Hint:"), "{said}");
    assert_eq!(said.stdout, "");
}

#[test]
fn since_leaves_out_what_was_last_written_before() {
    let scene = Scene::new();
    let old = scene.put_recorded("main.jsonl");
    scene.put_recorded("bash.jsonl");
    let at = |text: &str| -> std::time::SystemTime { text.parse::<jiff::Timestamp>().expect("a time").into() };
    let touch = |path: &PathBuf, time: &str| {
        let file = fs::File::options().append(true).open(path).expect("opens");
        file.set_modified(at(time)).expect("sets");
    };
    touch(&old, "2026-08-01T00:00:00Z");
    touch(
        &scene.projects().join("a702f392-2b93-4845-b4d8-705f7027b15c.jsonl"),
        "2026-11-19T00:00:00Z",
    );
    let told = scene.run(&["import", "--since", "30d"]);
    assert!(told.contains("Left out as older: 1 file."), "{told}");
    assert_eq!(scene.number("select count(*) from session"), 1);
    scene.run(&["import", "--since", "365d"]);
    assert_eq!(scene.number("select count(*) from session"), 2);
}

#[test]
fn a_budget_that_is_used_up_leaves_the_rest_for_the_next_import() {
    let story = long_story("budget", 90);
    let scene = Scene::new();
    scene.put_recorded("bash.jsonl");
    scene.put("budget.jsonl", &story.text());
    let told = scene.run(&["import", "--budget", "0s"]);
    assert!(told.contains("Not read yet: 2 files; callus import goes on."), "{told}");
    let told = scene.import();
    assert!(!told.contains("Not read yet"), "{told}");
    let whole = imported(|scene| {
        scene.put_recorded("bash.jsonl");
        scene.put("budget.jsonl", &story.text());
    });
    assert_same_known(&scene, &whole, "after a budget");
    scene.assert_consistent();
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the import is killed after a while, wherever it is then"
)]
fn an_import_that_is_killed_again_and_again_comes_to_the_same() {
    let put = |scene: &Scene| {
        scene.put("a.jsonl", &long_story("a", 150).text());
        scene.put("b.jsonl", &long_story("b", 110).text());
        scene.put_recorded("f44a190a-d109-4a1f-af17-cb5c66b539b3.jsonl");
    };
    let whole = imported(put);
    whole.assert_consistent();
    let scene = Scene::new();
    put(&scene);
    let mut in_the_middle = 0;
    for pause in [60, 70, 80, 90, 100, 120, 140, 160, 180, 200, 240, 280] {
        let mut import = scene.env.start(&["import"]);
        std::thread::sleep(Duration::from_millis(pause));
        // It may have ended, and then nothing is hit: it is not reaped yet.
        let _ = import.kill();
        let status = import.wait().expect("ends");
        if status.success() {
            break;
        }
        if scene.env.database().exists() {
            let database = scene.other_program();
            let begun = database.query_row("select count(*) from source", [], |row| row.get::<_, i64>(0));
            in_the_middle += i64::from(begun.is_ok_and(|begun| begun > 0));
        }
    }
    scene.import();
    assert_same_known(&scene, &whole, "after kills");
    scene.assert_consistent();
    println!("{in_the_middle} imports were killed after their first transaction");
}

/// Reads lines from one byte on, and to the end of the file when `whole`; returns what they report, and where a
/// later read begins.
fn read_from(path: &PathBuf, lines: &[(u64, &str)], whole: bool) -> (Vec<String>, u64) {
    let spec = callus::assistants::by_name("claude-code").expect("is known");
    let found = (spec.find)(std::slice::from_ref(path));
    let mut reader = (spec.reader)(&found.transcripts[0]);
    let mut seen = Vec::new();
    let mut end = lines.first().map_or(0, |(offset, _)| *offset);
    for (offset, line) in lines {
        seen.extend(
            reader
                .line(*offset, line.trim_end().as_bytes())
                .expect("the line is whole"),
        );
        end = offset + line.len() as u64;
    }
    let next = reader.resume_offset().unwrap_or(end).min(end);
    if whole {
        seen.extend(reader.finish());
    }
    (seen.iter().map(|seen| format!("{seen:?}")).collect(), next)
}

#[test]
fn a_read_that_stops_after_any_line_loses_nothing_and_adds_nothing() {
    // What a killed import leaves behind is a mark after one of its transactions: here after every line.
    let scene = Scene::new();
    let paths = [
        scene.put_recorded("main.jsonl"),
        scene.put_recorded("interactive.jsonl"),
        scene.put_recorded("apierror.jsonl"),
        scene.put_recorded("resumed.jsonl"),
        scene.put("marks.jsonl", &long_story("marks", 4).text()),
    ];
    for path in paths {
        let text = fs::read_to_string(&path).expect("reads");
        let mut lines = Vec::new();
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            lines.push((offset, line));
            offset += line.len() as u64;
        }
        let (whole, _) = read_from(&path, &lines, true);
        for cut in 1..lines.len() {
            let (mut both, next) = read_from(&path, &lines[..cut], false);
            let from = lines
                .iter()
                .position(|(offset, _)| *offset >= next)
                .unwrap_or(lines.len());
            both.extend(read_from(&path, &lines[from..], true).0);
            let is_missing = |seen: &&String| !both.contains(seen);
            assert_eq!(
                whole.iter().find(is_missing),
                None,
                "{}, cut after line {cut}",
                path.display()
            );
            // The session is announced again; a call that waited began.
            let is_new = |seen: &&String| {
                let again = ["SessionStarted(", "CallStarted("]
                    .iter()
                    .any(|step| seen.contains(step));
                !again && !whole.contains(seen)
            };
            assert_eq!(
                both.iter().find(is_new),
                None,
                "{}, cut after line {cut}",
                path.display()
            );
        }
    }
}

#[test]
fn two_imports_at_once_come_to_the_same() {
    let put = |scene: &Scene| {
        for name in ["a", "b", "c", "d"] {
            scene.put(&format!("{name}.jsonl"), &long_story(name, 30).text());
        }
        scene.put_recorded("f44a190a-d109-4a1f-af17-cb5c66b539b3.jsonl");
        scene.put_recorded("main.jsonl");
    };
    let whole = imported(put);
    let scene = Scene::new();
    put(&scene);
    let both = [(); 2].map(|()| scene.env.start(&["import"]));
    for import in both {
        scene.env.end(import, "").success();
    }
    assert_same_known(&scene, &whole, "two at once");
    scene.assert_consistent();
}

#[test]
fn folders_that_turn_out_to_be_one_project_while_others_import() {
    let put = |scene: &Scene| {
        for (n, name) in ["a", "b", "c", "d"].into_iter().enumerate() {
            let mut story = long_story(name, 20);
            let text = story.text().replace("/home/dev/project", &format!("/srv/{name}"));
            story.cd(&format!("/srv/{name}")).bash(
                "git remote -v",
                false,
                "origin\thttps://github.com/acme/app.git (fetch)\norigin\thttps://github.com/acme/app.git (push)",
            );
            let last = story.lines().len() - 2;
            let shown = text_of(&story.lines()[last..]);
            // Where it is shown differs, so that one import settles while another still writes.
            scene.put(
                &format!("{name}.jsonl"),
                &if n % 2 == 0 { shown + &text } else { text + &shown },
            );
        }
    };
    let whole = imported(put);
    assert_eq!(whole.number("select count(*) from project"), 1);
    whole.assert_consistent();
    for _ in 0..3 {
        let scene = Scene::new();
        put(&scene);
        let each: Vec<_> = ["a", "b", "c", "d"]
            .iter()
            .map(|name| {
                let path = scene.projects().join(format!("{name}.jsonl")).display().to_string();
                scene.env.start(&["import", &path])
            })
            .collect();
        for import in each {
            scene.env.end(import, "").success();
        }
        scene.import();
        assert_same_known(&scene, &whole, "side by side");
        assert_eq!(scene.number("select count(*) from project"), 1);
        scene.assert_consistent();
    }
}
