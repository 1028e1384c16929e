//! The object `Index`: the names of all secrets, for listing. It decides nothing.

use sealgate_core::SecretName;
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, Result, SqlStorage, State, durable_object};

use super::sql::{integer, query, run};
use crate::call::{TIME_OUT, call, question, reply};
use crate::problem::Problem;

const BINDING: &str = "INDEX";
/// There is one.
const NAME: &str = "index";
/// Names in one answer.
const PAGE: u64 = 1000;

#[derive(Serialize, Deserialize)]
enum Question {
    Add { name: String },
    Generation { name: String },
    Page { after: String },
    Remove { name: String, generation: u64 },
}

/// A page of names, in order.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Names {
    pub(crate) names: Vec<String>,
    pub(crate) more: bool,
}

/// Writes a name. Each time counts as a new generation of the entry.
pub(crate) async fn add(env: &Env, name: &SecretName) -> std::result::Result<(), Problem> {
    let question = Question::Add {
        name: name.as_str().to_owned(),
    };
    call::<_, u64>(env, BINDING, NAME, TIME_OUT, &question)
        .await
        .map(|_| ())
}

/// The generation of an entry, to be given to [`remove`].
pub(crate) async fn generation(env: &Env, name: &SecretName) -> std::result::Result<u64, Problem> {
    call(
        env,
        BINDING,
        NAME,
        TIME_OUT,
        &Question::Generation {
            name: name.as_str().to_owned(),
        },
    )
    .await
}

/// Removes a name, unless it was added again since `generation`.
pub(crate) async fn remove(
    env: &Env,
    name: &SecretName,
    generation: u64,
) -> std::result::Result<(), Problem> {
    let question = Question::Remove {
        name: name.as_str().to_owned(),
        generation,
    };
    call::<_, u64>(env, BINDING, NAME, TIME_OUT, &question)
        .await
        .map(|_| ())
}

/// The names after `after`.
pub(crate) async fn page(env: &Env, after: &str) -> std::result::Result<Names, Problem> {
    call(
        env,
        BINDING,
        NAME,
        TIME_OUT,
        &Question::Page {
            after: after.to_owned(),
        },
    )
    .await
}

/// The object.
#[durable_object]
pub struct Index {
    sql: SqlStorage,
}

#[derive(Deserialize)]
struct Row {
    name: String,
}

#[derive(Deserialize)]
struct Generation {
    generation: u64,
}

impl DurableObject for Index {
    fn new(state: State, _env: Env) -> Self {
        Self {
            sql: state.storage().sql(),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        run(
            &self.sql,
            // AUTOINCREMENT: a generation never comes back, also after its entry was removed.
            "CREATE TABLE IF NOT EXISTS names
             (generation INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE)",
            Vec::new(),
        )?;
        match question(&mut request).await? {
            Question::Add { name } => {
                run(
                    &self.sql,
                    "INSERT OR REPLACE INTO names (name) VALUES (?)",
                    vec![name.into()],
                )?;
                reply(Ok(0))
            }
            Question::Generation { name } => {
                let rows: Vec<Generation> = query(
                    &self.sql,
                    "SELECT generation FROM names WHERE name = ?",
                    vec![name.into()],
                )?;
                reply(Ok(rows.first().map_or(0, |row| row.generation)))
            }
            Question::Page { after } => {
                let mut rows: Vec<Row> = query(
                    &self.sql,
                    "SELECT name FROM names WHERE name > ? ORDER BY name LIMIT ?",
                    vec![after.into(), integer(PAGE + 1)],
                )?;
                let more = rows.len() as u64 > PAGE;
                rows.truncate(PAGE as usize);
                reply(Ok(Names {
                    names: rows.into_iter().map(|row| row.name).collect(),
                    more,
                }))
            }
            Question::Remove { name, generation } => {
                run(
                    &self.sql,
                    "DELETE FROM names WHERE name = ? AND generation = ?",
                    vec![name.into(), integer(generation)],
                )?;
                reply(Ok(0))
            }
        }
    }
}
