//! How an address or an argument of a prompt could go on.

use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, Reference};

use super::asking::Asking;
use super::refusal::{Kind, Refusal};
use super::resources::{FAILURE_TEMPLATE, SESSION_TEMPLATE};
use super::server::Server;
use super::{prompts, skills};
use crate::answers::{self, Typed};

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Argument {
    /// Something that is recorded: one of these, the first kind first.
    Recorded(&'static [Typed]),
    /// One of these words.
    Word(&'static [&'static str]),
    /// The name of a skill.
    Skill,
    /// The path of a file of the skill that is named beside it.
    SkillFile,
}

/// Most ways on that are shown.
const MOST: usize = CompletionInfo::MAX_VALUES;

/// Answers `completion/complete`.
pub(super) async fn complete(
    server: &Server,
    request: CompleteRequestParams,
    asking: &Asking,
) -> Result<CompleteResult, Refusal> {
    let name = request.argument.name.as_str();
    let argument = match &request.r#ref {
        Reference::Resource(resource) => of_template(&resource.uri, name)?,
        Reference::Prompt(prompt) => prompts::argument(&prompt.name, name)?,
        _ => None,
    };
    let begun = request.argument.value;
    let mut values = match argument {
        None => Vec::new(),
        Some(Argument::Word(words)) => words.iter().map(|word| (*word).to_owned()).collect(),
        Some(Argument::Recorded(kinds)) => recorded(server, kinds, &begun, asking).await?,
        Some(Argument::Skill) => skills::all(server, asking)
            .await?
            .into_iter()
            .map(|skill| skill.name)
            .collect(),
        Some(Argument::SkillFile) => {
            let beside = request
                .context
                .and_then(|context| context.arguments)
                .unwrap_or_default();
            let skills = skills::all(server, asking).await?.into_iter();
            skills
                .filter(|skill| beside.get("name").is_none_or(|name| *name == skill.name))
                .flat_map(|skill| skill.files)
                .map(|file| file.path)
                .collect()
        }
    };
    values.retain(|value: &String| value.starts_with(begun.trim()) || matches!(argument, Some(Argument::Recorded(_))));
    let mut seen = std::collections::BTreeSet::new();
    values.retain(|value| seen.insert(value.clone()));
    let all = values.len();
    values.truncate(MOST);
    let total = u32::try_from(all).ok();
    let info = CompletionInfo::with_pagination(values, total, all > MOST);
    Ok(CompleteResult::new(
        info.map_err(|words| Refusal::new(Kind::Broken, words))?,
    ))
}

fn of_template(uri: &str, name: &str) -> Result<Option<Argument>, Refusal> {
    let arguments: &[(&str, Argument)] = match uri {
        FAILURE_TEMPLATE => &[("id", Argument::Recorded(&[Typed::Mode]))],
        SESSION_TEMPLATE => &[("id", Argument::Recorded(&[Typed::Session]))],
        skills::TEMPLATE => &[("name", Argument::Skill), ("path", Argument::SkillFile)],
        _ => {
            let known = [FAILURE_TEMPLATE, SESSION_TEMPLATE, skills::TEMPLATE].join(", ");
            return Err(Refusal::new(
                Kind::Wrong,
                format!("there is no such template, only {known}"),
            ));
        }
    };
    Ok(arguments
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, argument)| *argument))
}

async fn recorded(
    server: &Server,
    kinds: &'static [Typed],
    begun: &str,
    asking: &Asking,
) -> Result<Vec<String>, Refusal> {
    let begun = begun.to_owned();
    let found = server.desk.read_watched(&asking.watch, move |store, _| {
        let mut found = Vec::new();
        for kind in kinds {
            // One more than is shown, to know whether there are more.
            let most = u32::try_from(MOST + 1 - found.len().min(MOST)).unwrap_or(u32::MAX);
            found.extend(answers::complete(store, *kind, &begun, most)?);
        }
        Ok(found)
    });
    match found.await {
        Err(refusal) if refusal.kind == Kind::Missing => Ok(Vec::new()),
        found => found,
    }
}
