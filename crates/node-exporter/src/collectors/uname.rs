//! Kernel and host name, from the system call uname.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const INFO: Family<6> = Family::gauge(
    "node_uname_info",
    "What uname tells of this machine, as labels; always 1.",
    [
        "domainname",
        "machine",
        "nodename",
        "release",
        "sysname",
        "version",
    ],
);

#[expect(
    clippy::unnecessary_wraps,
    reason = "the signature that every collector has; uname cannot fail"
)]
pub(super) fn collect(_node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let uname = rustix::system::uname();
    let values = [
        uname.domainname(),
        uname.machine(),
        uname.nodename(),
        uname.release(),
        uname.sysname(),
        uname.version(),
    ]
    .map(|value| value.to_string_lossy());
    out.sample(&INFO, std::array::from_fn(|index| &*values[index]), 1.0);
    Ok(())
}
