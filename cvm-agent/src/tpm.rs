//! The machine's TPM, through libtss2.
//!
//! Nothing that lasts is changed in it: keys are transient and flushed when a [`Tpm`] goes, and
//! what others put there stays. Authorisation is the empty password throughout, which takes no
//! session that could be left behind.

mod connection;
mod fault;
mod key;
mod nv;
mod pcr;
mod quote;
mod template;

use tss_esapi::Context;
use tss_esapi::interface_types::session_handles::AuthSession;

pub(crate) use self::fault::TpmFault;
pub(crate) use self::key::Key;
pub(crate) use self::quote::{Banks, SignedQuote};

/// A connection to a TPM.
pub(crate) struct Tpm {
    context: Context,
    /// The way to it, as it is written in a TCTI configuration.
    tcti: String,
}

impl Tpm {
    /// The way to it.
    pub(crate) fn tcti(&self) -> &str {
        &self.tcti
    }

    /// Runs what needs authorisation, with the empty password.
    fn authorized<T>(
        &mut self,
        run: impl FnOnce(&mut Context) -> tss_esapi::Result<T>,
    ) -> tss_esapi::Result<T> {
        self.context
            .execute_with_session(Some(AuthSession::Password), run)
    }
}

/// Keeps libtss2 from writing to standard error: every failure is told by us, once.
///
/// To be called before there is another thread. Who sets `TSS2_LOG` gets what it says.
#[allow(unsafe_code)]
pub(crate) fn silence_library() {
    const LOG: &str = "TSS2_LOG";
    if std::env::var_os(LOG).is_none() {
        // SAFETY: the program has no other thread yet, so none reads the environment. libtss2 can
        // be told in no other way.
        unsafe { std::env::set_var(LOG, "all+NONE") };
    }
}
