//! Places in source files, as compilers, linters, tests and stacks write them.

use crate::domain::failure::Frame;

/// Extensions of source files: a dotted name with another one is a host, a version or a method.
const EXTENSIONS: &[&str] = &[
    "py", "rs", "js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "java", "kt", "kts", "scala", "go", "c", "cc",
    "cpp", "cxx", "h", "hh", "hpp", "m", "mm", "swift", "rb", "php", "cs", "fs", "ex", "exs", "erl", "hs", "ml", "lua",
    "pl", "sh", "bash", "zsh", "ps1", "sql", "json", "yml", "yaml", "toml", "xml", "html", "css", "scss", "md", "vue",
    "svelte", "gradle", "proto", "tf", "nix", "zig", "dart", "jl", "r", "cmake", "mk",
];

/// Parts of paths that are not the project's own.
const FOREIGN: &[&str] = &[
    "node_modules",
    "site-packages",
    "dist-packages",
    "/usr/lib",
    "/usr/local",
    "/rustc/",
    ".cargo/registry",
    ".cargo/git",
    "/pkg/mod/",
    "node:",
    "/installs/",
    "/.rustup/",
    "/Cellar/",
    "/libexec/",
    "lib/python",
    "<frozen",
    "<string>",
    "/dev/",
];

/// A place at the start of a line, and the text behind it.
pub(in crate::failure) struct Placed<'a> {
    /// The file as written.
    pub(in crate::failure) file: &'a str,
    /// The line number.
    pub(in crate::failure) line: u32,
    /// A column stands there too.
    pub(in crate::failure) has_column: bool,
    /// What follows the place and its colon.
    pub(in crate::failure) rest: &'a str,
}

/// Returns the place that `line` begins with: `a.go:1:2: …`, `a.go:1: …`, `a.ts(1,2): …`.
#[must_use]
pub(in crate::failure) fn leading(line: &str) -> Option<Placed<'_>> {
    let end = line
        .find(|c: char| c.is_whitespace() || matches!(c, ':' | '(' | '"'))
        .filter(|end| *end > 0)?;
    let windows_drive = end == 1 && line[end..].starts_with(":\\");
    let end = if windows_drive {
        2 + line[2..].find([':', '('])?
    } else {
        end
    };
    let file = &line[..end];
    is_source(file).then_some(())?;
    let after = &line[end + 1..];
    let (number, rest) = take_number(after)?;
    if line[end..].starts_with('(') {
        let rest = rest
            .strip_prefix(',')
            .and_then(take_number)
            .map_or(rest, |(_, rest)| rest);
        let rest = rest.strip_prefix(')')?;
        return Some(Placed {
            file,
            line: number,
            has_column: true,
            rest: rest.strip_prefix(':').unwrap_or(rest),
        });
    }
    match rest.strip_prefix(':').and_then(take_number) {
        Some((_, after_column)) => Some(Placed {
            file,
            line: number,
            has_column: true,
            rest: after_column.strip_prefix(':').unwrap_or(after_column),
        }),
        None => Some(Placed {
            file,
            line: number,
            has_column: false,
            rest: rest.strip_prefix(':')?,
        }),
    }
}

fn take_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// Returns whether `file` has the extension of a source file.
fn is_source(file: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty() && EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension))
    })
}

/// Returns the first place in the project's own files that `line` names anywhere in it.
#[must_use]
pub(in crate::failure) fn own_frame(line: &str) -> Option<Frame> {
    if let Some((_, rest)) = line.split_once("File \"")
        && let Some((file, rest)) = rest.split_once("\", line ")
    {
        return is_own(file).then(|| Frame {
            file: file.to_owned(),
            line: take_number(rest).map(|(line, _)| line),
        });
    }
    line.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | ','))
        .filter(|word| word.contains('.'))
        .map(|word| word.trim_start_matches(['(', '[']))
        .find_map(|word| {
            let placed = leading(word).or_else(|| leading_short(word))?;
            is_own(placed.file).then(|| Frame {
                file: placed.file.to_owned(),
                line: Some(placed.line),
            })
        })
}

/// `a.rs:1` and `a.rs:1)`, with nothing behind the number.
fn leading_short(word: &str) -> Option<Placed<'_>> {
    let (file, rest) = word.split_once(':')?;
    let (line, rest) = take_number(rest)?;
    is_source(file).then_some(Placed {
        file,
        line,
        has_column: false,
        rest,
    })
}

fn is_own(file: &str) -> bool {
    !is_foreign(file)
}

/// Returns whether `file` belongs to a library or to the language, not to the project.
pub(super) fn is_foreign(file: &str) -> bool {
    FOREIGN.iter().any(|foreign| file.contains(foreign))
}
