//! Signature checks by the runtime's `WebCrypto`, several times faster than arithmetic in wasm.

use std::cell::RefCell;
use std::collections::HashMap;

use js_sys::{Array, JSON, Object, Reflect};
use sealgate_core::{Algorithm, SignatureAnswer, SignatureCheck};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey, SubtleCrypto};

/// Imported keys that an isolate keeps. Issuers have two at a time.
const KEPT_KEYS: usize = 32;

thread_local! {
    /// Imported keys by RFC 7638 thumbprint. Losing it costs an import.
    static KEYS: RefCell<HashMap<[u8; 32], CryptoKey>> = RefCell::new(HashMap::new());
}

/// Answers a check with the host's crypto, or with the core's where the host cannot.
pub(crate) async fn answer(check: &SignatureCheck) -> SignatureAnswer {
    match verify(check).await {
        Ok(true) => SignatureAnswer::Valid,
        Ok(false) => SignatureAnswer::Invalid,
        Err(_) => check.verify(),
    }
}

async fn verify(check: &SignatureCheck) -> Result<bool, JsValue> {
    let subtle = subtle()?;
    let algorithm = match check.algorithm() {
        Algorithm::Rs256 => object(&[
            ("name", "RSASSA-PKCS1-v1_5".into()),
            ("hash", "SHA-256".into()),
        ])?,
        _ => return Err(JsValue::NULL),
    };
    let key = import(&subtle, check, &algorithm).await?;
    let promise = subtle.verify_with_object_and_js_u8_array_and_js_u8_array(
        &algorithm,
        &key,
        &js_sys::Uint8Array::from(check.signature()),
        &js_sys::Uint8Array::from(check.message()),
    )?;
    Ok(JsFuture::from(promise).await?.is_truthy())
}

async fn import(
    subtle: &SubtleCrypto,
    check: &SignatureCheck,
    algorithm: &Object,
) -> Result<CryptoKey, JsValue> {
    let thumbprint = check.key().thumbprint();
    if let Some(key) = KEYS.with_borrow(|keys| keys.get(&thumbprint).cloned()) {
        return Ok(key);
    }
    let jwk: Object = JSON::parse(&check.key().to_jwk())?.dyn_into()?;
    let usages = Array::of1(&"verify".into());
    let promise = subtle.import_key_with_object("jwk", &jwk, algorithm, false, &usages)?;
    let key: CryptoKey = JsFuture::from(promise).await?.dyn_into()?;
    KEYS.with_borrow_mut(|keys| {
        if keys.len() >= KEPT_KEYS {
            keys.clear();
        }
        keys.insert(thumbprint, key.clone());
    });
    Ok(key)
}

fn subtle() -> Result<SubtleCrypto, JsValue> {
    let crypto: Crypto = Reflect::get(&js_sys::global(), &"crypto".into())?.unchecked_into();
    Ok(crypto.subtle())
}

fn object(members: &[(&str, JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object)
}
