//! Claims of a token and facts of a machine as the evaluator takes them, borrowed from where they are.
//!
//! Integers become `int` wherever they fit, as every number of a JSON payload is to CEL in Google's
//! own relying party; so `assertion.exp - assertion.iat == 3600` adds up. Nothing is filled in and
//! nothing is left out.

use std::collections::HashMap;

use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt,
};
use cel::common::value::Val;
use serde_json::{Map, Value};

use crate::limits::JSON_DEPTH;

/// The claims or facts of `members`; `None` when they nest deeper than any token that was parsed here.
pub(crate) fn claims(members: &Map<String, Value>) -> Option<Box<dyn Val + '_>> {
    object(members, JSON_DEPTH)
}

fn object(members: &Map<String, Value>, depth: usize) -> Option<Box<dyn Val + '_>> {
    let inner = depth.checked_sub(1)?;
    let members = members
        .iter()
        .map(|(name, member)| {
            let name = CelMapKey::String(CelString::from(name.as_str()));
            Some((name, value(member, inner)?))
        })
        .collect::<Option<HashMap<_, _>>>()?;
    Some(Box::new(CelMap::from(members)))
}

fn value(value: &Value, depth: usize) -> Option<Box<dyn Val + '_>> {
    Some(match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(truth) => Box::new(CelBool::from(*truth)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => Box::new(CelInt::from(integer)),
            (None, Some(integer)) => Box::new(CelUInt::from(integer)),
            (None, None) => Box::new(CelDouble::from(number.as_f64()?)),
        },
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(elements) => {
            let inner = depth.checked_sub(1)?;
            let elements = elements
                .iter()
                .map(|element| self::value(element, inner))
                .collect::<Option<Vec<_>>>()?;
            Box::new(CelList::from(elements))
        }
        Value::Object(members) => return object(members, depth),
    })
}
