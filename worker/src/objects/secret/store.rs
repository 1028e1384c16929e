//! The tables of a secret's object.
//!
//! `secret` is one row. After a deletion it stays as a tombstone, without value and policy: its
//! counters go on, so that no version and no revision ever comes back.

use sealgate_core::{SealedValue, UnixTime};
use serde::Deserialize;
use worker::{Result, SqlStorage, SqlStorageValue};

use crate::objects::sql::{integer, query, run};

/// Releases that are remembered by row; older ones remain in the count.
const RELEASES: u64 = 10_000;

const SCHEMA: [&str; 4] = [
    "CREATE TABLE IF NOT EXISTS secret (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        version INTEGER NOT NULL, revision INTEGER NOT NULL, seen INTEGER NOT NULL,
        released INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
        policy TEXT, key_id TEXT, value TEXT)",
    "CREATE TABLE IF NOT EXISTS used (token_sha256 TEXT PRIMARY KEY, until INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS used_until ON used (until)",
    "CREATE TABLE IF NOT EXISTS releases (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, version INTEGER NOT NULL,
        token_sha256 TEXT NOT NULL, policy_sha256 TEXT NOT NULL)",
];

/// The one row.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Row {
    pub(super) version: u64,
    pub(super) revision: u64,
    /// The latest time this object has seen: its own time never runs backwards.
    pub(super) seen: u64,
    pub(super) released: u64,
    pub(super) created_at: u64,
    pub(super) updated_at: u64,
    pub(super) policy: Option<String>,
    pub(super) key_id: Option<String>,
    /// Hexadecimal of the sealed value.
    pub(super) value: Option<String>,
}

impl Row {
    /// The row, or that of a secret that never was: asking for one writes nothing, so that it
    /// takes no longer than asking for one that is there.
    pub(super) fn load(sql: &SqlStorage) -> Result<Self> {
        #[derive(Deserialize)]
        struct Table {}
        let tables: Vec<Table> = query(
            sql,
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'secret'",
            Vec::new(),
        )?;
        if tables.is_empty() {
            return Ok(Self::default());
        }
        let rows: Vec<Self> = query(
            sql,
            "SELECT version, revision, seen, released, created_at, updated_at, policy, key_id, value
             FROM secret",
            Vec::new(),
        )?;
        Ok(rows.into_iter().next().unwrap_or_default())
    }

    pub(super) fn store(&self, sql: &SqlStorage) -> Result<()> {
        let text = |text: &Option<String>| match text {
            Some(text) => SqlStorageValue::from(text.clone()),
            None => SqlStorageValue::Null,
        };
        run(
            sql,
            "INSERT OR REPLACE INTO secret
             (id, version, revision, seen, released, created_at, updated_at, policy, key_id, value)
             VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                integer(self.version),
                integer(self.revision),
                integer(self.seen),
                integer(self.released),
                integer(self.created_at),
                integer(self.updated_at),
                text(&self.policy),
                text(&self.key_id),
                text(&self.value),
            ],
        )
    }

    pub(super) fn sealed(&self) -> Option<SealedValue> {
        Some(SealedValue {
            key_id: self.key_id.clone()?,
            bytes: hex::decode(self.value.as_ref()?).ok()?,
        })
    }
}

/// Makes the tables, before the first row of any.
pub(super) fn prepare(sql: &SqlStorage) -> Result<()> {
    SCHEMA
        .iter()
        .try_for_each(|statement| run(sql, statement, Vec::new()))
}

/// Uses a token up. False when it was used before: the insertion is the check.
pub(super) fn claim(sql: &SqlStorage, token_sha256: &str, until: UnixTime) -> Result<bool> {
    #[derive(Deserialize)]
    struct Claimed {}
    let claimed: Vec<Claimed> = query(
        sql,
        "INSERT INTO used VALUES (?, ?) ON CONFLICT (token_sha256) DO NOTHING
         RETURNING token_sha256",
        vec![token_sha256.into(), integer(until.as_secs())],
    )?;
    Ok(claimed.len() == 1)
}

/// Records a release.
pub(super) fn record(
    sql: &SqlStorage,
    at: UnixTime,
    version: u64,
    token_sha256: &str,
    policy_sha256: &str,
) -> Result<()> {
    run(
        sql,
        "INSERT INTO releases (at, version, token_sha256, policy_sha256) VALUES (?, ?, ?, ?)",
        vec![
            integer(at.as_secs()),
            integer(version),
            token_sha256.into(),
            policy_sha256.into(),
        ],
    )?;
    run(
        sql,
        "DELETE FROM releases WHERE id <= (SELECT max(id) FROM releases) - ?",
        vec![integer(RELEASES)],
    )
}

/// Forgets uses that ended at `now`, and tells when the next one ends.
pub(super) fn sweep(sql: &SqlStorage, now: UnixTime) -> Result<Option<UnixTime>> {
    #[derive(Deserialize)]
    struct Next {
        next: Option<u64>,
    }
    run(
        sql,
        "DELETE FROM used WHERE until <= ?",
        vec![integer(now.as_secs())],
    )?;
    let rows: Vec<Next> = query(sql, "SELECT min(until) AS next FROM used", Vec::new())?;
    Ok(rows
        .first()
        .and_then(|row| row.next)
        .map(UnixTime::from_secs))
}
