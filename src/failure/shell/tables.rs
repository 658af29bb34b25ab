//! What is known of programs: which only run another, which take a subcommand, which of their words are operands.

/// Words of the shell's grammar that may stand before a command.
pub(super) const KEYWORDS: &[&str] = &[
    "if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "fi", "done", "esac",
];

/// Commands that prepare the shell for what follows, and are no goal themselves.
pub(super) const SETUP: &[&str] = &[
    "cd", "pushd", "popd", "export", "unset", "set", "shopt", "source", ".", ":", "true", "false", "alias", "ulimit",
    "umask", "trap", "local", "declare", "readonly", "wait", "exit", "return", "for", "case", "select", "function",
    "read", "sleep", "echo", "printf", "eval", "hash", "shift", "break", "continue",
];

/// A program that runs another one, through which is looked.
pub(super) struct Through {
    /// Its words, such as `mise exec`.
    pub(super) head: &'static [&'static str],
    /// Flags of it that take a value in the next word.
    pub(super) valued: &'static [&'static str],
    /// Operands of its own before the command.
    pub(super) operands: usize,
    /// Where a `--` stands between its own words and the command, all before it is its own.
    pub(super) dashes: bool,
}

const fn through(head: &'static [&'static str], valued: &'static [&'static str], operands: usize) -> Through {
    Through {
        head,
        valued,
        operands,
        dashes: false,
    }
}

const fn dashed(head: &'static [&'static str], valued: &'static [&'static str]) -> Through {
    Through {
        head,
        valued,
        operands: 0,
        dashes: true,
    }
}

/// Programs that run another one with changed circumstances, and runners that find it.
pub(super) const THROUGH: &[Through] = &[
    through(&["timeout"], &["-s", "--signal", "-k", "--kill-after"], 1),
    through(&["gtimeout"], &["-s", "--signal", "-k", "--kill-after"], 1),
    through(&["time"], &["-o", "-f"], 0),
    through(&["env"], &["-u", "--unset", "-C", "--chdir", "-S"], 0),
    through(&["nice"], &["-n"], 0),
    through(&["ionice"], &["-c", "-n"], 0),
    through(&["nohup"], &[], 0),
    through(&["setsid"], &[], 0),
    through(&["sudo"], &["-u", "-g", "-C", "-h", "-p"], 0),
    through(&["doas"], &["-u"], 0),
    through(&["command"], &[], 0),
    through(&["builtin"], &[], 0),
    through(&["exec"], &["-a"], 0),
    through(&["noglob"], &[], 0),
    through(&["stdbuf"], &["-i", "-o", "-e"], 0),
    through(&["unbuffer"], &[], 0),
    through(&["caffeinate"], &["-t", "-w"], 0),
    through(&["xvfb-run"], &["-n", "-s", "-e", "-f"], 0),
    through(&["strace"], &["-e", "-o", "-p", "-s"], 0),
    through(&["xargs"], &["-I", "-n", "-P", "-L", "-d", "-s", "-E", "-a"], 0),
    through(&["parallel"], &["-j"], 0),
    through(&["cross-env"], &[], 0),
    through(&["dotenv"], &["-e", "-f"], 0),
    dashed(&["mise", "exec"], &["-C", "--cd", "-j", "--jobs", "-c", "--command"]),
    dashed(&["mise", "x"], &["-C", "--cd", "-j", "--jobs"]),
    dashed(&["rtx", "exec"], &[]),
    through(&["npm", "exec"], &["-p", "--package", "-w", "--workspace"], 0),
    dashed(&["nix", "develop"], &[]),
    dashed(&["direnv", "exec"], &[]),
    dashed(&["op", "run"], &["--env-file"]),
    dashed(&["doppler", "run"], &["-p", "-c"]),
    through(&["asdf", "exec"], &[], 0),
    through(&["rbenv", "exec"], &[], 0),
    through(&["pyenv", "exec"], &[], 0),
    through(&["npx"], &["-p", "--package", "-w", "--workspace"], 0),
    through(&["bunx"], &["-p", "--package"], 0),
    through(&["bun", "x"], &[], 0),
    through(&["pnpx"], &[], 0),
    through(&["pnpm", "exec"], &["--filter", "-F", "-C", "--dir"], 0),
    through(&["pnpm", "dlx"], &["--package"], 0),
    through(&["yarn", "exec"], &[], 0),
    through(&["yarn", "dlx"], &["-p", "--package"], 0),
    through(
        &["uv", "run"],
        &[
            "--with",
            "--python",
            "-p",
            "--extra",
            "--group",
            "--package",
            "--project",
            "--directory",
            "--env-file",
            "--only-group",
        ],
        0,
    ),
    through(&["uvx"], &["--from", "--with", "--python", "-p"], 0),
    through(&["poetry", "run"], &[], 0),
    through(&["pipenv", "run"], &[], 0),
    through(&["pipx", "run"], &["--spec"], 0),
    through(&["pdm", "run"], &[], 0),
    through(&["rye", "run"], &[], 0),
    through(&["hatch", "run"], &[], 0),
    through(&["pixi", "run"], &["-e", "--environment"], 0),
    through(&["conda", "run"], &["-n", "--name", "-p", "--prefix"], 0),
    through(&["bundle", "exec"], &[], 0),
];

