//! The server's version as labels, from `version()`.
//!
//! A part of the default metrics in both contracts: it carries the label `server`.

use metrics_registry::Family;

use crate::samples::Samples;
use crate::session::Identity;

const STATIC: Family<2> = Family::untyped(
    "pg_static",
    "Always 1; the labels hold the version of the server.",
    ["short_version", "version"],
);

/// Writes what was asked at the start of the scrape.
pub(crate) fn write(identity: &Identity, samples: &mut Samples<'_>) {
    samples.sample(&STATIC, [&identity.version.to_string(), &identity.text], 1.0);
}
