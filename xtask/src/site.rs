//! `target/sealgate/www`: the token page, with the npm package that verifies beside it.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::folder::Staged;
use crate::layout::Layout;
use crate::package;
use crate::stamp::Stamp;
use crate::step::Outcome;

pub(crate) fn folder(layout: &Layout) -> PathBuf {
    layout.sealgate().join("www")
}

pub(crate) fn assemble(layout: &Layout) -> Result<Outcome, Failure> {
    let sources = layout.root.join("www");
    let package = package::folder(layout);
    let destination = folder(layout);
    let stamp = Stamp::new(layout, "www").path(&sources)?.path(&package)?;
    if stamp.is_current(&[&destination]) {
        return Ok(Outcome::UpToDate);
    }
    stamp.forget();

    let staged = Staged::new(layout, "www")?;
    staged.copy_contents(&sources, &["node_modules", "screenshots"])?;
    staged.copy(&package, "verifier")?;
    staged.finish(&destination)?;
    stamp.keep()?;
    Ok(Outcome::Done)
}
