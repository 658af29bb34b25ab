//! Carrying a plan out.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::edit::file::{self, FileError};
use super::manifest::Manifest;
use super::plan::{Action, Plan, Site, command_line};
use crate::config;
use crate::process::{self, Job};

/// How long the client may take to change its own file; it starts in 0.4 seconds on a slow machine.
const CLIENT: Duration = Duration::from_secs(30);

/// Why a plan was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A file was not written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Somebody changed the file after the plan was made; it is as they left it.
    #[error("{} has changed since the plan was made; run the same command again", .0.display())]
    Changed(PathBuf),
}

/// What carrying a plan out gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Commands that the user still has to run.
    pub by_hand: Vec<String>,
    /// What went wrong without stopping the rest.
    pub problems: Vec<String>,
}

/// Carries a plan out: files first, then the client's own commands.
pub fn apply(site: &Site, plan: &Plan) -> Result<Applied, ApplyError> {
    let recorded = Manifest::load(&site.data, plan.client, &plan.settings)?;
    let mut applied = Applied::default();
    for step in &plan.steps {
        match &step.action {
            Action::Write(bytes) => {
                unchanged(&step.file, plan)?;
                if let Some(manifest) = &plan.manifest {
                    // The record goes first: a crash between the two then leaves nothing that cannot be undone.
                    let mut manifest = manifest.clone();
                    if let Some(before) = &plan.before {
                        manifest.back_up(&site.data, before)?;
                    }
                    let missing = missing_folders(&step.file);
                    manifest.settings.folders.extend(missing.iter().cloned());
                    manifest.save(&site.data)?;
                    make(&missing)?;
                }
                file::write(&step.file, bytes)?;
            }
            Action::Delete => {
                unchanged(&step.file, plan)?;
                file::delete(&step.file)?;
                for folder in recorded.iter().flat_map(|manifest| &manifest.settings.folders).rev() {
                    // A folder that others use by now stays.
                    drop(fs::remove_dir(folder));
                }
            }
            Action::Run { program, runs } => applied.problems.extend(run_all(site, program, runs)),
            Action::ByHand(commands) => applied.by_hand.extend(commands.iter().cloned()),
        }
    }
    if plan.manifest.is_none() {
        Manifest::forget(&site.data, plan.client)?;
    }
    Ok(applied)
}

fn unchanged(path: &Path, plan: &Plan) -> Result<(), ApplyError> {
    if file::read(path)? == plan.before {
        Ok(())
    } else {
        Err(ApplyError::Changed(path.to_owned()))
    }
}

/// Runs the client's commands up to the first that fails; returns what went wrong and what to do.
fn run_all(site: &Site, program: &Path, runs: &[Vec<String>]) -> Option<String> {
    for args in runs {
        let words: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
        let job = Job {
            program,
            args: &words,
            cwd: &site.home,
            env: &[(config::NESTED, "1")],
            input: &[],
        };
        let said = match process::run(&job, CLIENT) {
            Ok(output) if output.succeeded() => continue,
            Ok(output) => String::from_utf8_lossy(&[output.stderr, output.stdout].concat()).into_owned(),
            Err(error) => error.to_string(),
        };
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let command = command_line(&name, args);
        return Some(format!("`{command}` failed: {}; run it again by hand", said.trim()));
    }
    None
}

/// Returns the folders above a file that do not exist, outermost first.
fn missing_folders(path: &Path) -> Vec<PathBuf> {
    let mut missing: Vec<PathBuf> = path
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.exists())
        .map(Path::to_owned)
        .collect();
    missing.reverse();
    missing
}

fn make(folders: &[PathBuf]) -> Result<(), FileError> {
    for folder in folders {
        // The client's folder holds credentials and transcripts, and the client makes it for its owner only.
        fs::DirBuilder::new()
            .mode(0o700)
            .create(folder)
            .map_err(|source| FileError::Write {
                path: folder.clone(),
                source,
            })?;
    }
    Ok(())
}
