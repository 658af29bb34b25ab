//! Files by which a repository is known again in another folder.

/// Distinctive files that two folders must share to be one project. Three, because one is a coincidence and two are
/// a copied pair of a file with its test.
pub const ENOUGH_FILES: usize = 3;

/// Longest path that is looked at, in bytes.
const LONGEST: usize = 300;

/// Folders whose contents come from elsewhere: equal in every project that uses the same thing.
const FOREIGN: &[&str] = &[
    "node_modules", "vendor", "third_party", "thirdparty", "site-packages", "dist-packages", "target", "dist", "build",
    "out", "bin", "obj", "pods", "bower_components", "venv", "env", "__pycache__", "deps", "generated", "coverage",
    "tmp", "temp", "worktrees",
];

/// Words that say nothing about which project a path is from: layouts, layers, and what templates and generators
/// give everybody (`src/components/ui/button.tsx`, `app/models/user.rb`, `src/main/java/…/Application.java`).
const COMMON: &[&str] = &[
    "abstract", "accordion", "account", "accounts", "action", "actions", "activity", "adapter", "adapters", "admin",
    "agent", "agents", "alert", "all", "android", "api", "apis", "app", "application", "apps", "architecture", "args",
    "asset", "assets", "auth", "authentication", "avatar", "babel", "back", "backend", "badge", "base", "basic",
    "bench", "benches", "benchmark", "body", "boot", "bootstrap", "bundle", "button", "cache", "calendar", "card",
    "changelog", "channel", "chart", "chat", "check", "checkbox", "checks", "ci", "class", "classes", "cli", "client",
    "clients", "cmd", "code", "com", "command", "commands", "common", "compat", "component", "components", "conf",
    "config", "configs", "configuration", "conftest", "const", "constants", "consts", "content", "context",
    "contexts", "contrib", "controller", "controllers", "core", "crate", "crates", "create", "css", "custom",
    "dashboard", "data", "database", "date", "db", "debug", "default", "defaults", "delete", "demo", "deploy",
    "detail", "dev", "development", "dialog", "doc", "docker", "dockerfile", "docs", "domain", "driver", "drivers",
    "dropdown", "dto", "e2e", "edit", "email", "entities", "entity", "enum", "enums", "env", "environment", "error",
    "errors", "event", "events", "example", "examples", "exception", "exceptions", "export", "ext", "factory",
    "feature", "features", "fetch", "file", "files", "fixture", "fixtures", "fonts", "footer", "form", "format",
    "forms", "front", "frontend", "func", "functions", "generic", "github", "global", "globals", "group", "groups",
    "guide", "handler", "handlers", "header", "health", "hello", "helper", "helpers", "home", "hook", "hooks", "html",
    "http", "i18n", "icon", "icons", "image", "images", "img", "impl", "import", "include", "index", "infra",
    "infrastructure", "init", "input", "install", "integration", "interface", "interfaces", "internal", "io", "ios",
    "item", "items", "java", "javascript", "job", "jobs", "js", "json", "kotlin", "label", "lang", "layout",
    "layouts", "lib", "library", "libs", "license", "link", "lint", "list", "local", "locale", "locales", "log",
    "logger", "logging", "login", "logs", "macros", "mail", "main", "make", "manage", "manager", "manifest", "menu",
    "message", "messages", "metrics", "middleware", "middlewares", "migrate", "migration", "migrations", "misc",
    "mock", "mocks", "mod", "modal", "model", "models", "module", "modules", "native", "nav", "navbar", "navigation",
    "net", "network", "new", "next", "node", "note", "notes", "old", "options", "order", "orders", "org", "overview",
    "package", "packages", "page", "pages", "parser", "patch", "path", "paths", "permissions", "ping", "pkg", "plan",
    "plans", "platform", "plugin", "plugins", "post", "posts", "prisma", "private", "prod", "product", "production",
    "products", "profile", "progress", "project", "prompt", "prompts", "proto", "protocol", "provider", "providers",
    "public", "py", "python", "query", "readme", "reducer", "reducers", "register", "release", "repo", "repositories",
    "repository", "request", "requests", "res", "resource", "resources", "response", "result", "results", "role",
    "roles", "root", "route", "router", "routers", "routes", "ruby", "run", "runner", "rust", "sample", "samples",
    "schema", "schemas", "script", "scripts", "search", "section", "security", "seed", "seeds", "select",
    "serializer", "serializers", "server", "service", "services", "session", "sessions", "settings", "setup",
    "shared", "sheet", "show", "sidebar", "skeleton", "skill", "skills", "source", "spec", "specs", "sql", "src",
    "start", "state", "static", "status", "storage", "store", "stores", "stories", "style", "styles", "swift",
    "switch", "table", "tabs", "tag", "tags", "task", "tasks", "template", "templates", "test", "testdata", "testing",
    "tests", "testutil", "text", "textarea", "theme", "time", "toast", "toaster", "todo", "todos", "token", "tool",
    "tools", "tooltip", "ts", "type", "types", "typing", "ui", "unit", "unix", "update", "upload", "url", "urls",
    "use", "user", "users", "util", "utilities", "utils", "v1", "v2", "v3", "validation", "validator", "validators",
    "value", "values", "version", "view", "views", "vite", "web", "webpack", "welcome", "widget", "widgets",
    "windows", "worker", "workers", "workflow", "workflows", "www",
];

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
    words(part).any(|word| {
        word.len() > 2 && word.bytes().any(|byte| byte.is_ascii_alphabetic()) && COMMON.binary_search(&&*word).is_err()
    })
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
    fn common_words_are_sorted() {
        assert!(COMMON.is_sorted(), "they are searched by halving");
    }

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
