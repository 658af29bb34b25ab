//! What no skill tells to run.

use regex::Regex;

/// Returns why a command may not be told, or nothing.
pub(super) fn forbidden(command: &str) -> Option<&'static str> {
    const TABLE: &[(&str, &str)] = &[
        (
            r"\b(rm|rmdir|shred|mkfs\S*|dd|truncate)\s|\bfind\b.*\s-delete\b|shutil\.rmtree",
            "it removes files",
        ),
        (
            r"\bgit\s+(\S+\s+)*?(stash\s+(drop|clear)|reset\s+--hard|checkout\s+(--|\.)|clean|restore)\b",
            "it throws work away",
        ),
        (
            r"\bgit\s+(\S+\s+)*?push\b|\bpublish\b|\b(curl|wget|scp|ssh|rsync|nc)\s",
            "it reaches outside",
        ),
        (
            r"--no-verify|--force\b|--dangerously\S*|--privileged|\bsudo\s|\bchmod\s+(-R\s+)?777",
            "it goes round a check",
        ),
        (
            r"(^|[\s/'\x22=@])\.env(\b|$)|id_rsa|\.ssh/|\.aws/|\.netrc",
            "it opens secrets",
        ),
        (
            r"\|\s*(ba|z|da)?sh\b|\beval\b|base64\s+(-d|--decode)",
            "it runs what it does not show",
        ),
    ];
    TABLE
        .iter()
        .find(|(pattern, _)| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(command)))
        .map(|(_, why)| *why)
}