/// Shells that run the text after `-c`.
pub(super) const SHELLS: &[&str] = &["sh", "bash", "zsh", "dash", "ksh", "fish"];

/// Interpreters whose `-m` names the program.
pub(super) const PYTHONS: &[&str] = &["python", "python3", "python2", "py", "pypy3"];

/// A program that takes subcommands.
pub(super) struct Program {
    /// Its name.
    pub(super) name: &'static str,
    /// Subcommands that are followed by one of their own; `*` stands for every one.
    pub(super) deeper: &'static [&'static str],
    /// Flags before or between subcommands that take a value in the next word.
    pub(super) valued: &'static [&'static str],
}

const fn program(name: &'static str, deeper: &'static [&'static str], valued: &'static [&'static str]) -> Program {
    Program { name, deeper, valued }
}

/// Programs whose first operand says what they do.
pub(super) const PROGRAMS: &[Program] = &[
    program(
        "git",
        &["stash", "remote", "worktree", "submodule", "bisect", "notes", "lfs"],
        &["-C", "-c", "--git-dir", "--work-tree", "--namespace"],
    ),
    program(
        "cargo",
        &["nextest", "llvm-cov"],
        &["-C", "--config", "-Z", "--color", "--manifest-path"],
    ),
    program("go", &["mod", "work", "tool"], &["-C"]),
    program("npm", &["run", "run-script"], &["-w", "--workspace", "--prefix", "-C"]),
    program("pnpm", &["run"], &["--filter", "-F", "-C", "--dir", "--prefix"]),
    program("yarn", &["run", "workspace"], &["--cwd"]),
    program("bun", &["run", "pm"], &["--filter", "--cwd"]),
    program("deno", &["task"], &[]),
    program(
        "docker",
        &["compose", "image", "container", "volume", "network", "buildx", "system"],
        &["-H", "--context", "--host", "-f", "--file", "-p", "--project-name"],
    ),
    program("docker-compose", &[], &["-f", "--file", "-p"]),
    program("podman", &["compose", "image", "container"], &[]),
    program(
        "kubectl",
        &["config", "rollout", "create"],
        &["-n", "--namespace", "--context", "--kubeconfig"],
    ),
    program("helm", &["repo"], &["-n", "--namespace"]),
    program(
        "gh",
        &[
            "pr",
            "issue",
            "run",
            "repo",
            "release",
            "workflow",
            "auth",
            "secret",
            "variable",
            "gist",
            "label",
            "project",
            "search",
            "cache",
            "extension",
        ],
        &["-R", "--repo"],
    ),
    program("glab", &["mr", "ci", "issue", "repo"], &["-R"]),
    program("mise", &["run", "r", "tasks", "settings"], &["-C", "--cd", "-j"]),
    program("just", &[], &["-f", "--justfile", "-d", "--working-directory"]),
    program("task", &[], &["-d", "--dir", "-t"]),
    program("make", &[], &["-C", "-f", "-j", "-I", "-o"]),
    program("gmake", &[], &["-C", "-f", "-j"]),
    program("ninja", &[], &["-C", "-f", "-j"]),
    program("nx", &["run"], &[]),
    program("turbo", &["run"], &[]),
    program(
        "uv",
        &["pip", "tool", "python", "cache"],
        &["--project", "--directory", "--python"],
    ),
    program("pip", &[], &[]),
    program("pip3", &[], &[]),
    program("pipx", &[], &[]),
    program("poetry", &["env", "cache"], &["-C"]),
    program("conda", &["env"], &[]),
    program("apt", &[], &[]),
    program("apt-get", &[], &["-o"]),
    program("brew", &["services"], &[]),
    program("apk", &[], &[]),
    program("dnf", &[], &[]),
    program("gem", &[], &[]),
    program("bundle", &[], &[]),
    program("rails", &[], &[]),
    program("rake", &[], &[]),
    program("mix", &[], &[]),
    program("dotnet", &["nuget", "tool", "ef"], &[]),
    program("swift", &["package"], &["--package-path"]),
    program("flutter", &["pub"], &[]),
    program("dart", &["pub"], &[]),
    program("terraform", &["state", "workspace"], &[]),
    program("tofu", &["state", "workspace"], &[]),
    program("aws", &["*"], &["--profile", "--region"]),
    program("gcloud", &["*"], &["--project"]),
    program("az", &["*"], &[]),
    program("fly", &["*"], &["-a"]),
    program("systemctl", &[], &[]),
    program("rustup", &["target", "component", "toolchain", "default"], &[]),
    program("golangci-lint", &[], &["-c", "--config"]),
    program("ruff", &[], &["--config"]),
    program("biome", &[], &["--config-path"]),
    program("prisma", &["migrate", "db"], &[]),
    program("alembic", &[], &["-c"]),
    program("wrangler", &["d1", "kv", "r2", "pages"], &[]),
    program("vercel", &["env"], &[]),
    program("openssl", &[], &[]),
    program("jj", &["git", "bookmark"], &["-R"]),
    program("gradle", &[], &["-p", "-b"]),
    program("gradlew", &[], &["-p", "-b"]),
    program("mvn", &[], &["-f", "-pl"]),
    program("mvnw", &[], &["-f", "-pl"]),
    program("bazel", &[], &[]),
    program("callus", &[], &[]),
];

/// Flags of tests and the like whose value says what is worked on.
pub(super) const SELECTING: &[&str] = &[
    "-run",
    "--run",
    "-k",
    "--filter",
    "-t",
    "--testNamePattern",
    "--test",
    "-bench",
    "--tests",
    "--package",
    "-p",
    "--grep",
    "-g",
    "--only",
    "--select",
];

/// Flags whose value says nothing about what is worked on.
pub(super) const VALUED: &[&str] = &[
    "-count",
    "-timeout",
    "--timeout",
    "-tags",
    "-exec",
    "-o",
    "--output",
    "-m",
    "--message",
    "-j",
    "--jobs",
    "-c",
    "-e",
    "--jq",
    "--json",
    "--format",
    "-F",
    "--body",
    "--title",
    "--reporter",
    "--config",
    "--maxfail",
    "--tb",
    "--features",
    "--color",
    "--log-level",
    "-X",
    "-H",
    "-d",
    "--data",
    "--target",
    "--profile",
    "-A",
    "-B",
    "-C",
    "--depth",
    "-L",
    "--limit",
];

/// Variables that say nothing about what a command is for.
pub(super) const IDLE_VARIABLES: &[&str] = &[
    "PATH",
    "HOME",
    "PWD",
    "OLDPWD",
    "TERM",
    "COLUMNS",
    "LINES",
    "LANG",
    "PAGER",
    "GIT_PAGER",
    "GH_PAGER",
    "MANPAGER",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "CARGO_TERM_COLOR",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "TMPDIR",
    "EDITOR",
    "GIT_EDITOR",
    "VISUAL",
    "USER",
    "LOGNAME",
    "SHELL",
    "TZ",
    "GIT_TERMINAL_PROMPT",
    "PS1",
    "IFS",
    "RUST_BACKTRACE",
    "NPM_CONFIG_YES",
    "GIT_OPTIONAL_LOCKS",
];
