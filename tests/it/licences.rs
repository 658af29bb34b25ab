//! What was cut from sessions of others stands beside their copyright line and the permission to use it.

use std::fs;
use std::path::{Path, PathBuf};

/// Repositories that publish sessions, and their copyright lines.
const SOURCES: &[(&str, &str)] = &[
    ("entireio/cli", "Copyright (c) 2026 Entire Inc."),
    ("entireio/git-sync", "Copyright (c) 2026 Entire Inc."),
    ("entireio/skills", "Copyright (c) 2026 Entire ("),
    ("EntityProcess/agentv", "Copyright (c) 2025 EntityProcess"),
    ("badlogic/pi-mono", "Copyright (c) 2025 Mario Zechner"),
];

/// Beginnings of the paragraphs of the licence.
const PARAGRAPHS: &[&str] = &[
    "Permission is hereby granted, free of charge, to any person obtaining a copy",
    "The above copyright notice and this permission notice shall be included in all",
    "THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR",
];

#[test]
fn what_was_cut_from_public_sessions_stands_beside_its_licence() {
    let mut read = Vec::new();
    for readme in readmes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")) {
        let text = fs::read_to_string(&readme).expect("a text");
        let sources: Vec<_> = SOURCES.iter().filter(|(source, _)| text.contains(source)).collect();
        if sources.is_empty() {
            continue;
        }
        let licence = readme.with_file_name("LICENSE-MIT");
        let licence = fs::read_to_string(&licence).unwrap_or_else(|_| panic!("no {}", licence.display()));
        for (source, copyright) in sources {
            let line = licence.lines().find(|line| line.contains(source));
            assert!(
                line.is_some_and(|line| line.starts_with(copyright)),
                "{readme:?}: {source}"
            );
        }
        for paragraph in PARAGRAPHS {
            assert!(licence.contains(paragraph), "{readme:?}: {paragraph}");
        }
        assert!(
            text.contains("`LICENSE-MIT`"),
            "{readme:?} does not say where it stands"
        );
        read.push(readme);
    }
    assert!(read.len() >= 5, "{read:?}");
}

fn readmes(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            found.extend(readmes(&path));
        } else if path.file_name().is_some_and(|name| name == "README.md") {
            found.push(path);
        }
    }
    found
}
