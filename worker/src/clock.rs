//! The runtime's clock, the one place where it is read and waited for.

use std::future::Future;
use std::time::Duration;

use futures_util::future::{Either, select};
use sealgate_core::UnixTime;
use worker::{Date, Delay};

pub(crate) fn millis() -> u64 {
    Date::now().as_millis()
}

pub(crate) fn now() -> UnixTime {
    UnixTime::from_secs(millis() / 1000)
}

/// What `work` comes to, or `None` when it takes longer than `limit`.
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    match select(Box::pin(work), Delay::from(limit)).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(((), _)) => None,
    }
}
