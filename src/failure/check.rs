//! Which commands check work: tests, builds, lints. Red is what they are for while work goes on.

/// Commands that check by their head alone.
const HEADS: &[&str] = &[
    "go test",
    "go build",
    "go vet",
    "cargo test",
    "cargo nextest",
    "cargo build",
    "cargo check",
    "cargo clippy",
    "cargo fmt",
    "cargo doc",
    "cargo bench",
    "npm test",
    "npm t",
    "pnpm test",
    "pnpm lint",
    "pnpm build",
    "yarn test",
    "yarn lint",
    "yarn build",
    "bun test",
    "deno test",
    "deno check",
    "deno lint",
    "dotnet test",
    "dotnet build",
    "swift test",
    "swift build",
    "flutter test",
    "dart analyze",
    "mix test",
    "mix compile",
    "mix credo",
    "terraform validate",
    "terraform fmt",
    "docker build",
    "next build",
    "next lint",
    "vite build",
    "ng test",
    "ng build",
    "ng lint",
    "zig build",
    "zig test",
    "bazel test",
    "bazel build",
    "sbt test",
    "lein test",
    "rake test",
    "rails test",
    "hugo",
    "pytest",
    "tox",
    "nox",
    "unittest",
    "jest",
    "vitest",
    "mocha",
    "ava",
    "playwright",
    "cypress",
    "tsc",
    "vue-tsc",
    "svelte-check",
    "eslint",
    "biome",
    "prettier",
    "oxlint",
    "stylelint",
    "ruff",
    "flake8",
    "pylint",
    "black",
    "isort",
    "mypy",
    "pyright",
    "bandit",
    "golangci-lint",
    "gofmt",
    "goimports",
    "staticcheck",
    "gofumpt",
    "shellcheck",
    "shfmt",
    "hadolint",
    "actionlint",
    "yamllint",
    "markdownlint",
    "rspec",
    "rubocop",
    "minitest",
    "phpunit",
    "phpstan",
    "psalm",
    "ctest",
    "ninja",
    "gcc",
    "g++",
    "clang",
    "clang++",
    "cc",
    "rustc",
    "javac",
    "kotlinc",
    "ktlint",
    "detekt",
    "swiftlint",
    "xcodebuild",
    "pre-commit",
];

/// Runners whose task says what they do: they check when its name holds one of [`TASKS`].
const RUNNERS: &[&str] = &[
    "npm run",
    "pnpm run",
    "yarn run",
    "yarn",
    "pnpm",
    "bun run",
    "deno task",
    "mise run",
    "mise r",
    "make",
    "just",
    "task",
    "gradle",
    "gradlew",
    "mvn",
    "mvnw",
    "rake",
    "invoke",
    "poe",
    "hatch run",
    "nx",
    "turbo",
    "turbo run",
    "lerna run",
    "composer",
    "grunt",
    "gulp",
    "moon run",
];

/// Parts of task names that mean checking.
const TASKS: &[&str] = &[
    "test",
    "lint",
    "build",
    "check",
    "fmt",
    "format",
    "typecheck",
    "tsc",
    "vet",
    "compile",
    "verify",
    "ci",
    "spec",
    "clippy",
];

/// Returns whether a goal, as [`Goal::key`](crate::domain::failure::Goal::key) writes it, is to check work.
#[must_use]
pub fn is_check(goal: &str) -> bool {
    let words: Vec<&str> = goal.split(' ').skip_while(|word| is_assignment(word)).collect();
    let Some((program, rest)) = words.split_first() else {
        return false;
    };
    let two = rest.first().map(|sub| format!("{program} {sub}")).unwrap_or_default();
    if HEADS.contains(program) || HEADS.contains(&two.as_str()) {
        return true;
    }
    let tasks = if RUNNERS.contains(&two.as_str()) {
        &rest[1..]
    } else if RUNNERS.contains(program) {
        rest
    } else {
        return false;
    };
    tasks.is_empty() && *program == "make"
        || tasks.iter().any(|task| {
            task.split([':', '-', '_', '.'])
                .any(|part| TASKS.contains(&part) || part.strip_suffix('s').is_some_and(|one| TASKS.contains(&one)))
        })
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_builds_and_lints_check_and_deeds_do_not() {
        let checks = [
            "go test ./...",
            "GOOS=windows GOARCH=amd64 go test ./...",
            "cargo clippy",
            "pytest tests/x.py",
            "mise run lint",
            "mise run test:integration",
            "npm run typecheck",
            "make",
            "make tests",
            "yarn lint",
            "gradlew build",
            "tsc",
        ];
        for goal in checks {
            assert!(is_check(goal), "{goal}");
        }
        let deeds = [
            "",
            "git push origin main",
            "git commit",
            "npm install",
            "npm run deploy",
            "mise install",
            "make install",
            "kubectl apply",
            "cat test.txt",
            "rm -r build",
            "docker run",
            "go mod tidy",
            "A=b",
        ];
        for goal in deeds {
            assert!(!is_check(goal), "{goal}");
        }
    }
}
