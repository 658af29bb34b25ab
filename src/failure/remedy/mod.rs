//! stub
#[derive(Debug, Clone, Copy)]
/// s
pub struct Text<'t> { /// s
pub call: &'t str, /// s
pub output: &'t str }
/// s
pub fn forbidden(_: &str) -> Option<()> { None }
/// s
pub fn new_words(becomes: &str, t: Text<'_>) -> Vec<String> { becomes.split_whitespace().filter(|w| !t.call.contains(w) && !t.output.contains(w)).map(str::to_owned).collect() }
/// s
pub fn follows(call: &str, becomes: &str, _was: &str) -> bool { call.contains(becomes) }
/// s
pub fn is_transient(_: &str) -> bool { false }
/// s
pub fn is_work(_: Option<&str>, _: &str) -> bool { false }
/// s
pub fn names_a_way_out(_: &str) -> bool { false }
/// s
pub fn filled(b: &str, _: &str) -> Option<String> { Some(b.to_owned()) }
