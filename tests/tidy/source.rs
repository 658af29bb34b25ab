//! What a source file names: paths, macros, strings, attributes and definitions, each with its line.
//!
//! The compiler knows more, but it cannot be asked; names are enough for the laws of the house.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, Meta, UseTree};

/// One name in a file.
#[derive(Debug)]
pub(crate) struct Name {
    /// The segments of a path, or one segment for a macro, a string or a definition.
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
    /// It stands in code that only tests compile.
    pub(crate) test: bool,
}

impl Name {
    /// Returns whether `words` stand next to each other in this path.
    pub(crate) fn holds(&self, words: &[&str]) -> bool {
        self.segments.windows(words.len()).any(|seen| seen == words)
    }

    /// Returns whether the path leads into this crate.
    pub(crate) fn is_own(&self) -> bool {
        self.segments.first().is_some_and(|first| first == "crate")
    }
}

/// One `.rs` file.
pub(crate) struct Source {
    /// The path from the top of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The room that it stands in: `store` for `src/store/open.rs`; empty outside `src`.
    pub(crate) room: String,
    /// Every path, with `self`, `super` and `callus` resolved to `crate`.
    pub(crate) paths: Vec<Name>,
    pub(crate) macros: Vec<Name>,
    pub(crate) strings: Vec<Name>,
    /// Names of attributes, also of those inside `cfg_attr`.
    pub(crate) attributes: Vec<Name>,
    /// Names of modules, types and traits that the file defines.
    pub(crate) defined: Vec<Name>,
}

impl Source {
    /// Reads every `.rs` file below the given folders of the repository.
    pub(crate) fn below(folders: &[&str]) -> Vec<Self> {
        files(&folders.iter().map(|folder| top().join(folder)).collect::<Vec<_>>())
            .into_iter()
            .filter(|path| path.extension().is_some_and(|ext| ext == "rs"))
            .map(|path| {
                let text = fs::read_to_string(&path).expect("a source file is UTF-8");
                Self::parse(&shown(&path), &text)
            })
            .collect()
    }

    /// Reads one file given as text.
    pub(crate) fn parse(path: &str, text: &str) -> Self {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path} does not parse: {error}"));
        let module = module_of(path);
        let mut reader = Reader {
            test: !path.starts_with("src/") || module.iter().any(|part| part == "tests"),
            source: Self {
                path: path.to_owned(),
                text: text.to_owned(),
                room: if path.starts_with("src/") {
                    module.first().cloned().unwrap_or_default()
                } else {
                    String::new()
                },
                paths: Vec::new(),
                macros: Vec::new(),
                strings: Vec::new(),
                attributes: Vec::new(),
                defined: Vec::new(),
            },
            module: if path == "src/main.rs" { Vec::new() } else { module },
        };
        reader.visit_file(&file);
        reader.source
    }
}

/// Returns the top folder of the repository.
pub(crate) fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns a path as the messages show it: from the top of the repository.
pub(crate) fn shown(path: &Path) -> String {
    let short = path.strip_prefix(top()).unwrap_or(path);
    short.to_string_lossy().replace('\\', "/")
}

/// Returns every file below the given files and folders, sorted, without `target`, `.git` and caches.
pub(crate) fn files(from: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = from.to_vec();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a folder of the repository can be read");
            open.extend(
                entries
                    .map(|entry| entry.expect("a folder entry can be read").path())
                    .filter(|path| {
                        !path
                            .file_name()
                            .is_some_and(|name| name == "target" || name == ".git" || name == "__pycache__")
                    }),
            );
        } else if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// `src/store/open.rs` is the module `store::open`; `src/store/mod.rs` is `store`.
