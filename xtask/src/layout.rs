//! Where things lie. Everything that xtask makes or installs is below `target/`.

use std::env;
use std::path::{Path, PathBuf};

pub(crate) struct Layout {
    pub(crate) root: PathBuf,
}

impl Layout {
    /// The checkout that this xtask belongs to, as `cargo run` tells it.
    pub(crate) fn find() -> Self {
        let root = env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .and_then(|xtask| xtask.parent().map(Path::to_path_buf))
            .or_else(|| env::current_dir().ok())
            .unwrap_or_default();
        Self { root }
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// Installed tools, and what is known about the state of the build.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target().join("tools")
    }

    /// The built agent.
    pub(crate) fn agent(&self) -> PathBuf {
        self.target().join("release/cvm-agent")
    }

    /// What `build` leaves.
    pub(crate) fn sealgate(&self) -> PathBuf {
        self.target().join("sealgate")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.sealgate().join("log")
    }

    /// One target folder for every wasm build, so that they share their dependencies.
    pub(crate) fn wasm_target(&self) -> PathBuf {
        self.target().join("wasm")
    }
}
