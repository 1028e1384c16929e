//! What the launcher of Confidential Space measures, event by event.

use std::collections::BTreeMap;

use super::tlv::Tlv;
use crate::eventlog::LogDefect;

/// What a Confidential Space launched, in the launcher's own words. Only
/// [`super::CanonicalLog::explain`] makes one.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launch {
    /// The container.
    pub container: LaunchedContainer,
    /// How far the launch had come when the registers were quoted.
    pub outcome: LaunchOutcome,
    /// Whether the health of the machine's memory is monitored, where the launcher says so.
    pub memory_monitored: Option<bool>,
    /// The confidential-computing mode of the machine's GPUs, where the launcher says so.
    pub gpu_mode: Option<GpuMode>,
    /// The evidence of the machine's GPUs (`confidential_space.NvidiaAttestationReport`), where the
    /// launcher measured any. Nobody has verified it.
    pub gpu_evidence: Option<Vec<u8>>,
}

/// A container as it was launched.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaunchedContainer {
    /// The image as it was asked for, such as `docker.io/library/hello-world:latest`.
    pub image_reference: Option<String>,
    /// The digest of the image's manifest, such as `sha256:…`.
    pub image_digest: Option<String>,
    /// The digest of the image's configuration.
    pub image_id: Option<String>,
    /// When the container is started again.
    pub restart_policy: Option<RestartPolicy>,
    /// The command line.
    pub args: Vec<String>,
    /// The environment. Of two values of one name the later counts.
    pub env_vars: BTreeMap<String, String>,
    /// Arguments that the operator gave.
    pub overridden_args: Vec<String>,
    /// Variables that the operator gave.
    pub overridden_env_vars: BTreeMap<String, String>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// The word for it in the log and in Google's messages.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            fn from_name(name: &str) -> Option<Self> {
                [$(Self::$variant),*].into_iter().find(|value| value.name() == name)
            }
        }
    };
}

words! {
    /// When a container is started again.
    RestartPolicy {
        /// Whenever it ends.
        Always "Always",
        /// Never.
        Never "Never",
        /// When it fails.
        OnFailure "OnFailure",
    }
}

words! {
    /// The confidential-computing mode of GPUs.
    GpuMode {
        /// On, but open to the developer.
        DevTools "DEVTOOLS",
        /// Off.
        Off "OFF",
        /// On.
        On "ON",
        /// Not set.
        Unset "UNSET",
    }
}

/// How far a launch has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LaunchOutcome {
    /// The launcher says that it failed.
    Failed,
    /// All is said, and the container starts.
    Launched,
    /// More may come: no separator was measured.
    #[default]
    Pending,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LaunchEvent {
    Arg(String),
    EnvVar(String, String),
    GpuEvidence(Vec<u8>),
    GpuMode(GpuMode),
    ImageDigest(String),
    ImageId(String),
    ImageReference(String),
    MemoryMonitor(bool),
    OverriddenArg(String),
    OverriddenEnvVar(String, String),
    RestartPolicy(RestartPolicy),
    Separator(LaunchOutcome),
}

impl LaunchEvent {
    /// Reads the value of a content element: one element that fills it.
    ///
    /// Not checked here: whether the event can stand where it does.
    pub(super) fn parse(value: &[u8]) -> Result<Self, LogDefect> {
        let mut rest = value;
        let content = Tlv::take(&mut rest)
            .filter(|_| rest.is_empty())
            .ok_or(LogDefect::Malformed)?;
        let text = || text(content.value);
        Ok(match content.kind {
            0 => Self::ImageReference(text()?),
            1 => Self::ImageDigest(text()?),
            2 => {
                Self::RestartPolicy(RestartPolicy::from_name(&text()?).ok_or(LogDefect::Malformed)?)
            }
            3 => Self::ImageId(text()?),
            4 => Self::Arg(text()?),
            5 => {
                let (name, value) = env_var(&text()?)?;
                Self::EnvVar(name, value)
            }
            6 => Self::OverriddenArg(text()?),
            7 => {
                let (name, value) = env_var(&text()?)?;
                Self::OverriddenEnvVar(name, value)
            }
            // Its content is why the launch failed, if it did.
            8 if content.value.is_empty() => Self::Separator(LaunchOutcome::Launched),
            8 => Self::Separator(LaunchOutcome::Failed),
            9 => match content.value {
                [0] => Self::MemoryMonitor(false),
                [1] => Self::MemoryMonitor(true),
                _ => return Err(LogDefect::Malformed),
            },
            10 => Self::GpuMode(GpuMode::from_name(&text()?).ok_or(LogDefect::Malformed)?),
            11 => Self::GpuEvidence(content.value.to_vec()),
            _ => return Err(LogDefect::Type),
        })
    }
}

fn text(bytes: &[u8]) -> Result<String, LogDefect> {
    String::from_utf8(bytes.to_vec()).map_err(|_| LogDefect::Text)
}

/// `NAME=value`, the name of letters, digits and underscores.
fn env_var(text: &str) -> Result<(String, String), LogDefect> {
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.split_once('=')
        .filter(|(name, _)| {
            name.chars().all(word) && name.starts_with(|first: char| !first.is_ascii_digit())
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or(LogDefect::Malformed)
}

impl Launch {
    /// What the events say together; else the number of the one that cannot be there, and why.
    pub(super) fn of<'a>(
        events: impl Iterator<Item = &'a LaunchEvent>,
    ) -> Result<Self, (usize, LogDefect)> {
        let mut launch = Self::default();
        for (number, event) in events.enumerate() {
            launch.add(event).map_err(|defect| (number, defect))?;
        }
        Ok(launch)
    }

    fn add(&mut self, event: &LaunchEvent) -> Result<(), LogDefect> {
        // What is measured after it is the container's word, not the launcher's.
        if self.outcome != LaunchOutcome::Pending {
            return Err(LogDefect::AfterSeparator);
        }
        let container = &mut self.container;
        match event {
            LaunchEvent::Arg(arg) => container.args.push(arg.clone()),
            LaunchEvent::EnvVar(name, value) => {
                container.env_vars.insert(name.clone(), value.clone());
            }
            LaunchEvent::GpuEvidence(evidence) => once(&mut self.gpu_evidence, evidence)?,
            LaunchEvent::GpuMode(mode) => once(&mut self.gpu_mode, mode)?,
            LaunchEvent::ImageDigest(digest) => once(&mut container.image_digest, digest)?,
            LaunchEvent::ImageId(id) => once(&mut container.image_id, id)?,
            LaunchEvent::ImageReference(reference) => {
                once(&mut container.image_reference, reference)?;
            }
            LaunchEvent::MemoryMonitor(monitored) => once(&mut self.memory_monitored, monitored)?,
            LaunchEvent::OverriddenArg(arg) => container.overridden_args.push(arg.clone()),
            LaunchEvent::OverriddenEnvVar(name, value) => {
                let variables = &mut container.overridden_env_vars;
                variables.insert(name.clone(), value.clone());
            }
            LaunchEvent::RestartPolicy(policy) => once(&mut container.restart_policy, policy)?,
            LaunchEvent::Separator(outcome) => self.outcome = *outcome,
        }
        Ok(())
    }
}

fn once<T: Clone>(slot: &mut Option<T>, value: &T) -> Result<(), LogDefect> {
    match slot.replace(value.clone()) {
        None => Ok(()),
        Some(_) => Err(LogDefect::Repeated),
    }
}
