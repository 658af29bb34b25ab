//! The laws of the house as tests: rooms and arrows, what may be named where, and what must stand beside what.

#[path = "tidy/laws.rs"]
mod laws;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/tables.rs"]
mod tables;

use std::fmt::Write as _;
use std::fs;

use laws::{arrows, assistant_words, clean, hot_path, leftovers, names, outside_names, printing, purity, sql};
use source::{Source, files, shown, top};
use tables::{MOST_LINES, NOT_WRITTEN};

fn keep(law: fn(&[Source]) -> Vec<String>, folders: &[&str]) {
    let breaches = law(&Source::below(folders));
    report(&breaches);
}

fn report(breaches: &[String]) {
    let mut list = String::new();
    for breach in breaches {
        let _ = writeln!(list, "  {breach}");
    }
    assert!(breaches.is_empty(), "{} breaches:\n{list}", breaches.len());
}

#[test]
fn rooms_import_only_to_the_right() {
    keep(arrows, &["src"]);
}

#[test]
fn outside_names_stay_in_their_rooms() {
    keep(outside_names, &["src"]);
}

#[test]
fn only_the_store_knows_sql() {
    keep(sql, &["src"]);
}

#[test]
fn only_the_command_line_prints() {
    keep(printing, &["src"]);
}

#[test]
fn pure_rooms_are_pure() {
    keep(purity, &["src"]);
}

#[test]
fn only_redaction_makes_clean_values() {
    keep(clean, &["src"]);
}

#[test]
fn the_hook_starts_nothing() {
    keep(hot_path, &["src"]);
}

#[test]
fn only_its_file_knows_an_assistant() {
    keep(assistant_words, &["src"]);
}

#[test]
fn names_say_something() {
    keep(names, &["src", "tests", "benches"]);
}

#[test]
fn nothing_is_left_for_later() {
    keep(leftovers, &["src", "tests", "benches"]);
}

#[test]
fn the_library_root_is_only_the_map() {
    let text = fs::read_to_string(top().join("src/lib.rs")).expect("src/lib.rs");
    let file = syn::parse_file(&text).expect("src/lib.rs parses");
    for item in &file.items {
        assert!(
            matches!(item, syn::Item::Mod(item) if item.content.is_none()),
            "src/lib.rs holds only `pub mod room;` lines"
        );
    }
}

#[test]
fn files_that_people_read_are_short() {
    let read = ["rs", "py", "sh", "sql", "md"];
    let folders = ["src", "tests", "benches", "examples", "docs", "hooks", "skills"].map(|folder| top().join(folder));
    let mut breaches = Vec::new();
    for path in files(&folders) {
        let ours = path
            .extension()
            .and_then(|ext| ext.to_str())
            .is_some_and(|ext| read.contains(&ext));
        if !ours || NOT_WRITTEN.iter().any(|(at, _)| shown(&path).starts_with(at)) {
            continue;
        }
        let lines = fs::read_to_string(&path).expect("text").lines().count();
        if lines > MOST_LINES {
            breaches.push(format!(
                "{}: {lines} lines: split it into files that do one thing each",
                shown(&path)
            ));
        }
    }
    report(&breaches);
}

#[test]
fn every_assistant_has_its_file_and_its_transcripts() {
    let folder = top().join("src/assistants");
    let text = fs::read_to_string(folder.join("mod.rs")).expect("src/assistants/mod.rs");
    let table = syn::parse_file(&text)
        .expect("parses")
        .items
        .into_iter()
        .find_map(|item| match item {
            syn::Item::Const(item) if item.ident == "ALL" => Some(item.expr),
            syn::Item::Static(item) if item.ident == "ALL" => Some(item.expr),
            _ => None,
        });
    let Some(table) = table else {
        let others: Vec<_> = files(&[folder])
            .iter()
            .map(|path| shown(path))
            .filter(|path| !path.ends_with("/mod.rs"))
            .collect();
        assert!(
            others.is_empty(),
            "src/assistants/mod.rs has no table `ALL`, but there are {others:?}"
        );
        return;
    };
    let mut breaches = Vec::new();
    for module in modules_named(&table) {
        let name = module.replace('_', "-");
        if !folder.join(format!("{module}.rs")).is_file() && !folder.join(&module).is_dir() {
            breaches.push(format!("`{name}` stands in ALL: give it src/assistants/{module}.rs"));
        }
        // Not every assistant has hooks that are listened to, but every one writes transcripts.
        if files(&[top().join("tests/transcripts").join(&name)]).is_empty() {
            breaches.push(format!(
                "`{name}` stands in ALL: put transcripts that it really wrote into tests/transcripts/{name}/"
            ));
        }
    }
    report(&breaches);
}

