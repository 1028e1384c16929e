//! What events say, decoded for people.

use super::image::ImageLoad;
use super::tag::TaggedEvent;
use super::{Event, EventType, MeasuredEvent};

/// What an event says: a name for it and its decoded parts.
///
/// All of it comes from the log. Whoever prints it must escape it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// What it is, such as `separator`.
    pub what: &'static str,
    /// Its parts, by name.
    pub parts: Vec<(&'static str, String)>,
}

impl Event<'_> {
    /// What the event says, decoded. Nothing of it is checked.
    pub fn describe(&self) -> Description {
        describe(self.register(), self.event_type(), self.data())
    }
}

impl MeasuredEvent<'_> {
    /// What the event says, decoded. Of it, only what [`Self::digest_verified`] covers is proved.
    pub fn describe(&self) -> Description {
        describe(u32::from(self.register.value()), self.event_type, self.data)
    }
}

fn describe(register: u32, event_type: EventType, data: &[u8]) -> Description {
    let _ = register;
    let (what, parts) = match event_type {
        EventType::EFI_BOOT_SERVICES_APPLICATION => (
            "EFI application",
            ImageLoad::parse(data)
                .and_then(|image| image.file())
                .map(|file| vec![("file", file)]),
        ),
        EventType::EVENT_TAG => (
            "tagged event",
            TaggedEvent::parse(data)
                .and_then(|tag| tag.name())
                .map(|name| vec![("name", name.to_owned())]),
        ),
        _ => ("data", None),
    };
    Description {
        what,
        parts: parts.unwrap_or_default(),
    }
}
