//! The skill that ships with Callus, and teaches an agent to use it.

/// Its name, which is its folder's.
pub const NAME: &str = "failure-memory";

/// Its files: the path in its folder, and the text.
pub const FILES: &[(&str, &str)] = &[
    ("SKILL.md", include_str!("../../skills/failure-memory/SKILL.md")),
    (
        "references/recording.md",
        include_str!("../../skills/failure-memory/references/recording.md"),
    ),
];