/// Returns the modules that the entries of a table come from: `claude_code` for `&claude_code::SPEC`.
fn modules_named(table: &syn::Expr) -> Vec<String> {
    struct Heads(Vec<String>);
    impl<'ast> syn::visit::Visit<'ast> for Heads {
        fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
            let first = path.path.segments[0].ident.to_string().to_lowercase();
            if !self.0.contains(&first) {
                self.0.push(first);
            }
        }
    }
    let mut heads = Heads(Vec::new());
    syn::visit::Visit::visit_expr(&mut heads, table);
    heads.0
}

#[test]
fn migrations_are_numbered_and_wired_in_order() {
    let wiring = fs::read_to_string(top().join("src/store/open.rs")).expect("src/store/open.rs");
    let mut from = 0;
    for (number, path) in (1..).zip(files(&[top().join("src/store/migrations")])) {
        let file = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("name")
            .to_owned();
        assert!(
            file.starts_with(&format!("{number:04}_")),
            "{file} should begin with {number:04}_"
        );
        let found = wiring[from..].find(&file);
        from += found.unwrap_or_else(|| panic!("{file} is not wired, in order, in src/store/open.rs"));
    }
}

#[test]
fn every_dependency_says_why() {
    let manifest = fs::read_to_string(top().join("Cargo.toml")).expect("Cargo.toml");
    let manifest: toml::Table = manifest.parse().expect("Cargo.toml parses");
    let page = fs::read_to_string(top().join("docs/dependencies.md")).expect("docs/dependencies.md");
    let said: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let mut used = Vec::new();
    for table in ["dependencies", "dev-dependencies"] {
        used.extend(manifest[table].as_table().expect("a table").keys().cloned());
    }
    let silent = used.iter().filter(|name| !said.contains(&name.as_str()));
    let gone = said.iter().filter(|name| !used.iter().any(|used| used == *name));
    let breaches: Vec<String> = silent
        .map(|name| format!("`{name}`: say in docs/dependencies.md why this one, and its trap"))
        .chain(
            gone.map(|name| format!("`{name}` is no dependency any more: take its line out of docs/dependencies.md")),
        )
        .collect();
    report(&breaches);
}

#[test]
fn no_file_names_the_machine_it_was_written_on() {
    let mut foreign = vec![format!("{}/", top().display()), concat!("/ro", "ot/").to_owned()];
    // A checkout in a folder of its own below the root names that folder too; the usual ones belong to everybody.
    let usual = [
        "home", "Users", "tmp", "root", "usr", "opt", "var", "srv", "mnt", "private", "builds", "github",
    ];
    if let Some(first) = top().iter().nth(1).and_then(|part| part.to_str())
        && !usual.contains(&first)
    {
        foreign.push(format!("/{first}/"));
    }
    let mut breaches = Vec::new();
    for path in files(&[top()]) {
        // A file that is no text cannot be read by people either.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(word) = foreign.iter().find(|word| line.contains(word.as_str())) {
                breaches.push(format!(
                    "{}:{number}: names `{word}`: write it without this machine",
                    shown(&path)
                ));
            }
        }
    }
    report(&breaches);
}

type Law = fn(&[Source]) -> Vec<String>;

