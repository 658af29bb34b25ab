//! What `.git` says, read without starting git: a process would cost a hook more than all else that it does.

mod remote;

use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use memchr::memmem;

use crate::domain::project::Place;

pub use remote::fold;

/// Most bytes read of a file that is a line or a page long.
const SMALL: u64 = 1 << 20;

/// Most bytes read of `packed-refs`: a line for every branch and tag, about a quarter of a million of them.
const LARGE: u64 = 16 << 20;

/// Returns what can be seen of the repository at `folder`, which need not exist itself; nothing outside of one.
#[must_use]
pub fn place(folder: &Path) -> Option<Place> {
    let (worktree, own) = folder.ancestors().find_map(|top| Some((top, git_folder(top)?)))?;
    let head = read(&own.join("HEAD"), SMALL)?;
    let common = match read(&own.join("commondir"), SMALL) {
        Some(text) => plain(&own.join(text.trim())),
        None => own.clone(),
    };
    let root = if common == own {
        worktree.to_owned()
    } else {
        main_tree(&common)
    };
    let reference = head.trim().strip_prefix("ref:").map(str::trim);
    Some(Place {
        root: text(&root),
        worktree: text(worktree),
        remote: read(&common.join("config"), SMALL).and_then(|config| remote(&config)),
        branch: reference
            // Where references are kept in tables, HEAD only pretends to name one.
            .filter(|name| !name.ends_with("/.invalid"))
            .map(|name| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned()),
        commit: match reference {
            Some(name) => commit(&own, &common, name),
            None => hash(&head),
        },
    })
}

/// Returns the top folder of the working tree that holds `folder`, as [`place`] names it.
#[must_use]
pub fn top(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|top| git_folder(top).is_some())
}

/// Returns the folder that `.git` at `top` is or names.
fn git_folder(top: &Path) -> Option<PathBuf> {
    let path = top.join(".git");
    let kind = std::fs::metadata(&path).ok()?;
    let own = if kind.is_dir() {
        path
    } else {
        // A worktree and a submodule have a file that names the folder.
        let text = read(&path, SMALL)?;
        plain(&top.join(text.strip_prefix("gitdir:")?.trim()))
    };
    // An empty `.git` makes no repository.
    own.join("HEAD").exists().then_some(own)
}

/// Returns the main working tree of a linked one: the folder that holds `.git`, or the bare repository itself.
fn main_tree(common: &Path) -> PathBuf {
    match (common.file_name(), common.parent()) {
        (Some(name), Some(parent)) if name == ".git" => parent.to_owned(),
        _ => common.to_owned(),
    }
}

fn commit(own: &Path, common: &Path, reference: &str) -> Option<String> {
    // A damaged HEAD must not lead out of the repository.
    if reference.split('/').any(|part| part == "..") {
        return None;
    }
    [own, common]
        .iter()
        .find_map(|folder| hash(&read(&folder.join(reference), SMALL)?))
        .or_else(|| packed(&read_bytes(&common.join("packed-refs"), LARGE)?, reference))
}

/// Finds the line `<hash> <reference>` of `packed-refs`.
fn packed(text: &[u8], reference: &str) -> Option<String> {
    let wanted = format!(" {reference}\n");
    let end = memmem::find(text, wanted.as_bytes())?;
    let start = memchr::memrchr(b'\n', &text[..end]).map_or(0, |newline| newline + 1);
    hash(std::str::from_utf8(&text[start..end]).ok()?)
}

/// Returns the commit that `text` is: 40 digits, or 64 where the repository uses SHA-256.
fn hash(text: &str) -> Option<String> {
    let text = text.trim();
    (matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_owned())
}

/// Returns the folded address of the remote that stands for the repository: `origin`, else `upstream`, else the first
/// one; a remote that is a folder on this machine stands for nothing.
fn remote(config: &str) -> Option<String> {
    let found: Vec<(String, String)> = remotes(config)
        .into_iter()
        .filter_map(|(name, url)| Some((name, fold(&url)?)))
        .collect();
    ["origin", "upstream"]
        .iter()
        .find_map(|wanted| found.iter().find(|(name, _)| name == wanted))
        .or(found.first())
        .map(|(_, address)| address.clone())
}

/// Returns each remote with its first address, in the order of git's configuration file.
fn remotes(config: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut current: Option<String> = None;
    for line in config.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            current = remote_name(header);
        } else if let (Some(name), Some((key, value))) = (&current, line.split_once('='))
            && key.trim().eq_ignore_ascii_case("url")
            && !found.iter().any(|(known, _)| known == name)
        {
            found.push((name.clone(), setting(value)));
        }
    }
    found
}

/// Returns `x` of the section `[remote "x"]`.
fn remote_name(header: &str) -> Option<String> {
    let inner = header.split(']').next()?.trim();
    let (section, name) = inner.split_once(char::is_whitespace)?;
    let name = name.trim().strip_prefix('"')?.strip_suffix('"')?;
    section
        .eq_ignore_ascii_case("remote")
        .then(|| name.replace("\\\"", "\"").replace("\\\\", "\\"))
}

/// Returns a value without its comment and quotes.
fn setting(value: &str) -> String {
    let value = value.trim();
    if let Some(quoted) = value.strip_prefix('"') {
        return quoted.split('"').next().unwrap_or_default().to_owned();
    }
    let end = value.find([';', '#']).unwrap_or(value.len());
    value[..end].trim_end().to_owned()
}

fn read(path: &Path, most: u64) -> Option<String> {
    read_bytes(path, most).and_then(|bytes| String::from_utf8(bytes).ok())
}

fn read_bytes(path: &Path, most: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(most).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Takes `.` and `..` out of a path without asking the disk, so that a folder keeps the name by which it was called.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests;
