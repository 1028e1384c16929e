//! What a fact about a machine can be, so that the documentation of all facts comes from the types.

use std::collections::BTreeMap;

/// The kind of value that a fact has in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// Text.
    Text,
    /// A list.
    List(&'static FactKind),
    /// Values by name, where the names come from the machine.
    Map(&'static FactKind),
    /// Facts by name.
    Object(&'static [FactField]),
}

/// A fact in an object of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactField {
    /// Its name in a condition.
    pub name: &'static str,
    /// What it is.
    pub kind: FactKind,
    /// What vouches for it: registers, quote, or certificate.
    pub source: &'static str,
    /// What it means, in a sentence.
    pub meaning: &'static str,
}

/// A type that a fact can have.
pub(super) trait Fact {
    const KIND: FactKind;

    /// Whether there is nothing to say: then the name is absent, never an empty value.
    fn is_absent(&self) -> bool {
        false
    }
}

impl Fact for bool {
    const KIND: FactKind = FactKind::Boolean;
}

impl Fact for String {
    const KIND: FactKind = FactKind::Text;
}

impl Fact for u32 {
    const KIND: FactKind = FactKind::Integer;
}

impl Fact for u64 {
    const KIND: FactKind = FactKind::Integer;
}

impl<F: Fact> Fact for Option<F> {
    const KIND: FactKind = F::KIND;

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<F: Fact> Fact for Vec<F> {
    const KIND: FactKind = FactKind::List(&F::KIND);
}

impl<F: Fact> Fact for BTreeMap<String, F> {
    const KIND: FactKind = FactKind::Map(&F::KIND);
}

/// Declares objects of facts: name, type, what vouches for it, what it means.
macro_rules! facts {
    ($(
        $(#[$attribute:meta])*
        $object:ident {
            $($name:ident: $kind:ty, $source:literal, $meaning:literal;)*
        }
    )*) => {
        $(
            $(#[$attribute])*
            #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
            pub struct $object {
                $(
                    #[doc = $meaning]
                    #[serde(skip_serializing_if = "Fact::is_absent")]
                    pub $name: $kind,
                )*
            }

            impl Fact for $object {
                const KIND: FactKind = FactKind::Object(&[
                    $(FactField {
                        name: stringify!($name),
                        kind: <$kind as Fact>::KIND,
                        source: $source,
                        meaning: $meaning,
                    },)*
                ]);
            }
        )*
    };
}

pub(super) use facts;
