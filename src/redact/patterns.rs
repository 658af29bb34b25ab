//! The expressions of the full rule set: secrets that only their surroundings give away.
//!
//! Each has keywords, in lower case, of which one must occur before its expression is even compiled.

use super::bytes::Mix;
use super::judge::{Form, is_placeholder, is_secret};
use super::names::Class;

/// An expression and when it runs.
pub(super) struct Pattern {
    pub(super) rule: &'static str,
    /// One of these occurs wherever the expression matches, letters compared without case.
    pub(super) keywords: &'static [&'static str],
    /// Its first group is the secret. It takes no quote and no backslash, so JSON stays JSON.
    pub(super) expression: &'static str,
    /// Whether what the group holds is a secret.
    pub(super) accepts: fn(&[u8]) -> bool,
}

/// Every pattern.
pub(super) const PATTERNS: &[Pattern] = &[
    // `- name: DB_PASSWORD` / `value: …` of Kubernetes, `{"name": "DB_PASSWORD", "value": "…"}` of task definitions.
    Pattern {
        rule: "named-value",
        keywords: &["value:", "value\"", "value\\\"", "value ="],
        expression: r#"(?i)\b(?:name|key)\\*["']?\s*[:=]\s*\\*["']?[\w.-]*(?:password|passwd|secret|token|api_?key|secret_?key|access_?key|private_?key)\\*["']?\s*,?(?:\s|\\n)*\\*["']?value\\*["']?\s*[:=]\s*\\*["']?([^\s"'\\,}\]]{4,})"#,
        accepts: literal,
    },
    Pattern {
        rule: "netrc-password",
        keywords: &["machine "],
        expression: r#"machine\s+\S+(?:\s|\\n)+login\s+\S+?(?:\s|\\n)+password\s+([^\s"'\\]{3,})"#,
        accepts: word,
    },
    Pattern {
        rule: "xml-secret",
        keywords: &["password>", "secret>", "token>", "apikey>", "passphrase>"],
        expression: r#"(?i)<[\w.:-]*(?:password|secret|token|apikey|passphrase)>([^<>\s"'\\]{4,})</"#,
        accepts: literal,
    },
    Pattern {
        rule: "azure-signature",
        keywords: &["sig="],
        expression: r"[?&]sig=([A-Za-z0-9%+/=_-]{32,})",
        accepts: word,
    },
    Pattern {
        rule: "aws-signature",
        keywords: &["x-amz-"],
        expression: r"(?i)X-Amz-(?:Signature|Security-Token)=([A-Za-z0-9%+/=_-]{16,})",
        accepts: word,
    },
    Pattern {
        rule: "telegram-token",
        keywords: &[":aa"],
        expression: r"\b(\d{8,10}:AA[A-Za-z0-9_-]{33})\b",
        accepts: any,
    },
    Pattern {
        rule: "discord-token",
        keywords: &["discord"],
        expression: r"\b([MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})\b",
        accepts: any,
    },
    Pattern {
        rule: "heroku-key",
        keywords: &["heroku"],
        expression: r"(?i)heroku[^\n]{0,40}?key[^\n]{0,10}?\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b",
        accepts: any,
    },
    Pattern {
        rule: "cookie",
        keywords: &["cookie:"],
        expression: r#"(?i)\b(?:set-)?cookie:\s*[\w.-]+=([^;,\s"'\\]{16,})"#,
        accepts: mixed,
    },
    Pattern {
        rule: "client-key",
        keywords: &["client-key-data"],
        expression: r#"client-key-data\\*["']?\s*[:=]\s*\\*["']?([A-Za-z0-9+/=]{20,})"#,
        accepts: word,
    },
    Pattern {
        rule: "putty-key",
        keywords: &["private-lines"],
        expression: r"Private-Lines: \d+(?:\s|\\r|\\n)+((?:[A-Za-z0-9+/=]{4,64}(?:\\r|\\n|[\r\n])*)+)",
        accepts: any,
    },
    Pattern {
        rule: "password",
        keywords: &["pass:"],
        expression: r#"-(?:passin|passout|pass)\s+pass:([^\s"'\\]{2,})"#,
        accepts: word,
    },
    Pattern {
        rule: "sql-password",
        keywords: &["identified by", "password '", "password \\'"],
        expression: r#"(?i)\b(?:identified\s+by|(?:user|role)\s+\S+\s+(?:with\s+)?(?:encrypted\s+|login\s+)*password)\s+\\*['"]([^'"\\\s]{3,})"#,
        accepts: word,
    },
    Pattern {
        rule: "password",
        keywords: &["password-stdin", "sudo -s"],
        expression: r#"\becho\s+(?:-n\s+)?\\*["']?([^\s"'|$\\]{3,})\\*["']?\s*\|\s*(?:sudo\s+-S\b|[^\n|;&]*--password-stdin\b)"#,
        accepts: word,
    },
    Pattern {
        rule: "password",
        keywords: &["convertto-securestring"],
        expression: r#"(?i)convertto-securestring\s+(?:-string\s+)?\\*["']([^\s"'$\\]{3,})"#,
        accepts: word,
    },
    Pattern {
        rule: "password",
        keywords: &["auth=("],
        expression: r#"\bauth=\(\s*\\*["'][^"'\\]*\\*["']\s*,\s*\\*["']([^\s"'\\]{4,})\\*["']\s*\)"#,
        accepts: literal,
    },
    Pattern {
        rule: "environment",
        keywords: &["setenv(", "set_var(", "setenv "],
        expression: r#"(?i)\b(?:setenv|set_var)(?:\(\s*\\*["']|\s+)\w*(?:token|secret|password|passwd|api_?key|access_?key)(?:\\*["']\s*,\s*|\s+)\\*["']?([^\s"'\\,)]{6,})"#,
        accepts: token,
    },
    // What people write into a prompt.
    Pattern {
        rule: "told-password",
        keywords: &["password is", "passphrase is", "key is", "token is", "secret is"],
        expression: r#"(?i)\b(?:password|passphrase|api key|token|secret|key) is:?\s+\\*["'`]?([^\s"'`\\,;)]{6,})"#,
        accepts: told,
    },
    Pattern {
        rule: "google-token",
        keywords: &["1//0"],
        expression: r"\b(1//0[A-Za-z0-9_-]{30,})",
        accepts: any,
    },
    Pattern {
        rule: "azure-secret",
        keywords: &["7q~", "8q~", "9q~"],
        expression: r"(?:^|[^A-Za-z0-9~._-])([A-Za-z0-9~._-]{3}[789]Q~[A-Za-z0-9~._-]{31,34})",
        accepts: random,
    },
    Pattern {
        rule: "cloudflare-key",
        keywords: &["v1.0-"],
        expression: r"\b(v1\.0-[0-9a-f]{24}-[0-9a-f]{140,})",
        accepts: any,
    },
    Pattern {
        rule: "mailchimp-key",
        keywords: &["mailchimp"],
        expression: r"\b([0-9a-f]{32}-us[0-9]{1,2})\b",
        accepts: any,
    },
    Pattern {
        rule: "airtable-token",
        keywords: &["airtable"],
        expression: r"\b(pat[A-Za-z0-9]{14}\.[0-9a-f]{64})\b",
        accepts: any,
    },
];

const fn any(_: &[u8]) -> bool {
    true
}

fn random(value: &[u8]) -> bool {
    Mix::of(value).is_mixed()
}

fn word(value: &[u8]) -> bool {
    !is_placeholder(value)
}

fn literal(value: &[u8]) -> bool {
    is_secret(Class::Password, Form::Quoted, value)
}

fn token(value: &[u8]) -> bool {
    is_secret(Class::Token, Form::Quoted, value)
}

fn mixed(value: &[u8]) -> bool {
    is_secret(Class::Header, Form::Quoted, value)
}

fn told(value: &[u8]) -> bool {
    is_secret(Class::Password, Form::Bare, value) && value.iter().any(u8::is_ascii_digit)
}
