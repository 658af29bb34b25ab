//! A home folder for one test.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use callus::assistants::claude_code::wiring::Places;
use callus::install::apply::{Applied, apply};
use callus::install::plan::{Plan, PlanError, Site, Wanted};
use callus::install::{Client, by_name};
use tempfile::TempDir;

/// A client that keeps its MCP servers as the real one does: it refuses a name twice, and rewrites its whole file.
const CLIENT: &str = r#"#!/bin/sh
state="$(dirname "$0")/../.claude.json"
case "$2" in
add-json)
    if [ -s "$state" ]; then echo "MCP server callus already exists in user config" >&2; exit 1; fi
    printf '{"mcpServers":{"%s":%s}}' "$5" "$6" >"$state" ;;
remove)
    rm "$state" ;;
esac
"#;

/// A home and what is in it.
pub(super) struct Home {
    pub(super) folder: TempDir,
    pub(super) site: Site,
    /// The files of Claude Code.
    pub(super) places: Places,
    /// What is wired: the program's variables and the address of a server.
    pub(super) routes: Vec<(String, String)>,
    pub(super) address: Option<String>,
    client: &'static Client,
}

impl Home {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a home for the test");
        let home = folder.path().to_owned();
        let site = Site {
            config: home.join(".config"),
            folder: None,
            root: home.join("system"),
            data: home.join("data"),
            program: None,
            warns: true,
            home,
        };
        Self {
            places: Places::of(&site.home, None, &site.root),
            folder,
            site,
            routes: Vec::new(),
            address: None,
            client: by_name("claude-code").expect("it is known"),
        }
    }

    /// A home for another client, whose settings stand in a file of this name.
    pub(super) fn of(client: &str, settings: &str, text: &str) -> Self {
        let mut home = Self::new();
        home.client = by_name(client).expect("it is known");
        home.places.settings = home.path(settings);
        home.places.folder = home.places.settings.parent().expect("a folder").to_owned();
        fs::create_dir_all(&home.places.folder).expect("the client's folder");
        fs::write(&home.places.settings, text).expect("settings");
        home
    }

    pub(super) fn with_settings(text: &str) -> Self {
        let home = Self::new();
        fs::create_dir(&home.places.folder).expect("the client's folder");
        fs::write(&home.places.settings, text).expect("settings");
        home
    }

    pub(super) fn with_client(mut self) -> Self {
        self.site.program = Some(self.script("bin/claude", CLIENT));
        self
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
        path
    }

    pub(super) fn settings(&self) -> String {
        fs::read_to_string(&self.places.settings).expect("settings")
    }

    /// Plans to wire the client to a program.
    pub(super) fn plan(&self, binary: &str) -> Result<Plan, PlanError> {
        let wanted = Wanted {
            binary: Path::new(binary),
            routes: &self.routes,
            address: self.address.as_deref(),
        };
        (self.client.install)(&self.site, &wanted)
    }

    pub(super) fn install(&self, binary: &str) -> Applied {
        let plan = self.plan(binary).expect("a plan");
        apply(&self.site, &plan).expect("applied")
    }

    pub(super) fn remove(&self) -> Applied {
        let plan = (self.client.remove)(&self.site).expect("a plan");
        apply(&self.site, &plan).expect("applied")
    }

    /// Every file and folder of the home with its mode and its bytes or its target.
    pub(super) fn snapshot(&self) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
        let mut seen = BTreeMap::new();
        let mut open = vec![self.folder.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                let metadata = fs::symlink_metadata(&path).expect("metadata");
                let bytes = if metadata.is_symlink() {
                    fs::read_link(&path)
                        .expect("a link")
                        .into_os_string()
                        .into_encoded_bytes()
                } else if metadata.is_dir() {
                    open.push(path.clone());
                    Vec::new()
                } else {
                    fs::read(&path).expect("a file")
                };
                seen.insert(path, (metadata.permissions().mode(), bytes));
            }
        }
        // The data folder is ours and stays until it is purged.
        seen.remove(&self.site.data);
        seen
    }
}
