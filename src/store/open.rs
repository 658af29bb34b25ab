//! Opening the database, its settings, and bringing its schema up to date.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::StoreError;

/// Every migration in order; the one at index `n` leads to schema version `n + 1`.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_remedies.sql"),
    include_str!("migrations/0003_skills.sql"),
    include_str!("migrations/0004_learn.sql"),
    include_str!("migrations/0005_asked.sql"),
    include_str!("migrations/0006_findable.sql"),
];

/// The schema version that this program writes.
#[expect(clippy::cast_possible_truncation, reason = "there will never be 2^32 migrations")]
pub const SCHEMA_VERSION: u32 = MIGRATIONS.len() as u32;

/// Statements that stay prepared: more than recording uses, so that none is parsed twice.
const STATEMENTS: usize = 128;

/// How long is waited for another process to let go of the lock.
const WAIT: Duration = Duration::from_secs(5);

/// How often a program tries to configure a database that others configure or lock, and how long it waits each time,
/// for the lock and between two tries: five seconds together, as long as [`WAIT`].
const TRIES: u32 = 250;
const TRY: Duration = Duration::from_millis(10);

/// How long a hook waits for the lock: the session waits with it.
const HOOK_WAIT: Duration = Duration::from_millis(40);

/// Steps of SQLite's machine, a few tens of nanoseconds each, after which a statement asks whether to go on.
const STRETCH: i32 = 4_000;

/// How the database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads and writes; makes and migrates the database where needed.
    Write,
    /// Only reads, what is there and as it is.
    Read,
}

/// An open database of one workspace.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// Which file was at the path when it was opened: device and inode.
    file: Option<(u64, u64)>,
}

impl Store {
    /// Opens the database at `path`.
    ///
    /// The folder is made with mode 0700 and the file with mode 0600. A damaged file is reported and left as it is.
    pub fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        if access == Access::Write {
            make_private(path)?;
        } else if !path.exists() {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        let flags = match access {
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|source| sort(path, source))?;
        let mut store = Self {
            connection,
            path: path.to_owned(),
            file: file_at(path),
        };
        store.configure_patiently(access)?;
        store.check_version(access).map_err(|error| store.sorted(error))?;
        Ok(store)
    }