#[test]
fn each_law_catches_its_breach() {
    let breaches: &[(Law, &str, &str)] = &[
        (arrows, "src/domain/a.rs", "use crate::{store::Store, domain::id};"),
        (arrows, "src/store/open.rs", "fn f() { super::super::capture::tail(); }"),
        (arrows, "src/git.rs", "mod a { use super::super::workspace::X; }"),
        (
            arrows,
            "src/failure/a.rs",
            "fn f() { format!(\"{}\", crate::redact::scan(1)); }",
        ),
        (arrows, "src/cli/a.rs", "fn f(x: crate::main::X) {}"),
        (arrows, "src/attic/a.rs", ""),
        (
            outside_names,
            "src/flow/a.rs",
            "use std::env; fn f() { env::var(\"X\"); }",
        ),
        (outside_names, "src/git.rs", "use std::process::{Command, Stdio};"),
        (
            outside_names,
            "src/answers/a.rs",
            "fn f() -> rusqlite::Result<()> { vec![rmcp::x()]; }",
        ),
        (outside_names, "src/failure/a.rs", "fn f() { SystemTime::now(); }"),
        (
            sql,
            "src/answers/a.rs",
            "const Q: &str = \"select id\\n from failure where x = 1\";",
        ),
        (sql, "src/flow/a.rs", "fn f() { run(format!(\"DELETE FROM {t}\")); }"),
        (printing, "src/flow/a.rs", "fn f() { println!(\"x\"); }"),
        (purity, "src/failure/a.rs", "use std::fs::File;"),
        (
            purity,
            "src/domain/a.rs",
            "#[derive(Debug, serde::Serialize)] struct A;",
        ),
        (
            clean,
            "src/flow/a.rs",
            "use crate::redact::Clean; fn f() { Clean::stored(1); }",
        ),
        (
            clean,
            "src/capture/a.rs",
            "fn f() { crate::redact::Clean::<u8>::stored(1); }",
        ),
        (hot_path, "src/flow/hook.rs", "use tokio::runtime;"),
        (
            assistant_words,
            "src/cli/a.rs",
            "const P: &str = \".claude/settings.json\";",
        ),
        (names, "src/flow/a.rs", "struct EventHandler;"),
        (names, "src/flow/utils.rs", ""),
        (leftovers, "src/flow/a.rs", "#![allow(dead_code)]"),
        (leftovers, "src/flow/a.rs", concat!("fn f() {} // TO", "DO: more")),
        (
            leftovers,
            "src/flow/a.rs",
            "#[cfg_attr(test, allow(unused))] fn f() { todo!() }",
        ),
    ];
    for (law, path, text) in breaches {
        assert!(
            !law(&[Source::parse(path, text)]).is_empty(),
            "no breach seen in {path}: {text}"
        );
    }
}

#[test]
fn what_keeps_the_laws_is_no_breach() {
    let fine: &[(Law, &str, &str)] = &[
        (
            arrows,
            "src/workspace/mod.rs",
            "use crate::git; use crate::domain::project::Place;",
        ),
        (arrows, "src/main.rs", "fn main() { callus::cli::run(); }"),
        (
            arrows,
            "src/store/open.rs",
            "use super::StoreError; #[cfg(test)] mod tests { use super::*; }",
        ),
        (
            outside_names,
            "src/flow/a.rs",
            "#[cfg(test)] mod tests { use std::process::Command; }",
        ),
        (outside_names, "src/flow/a.rs", "use crate::process::Command;"),
        (
            sql,
            "src/failure/a.rs",
            "/// select a from b\nconst Q: &str = \"selected from the list\";",
        ),
        (sql, "src/store/a.rs", "const Q: &str = \"select 1 from failure\";"),
        (clean, "src/store/a.rs", "fn f() { Clean::stored(1); }"),
        (purity, "src/failure/a.rs", "#[cfg(test)] mod tests { use std::fs; }"),
        (
            leftovers,
            "src/failure/a.rs",
            concat!("const C: &str = \"grep -rn TO", "DO //src\";"),
        ),
    ];
    for (law, path, text) in fine {
        let seen = law(&[Source::parse(path, text)]);
        assert!(seen.is_empty(), "a breach seen in {path}: {text}: {seen:?}");
    }
}
