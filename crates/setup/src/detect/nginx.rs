//! nginx, as `nginx -T` shows its configuration.

use crate::facts::Nginx;
use crate::machine::Machine;
use crate::{check, nginx_config};

/// How the page of `stub_status` begins.
const PAGE: &str = "Active connections:";

pub(super) fn find(machine: &Machine) -> Nginx {
    let said = machine.ask("nginx", &["-T"]).unwrap_or_default();
    let mut places = nginx_config::status_places(&said.out);
    // One that answers; an allow list may keep this machine out of it.
    places.retain(|place| {
        let answer = check::get(&place.address, &place.path);
        answer.is_ok_and(|answer| answer.status == 200 && answer.body.starts_with(PAGE))
    });
    Nginx {
        status_uri: places
            .first()
            .map(|place| format!("http://{}{}", place.address, place.path)),
        reads_conf_d: nginx_config::reads_conf_d(&said.out),
    }
}
