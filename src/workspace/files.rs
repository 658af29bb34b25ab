//! Files by which a repository is known again in another folder.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Distinctive files that two folders must share to be one project. Three, because one is a coincidence and two are
/// a copied pair of a file with its test.
pub(super) const ENOUGH_FILES: usize = 3;

/// One of two folders must share more than one in so many of its distinctive files with the other. Of 45,000 pairs of
/// published packages, 28 of different name share three files or more, but only three of them so large a part (all
/// three pairs are of one repository); of 34 pairs of two versions of one package, 33 do.
pub(super) const ENOUGH_SHARE: usize = 3;

/// Longest path that is looked at, in bytes.
const LONGEST: usize = 300;

/// Folders whose contents come from elsewhere: equal in every project that uses the same thing.
const FOREIGN: &[&str] = &[
    "node_modules",
    "vendor",
    "third_party",
    "thirdparty",
    "site-packages",
    "dist-packages",
    "target",
    "dist",
    "build",
    "out",
    "bin",
    "obj",
    "pods",
    "bower_components",
    "venv",
    "env",
    "__pycache__",
    "deps",
    "generated",
    "coverage",
    "tmp",
    "temp",
    "worktrees",
];

/// Words that say nothing about which project a path is from: layouts, layers, and what templates and generators
/// give everybody (`src/components/ui/button.tsx`, `app/models/user.rb`, `src/main/java/…/Application.java`).
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common_words.txt").split_whitespace().collect());

/// Returns whether a path below a repository's top tells it from others: it lies in a folder, none of its folders is
/// hidden or foreign, and at least one of its words is not what everybody calls things.
#[must_use]
pub fn distinctive(path: &str) -> bool {
    let Some((folders, name)) = path.rsplit_once('/') else {
        return false;
    };
    let is_foreign = |folder: &str| {
        folder.is_empty() || folder.starts_with('.') || FOREIGN.contains(&folder.to_ascii_lowercase().as_str())
    };
    if path.len() > LONGEST || path.starts_with('/') || folders.split('/').any(is_foreign) {
        return false;
    }
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    folders.split('/').chain([stem]).any(has_own_word)
}

fn has_own_word(part: &str) -> bool {
    words(part)
        .any(|word| word.len() > 2 && word.bytes().any(|byte| byte.is_ascii_alphabetic()) && !COMMON.contains(&*word))
}

/// Splits `detachedUnix_test-2` into `detached`, `unix`, `test`, `2`.
fn words(part: &str) -> impl Iterator<Item = String> {
    part.split(|c: char| !c.is_alphanumeric()).flat_map(|piece| {
        let mut found = vec![String::new()];
        let mut after_small = false;
        for c in piece.chars() {
            if c.is_uppercase() && after_small {
                found.push(String::new());
            }
            after_small = c.is_lowercase();
            if let Some(last) = found.last_mut() {
                last.extend(c.to_lowercase());
            }
        }
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_projects_own_words_are_distinctive() {
        for path in [
            "cmd/ledger/cli/config.go",
            "src/billing/invoice.rs",
            "app/models/ledger_entry.rb",
            "src/main/java/com/acme/App.java",
            "packages/ui/src/LedgerTable.tsx",
            "docs/reconcile.md",
        ] {
            assert!(distinctive(path), "{path}");
        }
        for path in [
            "README.md",
            "ledger.py",
            "/abs/ledger/x.rs",
            "src/main.rs",
            "src/lib/utils.ts",
            "src/components/ui/dropdown-menu.tsx",
            "app/controllers/application_controller.rb",
            "app/api/auth/route.ts",
            "tests/test_main.py",
            ".github/workflows/ledger.yml",
            ".claude/skills/ledger/SKILL.md",
            "node_modules/react-dom/index.js",
            "web/node_modules/ledger/ledger.js",
            "vendor/github.com/acme/ledger/x.go",
            "src//ledger.rs",
            "cmd/cli/main_test.go",
            "db/migrate/20240101120000.sql",
        ] {
            assert!(!distinctive(path), "{path}");
        }
    }
}
