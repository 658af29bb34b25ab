//! Projects as people name them.

use crate::domain::id::ProjectId;
use crate::store::{StoreError, Tx};

/// Returns the projects that a person may mean by `text`: those with that key, remote or folder, else those of that
/// name, else those whose remote ends so, such as `acme/app`.
pub fn find(tx: &Tx<'_>, text: &str) -> Result<Vec<ProjectId>, StoreError> {
    for sql in [
        "select id from project where key = ?1 or remote = ?1
         union select project from root where path = ?1",
        "select id from project where name = ?1 collate nocase",
        "select id from project where lower(substr(remote, -length(?1) - 1)) = '/' || lower(?1)",
    ] {
        let found: Vec<ProjectId> = tx
            .prepare_cached(sql)?
            .query_map([text], |row| row.get(0).map(ProjectId))?
            .collect::<Result<_, _>>()?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}
