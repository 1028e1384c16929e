//! Releasing a secret: names, doors, owners, values at rest, and the decision itself.

mod admission;
mod name;
mod origin;
mod owner;
mod root_key;

pub use admission::{admit, object_time, used_until};
pub use name::SecretName;
pub use origin::{Door, Origin, PlainHttp};
pub use owner::{Owner, Owners, Right};
pub use root_key::{RootKeys, SealedValue};