    /// Opens the database at `path` for a hook that writes: one that is there, has this program's schema and is not locked
    /// for long. Returns nothing for any other; a hook makes none and migrates none.
    pub fn open_for_hook(path: &Path) -> Result<Option<Self>, StoreError> {
        let write = |connection: &Connection| {
            connection.pragma_update(None, "foreign_keys", true)?;
            connection.pragma_update(None, "synchronous", "normal")?;
            connection.pragma_update(None, "secure_delete", true)?;
            // The worker brings the log into the database: that waits for the disk, and a session would wait with it.
            connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))
        };
        Self::open_briefly(path, OpenFlags::SQLITE_OPEN_READ_WRITE, write)
    }

    /// The same for a hook that only looks, which waits for nobody who writes.
    ///
    /// Where nobody left anything in the write-ahead log it cannot write: as the last one to close it would remove the
    /// log, and the next one would make it anew. A log that somebody left is brought to the disk by whoever closes last,
    /// for else everybody who opens the database after that would read through it.
    pub fn open_to_look(path: &Path) -> Result<Option<Self>, StoreError> {
        let access = if has_log(path) {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        } else {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        };
        Self::open_briefly(path, access, |_| Ok(()))
    }

    fn open_briefly(
        path: &Path,
        access: OpenFlags,
        configure: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<Option<Self>, StoreError> {
        let Ok(connection) = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX) else {
            return Ok(None);
        };
        let store = Self {
            connection,
            path: path.to_owned(),
            file: None,
        };
        let connection = &store.connection;
        let configured = || -> Result<u32, StoreError> {
            connection.busy_timeout(HOOK_WAIT)?;
            connection.set_prepared_statement_cache_capacity(STATEMENTS);
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            configure(connection)?;
            version(connection)
        };
        let found = configured().map_err(|error| store.sorted(error))?;
        Ok((found == SCHEMA_VERSION).then_some(store))
    }

    /// Opens an empty database in memory, for tests of rooms above this one.
    pub fn in_memory() -> Result<Self, StoreError> {
        let connection = Connection::open_in_memory()?;
        let mut store = Self {
            connection,
            path: PathBuf::from(":memory:"),
            file: None,
        };
        store.connection.pragma_update(None, "foreign_keys", true)?;
        store.check_version(Access::Write)?;
        Ok(store)
    }

    /// Runs `work` in one `BEGIN IMMEDIATE` transaction, which is undone when `work` fails.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let path = self.path.clone();
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| E::from(sort(&path, source)))?;
        let value = work(&tx)?;
        tx.commit().map_err(|source| E::from(sort(&path, source)))?;
        Ok(value)
    }

    /// Runs `work` on one state of the database, which it only looks at; others may write meanwhile.
    pub fn look<T, E: From<StoreError>>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        // Nobody who holds only a reference is in a transaction, and none is begun while this one is open.
        let tx = self
            .connection
            .unchecked_transaction()
            .map_err(|source| E::from(sort(&self.path, source)))?;
        work(&tx)
    }

    /// Returns an error when another program has brought the schema to a newer version since this one opened it.
    pub fn recheck_version(&mut self) -> Result<(), StoreError> {
        self.check_version(Access::Read)
    }

    /// Returns whether its path names another file by now, or none: the database was moved away, removed or put back.
    /// Such a store still answers, from a file that nobody else sees.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.file != file_at(&self.path)
    }

    /// Lets `stop` end every statement from now on: it is asked once in each stretch of `STRETCH` steps, and where it
    /// returns true the statement fails.
    pub fn stop_when(&mut self, stop: impl FnMut() -> bool + Send + 'static) -> Result<(), StoreError> {
        Ok(self.connection.progress_handler(STRETCH, Some(stop))?)
    }

    /// Lets every statement run to its end again.
    pub fn never_stop(&mut self) -> Result<(), StoreError> {
        Ok(self.connection.progress_handler(0, None::<fn() -> bool>)?)
    }

    /// Asks the database something that has no end, for tests of what can be stopped.
    #[cfg(test)]
    pub(crate) fn count_for_ever(&self) -> Result<(), StoreError> {
        let all = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
        Ok(self.connection.query_row(all, [], |_| Ok(()))?)
    }

    /// Returns which file it was opened on.
    pub(super) fn file(&self) -> Option<(u64, u64)> {
        self.file
    }

    /// Returns the connection, for the room's own queries.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns where the database lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Configures the connection. Programs that meet at a new database all want to change it to the write-ahead log,
    /// and SQLite turns away all but one at once, whatever the time that they would wait for the lock.
    fn configure_patiently(&self, access: Access) -> Result<(), StoreError> {
        let mut tries = TRIES;
        loop {
            tries -= 1;
            match self.configure(access).map_err(|error| self.sorted(error)) {
                Err(StoreError::Busy) if tries > 0 => pause(),
                other => return other,
            }
        }
    }

    fn configure(&self, access: Access) -> Result<(), StoreError> {
        self.connection.busy_timeout(TRY)?;
        self.connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Without this promise SQLite plans a statement anew whenever a range is bound to other values.
        self.connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        self.connection.pragma_update(None, "foreign_keys", true)?;
        self.connection.pragma_update(None, "synchronous", "normal")?;
        if access == Access::Write {
            // WAL lets a hook write while the server reads; the setting stays in the file.
            self.connection
                .pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
            // What `forget` removes must not stay behind in free pages.
            self.connection.pragma_update(None, "secure_delete", true)?;
        }
        self.connection.busy_timeout(WAIT)?;
        Ok(())
    }

    fn check_version(&mut self, access: Access) -> Result<(), StoreError> {
        let found = version(&self.connection)?;
        if found > SCHEMA_VERSION {
            return Err(StoreError::Newer {
                path: self.path.clone(),
                found,
                known: SCHEMA_VERSION,
            });
        }
        if found == SCHEMA_VERSION {
            return Ok(());
        }
        if access != Access::Write {
            return Err(StoreError::Older {
                path: self.path.clone(),
                found,
                known: SCHEMA_VERSION,
            });
        }
        migrate(&mut self.connection, MIGRATIONS)
    }

    fn sorted(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Sql(source) => sort(&self.path, source),
            other => other,
        }
    }
}

/// Returns whether something stands in the write-ahead log of the database at `path`.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|file| file.len() > 0)
}

fn file_at(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

#[expect(clippy::disallowed_methods, reason = "SQLite does not wait here by itself")]
fn pause() {
    std::thread::sleep(TRY);
}

fn version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.query_row("pragma user_version", [], |row| row.get(0))?)
}

/// Applies what is missing, each migration with its version in one transaction, so that two processes
/// that start at once apply each of them once.
fn migrate(connection: &mut Connection, migrations: &[&str]) -> Result<(), StoreError> {
    for (next, sql) in (1_u32..).zip(migrations) {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if version(&tx)? < next {
            tx.execute_batch(sql)?;
            tx.pragma_update(None, "user_version", next)?;
        }
        tx.commit()?;
    }
    Ok(())
}

/// Makes the folder (0700) and an empty file (0600) before SQLite would make them more open; SQLite gives
/// its `-wal` and `-shm` files the mode of the database.
fn make_private(path: &Path) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|source| StoreError::File {
                action: "make the folder",
                path: folder.to_owned(),
                source,
            })?;
        let private = Permissions::from_mode(0o700);
        std::fs::set_permissions(folder, private).map_err(|source| StoreError::File {
            action: "close to others",
            path: folder.to_owned(),
            source,
        })?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|source| StoreError::File {
            action: "open",
            path: path.to_owned(),
            source,
        })
}