fn module_of(path: &str) -> Vec<String> {
    let inner = path.strip_prefix("src/").unwrap_or(path).trim_end_matches(".rs");
    let mut parts: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

struct Reader {
    source: Source,
    module: Vec<String>,
    test: bool,
}

impl Reader {
    fn name(&self, segments: Vec<String>, line: usize) -> Name {
        Name {
            segments,
            line,
            test: self.test,
        }
    }

    /// Writes down a path with its beginning resolved to `crate` where it leads into this crate.
    fn path(&mut self, segments: Vec<String>, line: usize) {
        let ups = segments.iter().take_while(|part| *part == "super").count();
        let own = |module: &[String], rest: &[String]| {
            let mut whole = vec!["crate".to_owned()];
            whole.extend(module.iter().chain(rest).cloned());
            whole
        };
        let resolved = match segments[0].as_str() {
            "super" => own(&self.module[..self.module.len().saturating_sub(ups)], &segments[ups..]),
            "self" if segments.len() > 1 => own(&self.module, &segments[1..]),
            "callus" => own(&[], &segments[1..]),
            _ => segments,
        };
        let name = self.name(resolved, line);
        self.source.paths.push(name);
    }

    fn use_tree(&mut self, before: &mut Vec<String>, tree: &UseTree) {
        let line = tree.span().start().line;
        let mut whole = before.clone();
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.use_tree(before, &path.tree);
                before.pop();
                return;
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(before, tree);
                }
                return;
            }
            UseTree::Name(name) if name.ident == "self" => {}
            UseTree::Name(name) => whole.push(name.ident.to_string()),
            UseTree::Rename(rename) => whole.push(rename.ident.to_string()),
            UseTree::Glob(_) => whole.push("*".to_owned()),
        }
        self.path(whole, line);
    }

    /// Reads what a macro is given: its grammar is unknown, but paths and strings look the same everywhere.
    fn tokens(&mut self, stream: TokenStream) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        let name = self.name(vec![text.value()], literal.span().start().line);
                        self.source.strings.push(name);
                    }
                }
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    let mut segments = vec![ident.to_string()];
                    while let (Some(TokenTree::Punct(a)), Some(TokenTree::Punct(b)), Some(TokenTree::Ident(next))) =
                        (tokens.get(at + 1), tokens.get(at + 2), tokens.get(at + 3))
                    {
                        if (a.as_char(), b.as_char()) != (':', ':') {
                            break;
                        }
                        segments.push(next.to_string());
                        at += 3;
                    }
                    let called = matches!(tokens.get(at + 1), Some(TokenTree::Punct(p)) if p.as_char() == '!')
                        && matches!(tokens.get(at + 2), Some(TokenTree::Group(g)) if g.delimiter() != Delimiter::None);
                    if called {
                        let name = self.name(vec![segments[segments.len() - 1].clone()], line);
                        self.source.macros.push(name);
                    }
                    self.path(segments, line);
                }
                TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }

    fn define(&mut self, ident: &syn::Ident) {
        let name = self.name(vec![ident.to_string()], ident.span().start().line);
        self.source.defined.push(name);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[test]` and `#[cfg(test)]`.
fn for_tests(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::NameValue(_) => false,
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        let outer = self.test;
        self.test |= attributes(item).iter().any(for_tests);
        match item {
            Item::Struct(item) => self.define(&item.ident),
            Item::Enum(item) => self.define(&item.ident),
            Item::Trait(item) => self.define(&item.ident),
            Item::Type(item) => self.define(&item.ident),
            Item::Mod(item) => self.define(&item.ident),
            _ => {}
        }
        visit::visit_item(self, item);
        self.test = outer;
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.path(segments, path.span().start().line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        if let Some(last) = mac.path.segments.last() {
            let name = self.name(vec![last.ident.to_string()], mac.span().start().line);
            self.source.macros.push(name);
        }
        self.tokens(mac.tokens.clone());
        visit::visit_macro(self, mac);
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        let name = self.name(vec![text.value()], text.span().start().line);
        self.source.strings.push(name);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        // A doc comment is an attribute with a string: prose, and no name of anything.
        if attribute.path().is_ident("doc") {
            return;
        }
        let line = attribute.span().start().line;
        let mut names = vec![attribute.path().segments[0].ident.to_string()];
        if let Meta::List(list) = &attribute.meta {
            if list.path.is_ident("cfg_attr") {
                names.extend(list.tokens.clone().into_iter().filter_map(|token| match token {
                    TokenTree::Ident(ident) => Some(ident.to_string()),
                    _ => None,
                }));
            }
            self.tokens(list.tokens.clone());
        }
        for name in names {
            let name = self.name(vec![name], line);
            self.source.attributes.push(name);
        }
        visit::visit_attribute(self, attribute);
    }
}
