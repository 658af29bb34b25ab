//! Skills over MCP (the extension of SEP-2640): which there are, with what proves each file whole, and the files.

use rmcp::model::{Annotations, JsonObject, Resource, ResourceContents};
use serde_json::{Value, json};

use super::asking::Asking;
use super::refusal::{Kind, Refusal};
use super::resources::{decoded, encoded};
use super::server::Server;
use crate::answers::{MAIN, SkillFiles, published_skills, shipped_skill};

/// The extension, as a capability.
pub(super) const EXTENSION: &str = "io.modelcontextprotocol/skills";
/// Its methods.
pub(super) const LIST: &str = "skills/list";
pub(super) const GET: &str = "skills/get";
pub(super) const FOLDER: &str = "resources/directory/read";

/// How the address of a skill's file begins, and its pattern.
pub(super) const SCHEME: &str = "skill://";
pub(super) const TEMPLATE: &str = "skill://{name}/{+path}";

pub(super) const MARKDOWN: &str = "text/markdown";
/// What a folder is instead of a file.
const DIRECTORY: &str = "inode/directory";

/// What is said to a place in a list that has one page only.
pub(super) const ONE_PAGE: &str = "this list has one page only: leave `cursor` out";

/// Returns the settings of the extension.
pub(super) fn settings() -> JsonObject {
    JsonObject::from_iter([("directoryRead".to_owned(), json!(true))])
}

/// Returns every skill: the one that ships with Callus, then those of the project.
pub(super) async fn all(server: &Server, asking: &Asking) -> Result<Vec<SkillFiles>, Refusal> {
    let here = asking.clone();
    let published = server.desk.read_watched(&asking.watch, move |store, _| {
        let place = here.place(store)?;
        published_skills(store, &place.path())
    });
    let published = match published.await {
        // Nothing is recorded yet, and what ships is there all the same.
        Err(refusal) if refusal.kind == Kind::Missing => Vec::new(),
        published => published?,
    };
    Ok(std::iter::once(shipped_skill()).chain(published).collect())
}

/// Answers `skills/list`.
pub(super) async fn list(server: &Server, params: Option<&Value>, asking: &Asking) -> Result<JsonObject, Refusal> {
    if params
        .and_then(|params| params.get("cursor"))
        .is_some_and(|cursor| !cursor.is_null())
    {
        return Err(Refusal::new(Kind::Wrong, ONE_PAGE));
    }
    let entries: Vec<Value> = all(server, asking).await?.iter().map(entry).collect();
    Ok(JsonObject::from_iter([("skills".to_owned(), entries.into())]))
}

/// Answers `skills/get`.
pub(super) async fn get(server: &Server, params: Option<&Value>, asking: &Asking) -> Result<JsonObject, Refusal> {
    let uri = address(params)?;
    let skills = all(server, asking).await?;
    let skill = skills.iter().find(|skill| address_of(skill, MAIN) == uri);
    let skill = skill.ok_or_else(|| unknown(&skills))?;
    Ok(JsonObject::from_iter([("skill".to_owned(), entry(skill))]))
}

/// Answers `resources/directory/read`.
pub(super) async fn folder(server: &Server, params: Option<&Value>, asking: &Asking) -> Result<JsonObject, Refusal> {
    let uri = address(params)?;
    let path = uri.strip_prefix(SCHEME).unwrap_or_default().trim_end_matches('/');
    let (name, folder) = path.split_once('/').unwrap_or((path, ""));
    let (name, folder) = (decoded(name), decoded(folder));
    let skills = all(server, asking).await?;
    let skill = skills
        .iter()
        .find(|skill| skill.name == name)
        .ok_or_else(|| unknown(&skills))?;
    let inside = skill.folder(&folder);
    if inside.is_empty() {
        return Err(Refusal::new(
            Kind::Wrong,
            "this is no folder: pass the address of a skill without a file",
        ));
    }
    let children = inside.into_iter().map(|(child, is_folder)| {
        let path = if folder.is_empty() {
            child.to_owned()
        } else {
            format!("{folder}/{child}")
        };
        let kind = if is_folder { DIRECTORY } else { MARKDOWN };
        json!({"uri": address_of(skill, &path), "name": child, "mimeType": kind})
    });
    Ok(JsonObject::from_iter([("resources".to_owned(), children.collect())]))
}

/// Returns the file at an address of a skill.
pub(super) async fn read(server: &Server, uri: &str, path: &str, asking: &Asking) -> Result<ResourceContents, Refusal> {
    let skills = all(server, asking).await?;
    let (name, path) = path.split_once('/').unwrap_or((path, ""));
    let (name, path) = (decoded(name), decoded(path));
    let skill = skills.iter().find(|skill| skill.name == name);
    let file = skill
        .and_then(|skill| skill.file(&path))
        .ok_or_else(|| unknown(&skills))?;
    // Every byte as it was counted: a client compares the digest.
    Ok(ResourceContents::text(file.text.clone(), uri).with_mime_type(MARKDOWN))
}

/// Returns the skills as a list of resources shows them: the file that is read first, of each.
pub(super) fn resources(skills: &[SkillFiles]) -> Vec<Resource> {
    let resource = |skill: &SkillFiles| {
        let resource = Resource::new(address_of(skill, MAIN), &skill.name)
            .with_description(skill.description())
            .with_mime_type(MARKDOWN)
            .with_size(skill.file(MAIN).map_or(0, |file| file.text.len() as u64));
        let mut annotations = Annotations::default();
        annotations.last_modified.clone_from(&skill.at);
        if skill.at.is_some() {
            resource.with_annotations(annotations)
        } else {
            resource
        }
    };
    skills.iter().map(resource).collect()
}

fn entry(skill: &SkillFiles) -> Value {
    let files = skill
        .files
        .iter()
        .map(|file| json!({"uri": address_of(skill, &file.path), "digest": file.digest, "size": file.text.len()}));
    json!({
        "uri": address_of(skill, MAIN),
        "frontmatter": skill.frontmatter,
        "resources": files.collect::<Vec<_>>(),
    })
}

fn address_of(skill: &SkillFiles, path: &str) -> String {
    let parts: Vec<String> = std::iter::once(skill.name.as_str())
        .chain(path.split('/'))
        .map(encoded)
        .collect();
    format!("{SCHEME}{}", parts.join("/"))
}

fn address(params: Option<&Value>) -> Result<String, Refusal> {
    let uri = params.and_then(|params| params.get("uri")).and_then(Value::as_str);
    uri.map(str::to_owned)
        .ok_or_else(|| Refusal::new(Kind::Wrong, "`uri` is missing: pass an address that skills/list names"))
}

fn unknown(skills: &[SkillFiles]) -> Refusal {
    let known: Vec<String> = skills.iter().map(|skill| address_of(skill, MAIN)).collect();
    Refusal::new(
        Kind::Unknown,
        format!("there is no such skill or file; there are {}", known.join(", ")),
    )
}
