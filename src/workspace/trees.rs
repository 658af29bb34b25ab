//! What the path of a folder says: worktrees have habits, and a subfolder lies in its repository.

/// Endings of the folder beside a repository that holds its worktrees: `app.worktrees/x` belongs to `app`.
const BESIDE: &[&str] = &[".worktrees", "__worktrees", "-worktrees", "_worktrees"];

/// Folders inside a repository that hold its worktrees: `app/.worktrees/x` belongs to `app`.
const INSIDE: &[&[&str]] = &[&[".worktrees"], &[".claude", "worktrees"], &[".git", "worktrees"]];

/// Folders that hold worktrees of several repositories: `wt/app/x` may belong to `app` beside `wt`.
const GATHERED: &[&str] = &["wt", "worktrees", ".worktrees", "trees"];

/// Returns whether `path` is `top` or lies below it.
#[must_use]
pub fn is_below(path: &str, top: &str) -> bool {
    path.strip_prefix(top)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || top.ends_with('/'))
}

/// Returns the main working tree that the path of a worktree names beyond doubt.
pub(super) fn main_tree(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    (1..parts.len()).find_map(|at| {
        let has_name = |after: usize| parts.get(after).is_some_and(|name| !name.is_empty());
        if let Some(inside) = INSIDE.iter().find(|inside| parts[at..].starts_with(inside))
            && has_name(at + inside.len())
            && !parts[at - 1].is_empty()
        {
            return Some(parts[..at].join("/"));
        }
        let main = BESIDE.iter().find_map(|end| parts[at].strip_suffix(end))?;
        (!main.is_empty() && has_name(at + 1)).then(|| format!("{}/{main}", parts[..at].join("/")))
    })
}

/// Returns the folder that would be the main working tree if the path is that of a worktree among those of several
/// repositories; it counts only when that folder is known.
pub(super) fn likely_main_tree(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().rposition(|part| GATHERED.contains(part))?;
    let (above, name) = (&parts[..at], parts.get(at + 1)?);
    (parts.len() > at + 2).then(|| format!("{}/{name}", above.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worktrees_have_habits() {
        for (path, main) in [
            ("/src/app/.worktrees/2", Some("/src/app")),
            ("/src/app/.worktrees/2/cmd/x", Some("/src/app")),
            ("/src/app/.claude/worktrees/fix", Some("/src/app")),
            ("/src/app.worktrees/fix", Some("/src/app")),
            ("/src/app__worktrees/fix/deep", Some("/src/app")),
            ("/src/app.worktrees", None),
            ("/src/app/.worktrees", None),
            ("/.worktrees/x", None),
            ("/src/.worktrees-old/x", None),
            ("/src/app", None),
            ("", None),
        ] {
            assert_eq!(main_tree(path).as_deref(), main, "{path}");
        }
        for (path, main) in [
            ("/src/wt/app/fix", Some("/src/app")),
            ("/src/worktrees/app/fix/cmd", Some("/src/app")),
            ("/src/wt/app", None),
            ("/src/app", None),
        ] {
            assert_eq!(likely_main_tree(path).as_deref(), main, "{path}");
        }
    }

    #[test]
    fn below_is_a_matter_of_whole_names() {
        for (path, top, below) in [
            ("/a/b", "/a/b", true),
            ("/a/b/c", "/a/b", true),
            ("/a/bc", "/a/b", false),
            ("/a", "/", true),
            ("/a", "/a/b", false),
        ] {
            assert_eq!(is_below(path, top), below, "{path} {top}");
        }
    }
}
