//! Who is asking: a person with a browser, or a program.

use worker::Request;

use crate::http::header;

/// Whether the caller names HTML among what it takes. `curl` sends `*/*`, which does not count.
pub(crate) fn is_browser(request: &Request) -> bool {
    header(request, "Accept").is_some_and(|accept| {
        accept.split(',').any(|range| {
            range
                .split(';')
                .next()
                .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/html"))
        })
    })
}
