//! Statements and transactions of an object's SQLite storage.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use worker::{SqlStorage, SqlStorageValue, State};

/// Runs a statement and reads its rows.
pub(crate) fn query<T: DeserializeOwned>(
    sql: &SqlStorage,
    statement: &str,
    bindings: Vec<SqlStorageValue>,
) -> worker::Result<Vec<T>> {
    sql.exec(statement, bindings)?.to_array()
}

/// Runs a statement.
pub(crate) fn run(
    sql: &SqlStorage,
    statement: &str,
    bindings: Vec<SqlStorageValue>,
) -> worker::Result<()> {
    sql.exec(statement, bindings).map(|_| ())
}

/// An integer as SQLite and JavaScript both keep it exactly.
pub(crate) fn integer(value: u64) -> SqlStorageValue {
    i64::try_from(value)
        .ok()
        .and_then(|value| SqlStorageValue::try_from_i64(value).ok())
        .unwrap_or(SqlStorageValue::Null)
}

/// Runs `turn` in one transaction: an `Err` undoes everything that it wrote.
///
/// Without this an error after a first statement would leave that statement's effect. `turn` cannot
/// await, so nothing else happens in the object meanwhile. The runtime's `transactionSync` is not
/// wrapped by the `worker` crate, and is called by name.
pub(crate) fn transaction<T: 'static, E: 'static>(
    state: &State,
    turn: impl FnOnce(&SqlStorage) -> Result<T, E> + 'static,
) -> worker::Result<Result<T, E>> {
    let storage = state.storage();
    let sql = storage.sql();
    let outcome: Rc<RefCell<Option<Result<T, E>>>> = Rc::default();
    let inside = Rc::clone(&outcome);
    let closure = Closure::once(move || -> Result<(), JsValue> {
        let result = turn(&sql);
        let undo = result.is_err();
        *inside.borrow_mut() = Some(result);
        if undo {
            Err(JsValue::from_str("undone"))
        } else {
            Ok(())
        }
    });
    let raw: &JsValue = storage.as_raw().as_ref();
    let method: Function = Reflect::get(raw, &"transactionSync".into())?.dyn_into()?;
    let called = method.call1(raw, closure.as_ref());
    match (called, outcome.take()) {
        (Ok(_), Some(result)) | (Err(_), Some(result @ Err(_))) => Ok(result),
        // The turn was content and the commit failed: nothing was written.
        (Err(error), _) => Err(error.into()),
        (Ok(_), None) => Err(worker::Error::RustError(
            "the transaction did not run".to_owned(),
        )),
    }
}
