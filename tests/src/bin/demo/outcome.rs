//! How a step of the demonstration ends: well, or with a sentence.

/// A value, or one sentence that says what went wrong.
pub(crate) type Outcome<T> = Result<T, String>;

/// Says what was done when an error came up.
pub(crate) trait While<T> {
    fn while_doing(self, what: &str) -> Outcome<T>;
}

impl<T, E: std::fmt::Display> While<T> for Result<T, E> {
    fn while_doing(self, what: &str) -> Outcome<T> {
        self.map_err(|error| format!("{what}: {error}"))
    }
}