/// Gives an error of SQLite the name under which this program acts on it.
pub(super) fn sort(path: &Path, source: rusqlite::Error) -> StoreError {
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Corrupt {
            path: path.to_owned(),
            source,
        },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DiskFull) => StoreError::Full,
        _ => StoreError::Sql(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns every object of the schema with what it is made of: the text of a table that was altered is not that of
    /// one made at once, and says the same.
    fn objects(connection: &Connection) -> Vec<(String, String)> {
        connection
            .prepare(
                "select m.name || coalesce('.' || c.name, ''),
                        m.type || ' ' || coalesce(
                            c.type || c.\"notnull\" || c.pk || coalesce(c.dflt_value, '') || coalesce(
                                (select k.\"table\" || k.on_delete from pragma_foreign_key_list(m.name) k where k.\"from\" = c.name), ''),
                            m.sql, '')
                 from sqlite_schema m left join pragma_table_info(m.name) c on m.type = 'table' order by 1",
            )
            .and_then(|mut rows| rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
            .expect("the schema can be read")
    }

    #[test]
    fn a_statement_ends_when_it_is_stopped_and_the_next_one_runs() {
        let mut store = Store::in_memory().expect("opens");
        let count = |store: &Store| -> rusqlite::Result<i64> {
            let all =
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000) select max(i) from n";
            store.connection().query_row(all, [], |row| row.get(0))
        };
        let mut asked = 0;
        let stop = move || {
            asked += 1;
            asked > 3
        };
        store.stop_when(stop).expect("can be stopped");
        let stopped = count(&store).expect_err("it is stopped");
        assert_eq!(stopped.sqlite_error_code(), Some(ErrorCode::OperationInterrupted));
        store.never_stop().expect("can run on");
        assert_eq!(count(&store), Ok(100_000));
    }

    #[test]
    fn a_log_that_nobody_brought_to_the_disk_is_not_left_to_all_who_look() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("callus.db");
        let log = folder.path().join("callus.db-wal");
        let look = || Store::open_to_look(&path).expect("opens").expect("is there");
        let meets = |store: &mut Store| -> bool {
            store
                .look(|tx| super::super::meta::time(tx, "retention"))
                .expect("looks")
                .is_some()
        };
        drop(Store::open(&path, Access::Write).expect("makes it"));
        let mut first = look();
        assert!(!meets(&mut first));
        let mut writer = Store::open(&path, Access::Write).expect("opens");
        writer
            .write(|tx| super::super::meta::set_time(tx, "retention", crate::domain::time::Timestamp(1)))
            .expect("writes");
        drop(writer);
        drop(first);
        assert!(has_log(&path), "who could only read closed last");
        assert!(meets(&mut look()));
        assert!(!log.exists() && meets(&mut look()));
    }

    #[test]
    fn the_version_is_the_number_of_migrations() {
        let store = Store::in_memory().expect("opens");
        assert_eq!(version(store.connection()).expect("version"), SCHEMA_VERSION);
    }

    #[test]
    fn migration_files_are_numbered_without_a_gap() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .expect("folder")
            .map(|entry| entry.expect("entry").file_name().into_string().expect("name"))
            .collect();
        names.sort();
        assert_eq!(names.len(), MIGRATIONS.len());
        for (number, name) in (1..).zip(&names) {
            assert_eq!(name.split('_').next(), Some(format!("{number:04}").as_str()), "{name}");
        }
    }

    #[test]
    fn migrations_build_the_fresh_schema() {
        let fresh = Connection::open_in_memory().expect("opens");
        fresh
            .execute_batch(include_str!("schema.sql"))
            .expect("schema.sql runs");
        let store = Store::in_memory().expect("opens");
        assert_eq!(objects(store.connection()), objects(&fresh));
    }

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut store = Store::in_memory().expect("opens");
        let before = objects(store.connection());
        migrate(&mut store.connection, MIGRATIONS).expect("second time");
        assert_eq!(objects(store.connection()), before);
    }

    #[test]
    fn what_belongs_to_an_event_or_a_session_is_found_by_index_when_it_goes() {
        let store = Store::in_memory().expect("opens");
        let scanned: Vec<String> = store
            .connection()
            .prepare(
                "select m.name || '.' || k.\"from\"
                 from sqlite_schema m join pragma_foreign_key_list(m.name) k
                 where m.type = 'table' and k.\"table\" in ('event', 'session') and k.on_delete <> 'NO ACTION'
                   and not exists (select 1 from pragma_index_list(m.name) i join pragma_index_info(i.name) c
                                   where c.seqno = 0 and c.name = k.\"from\")
                   and not exists (select 1 from pragma_table_info(m.name) c where c.pk = 1 and c.name = k.\"from\")",
            )
            .and_then(|mut rows| rows.query_map([], |row| row.get(0))?.collect())
            .expect("the schema can be read");
        assert_eq!(scanned, Vec::<String>::new());
    }

    #[test]
    fn the_schema_stays_small_enough_to_open_fast() {
        let store = Store::in_memory().expect("opens");
        let count: i64 = store
            .connection()
            .query_row("select count(*) from sqlite_schema", [], |row| row.get(0))
            .expect("the schema can be read");
        assert!(
            count < 80,
            "{count} schema objects: each costs every hook that opens the database"
        );
    }
}
