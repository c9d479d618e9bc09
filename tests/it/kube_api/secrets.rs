//! No secret value is asked for, or ever in the process.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use super::{Exporter, SMALL, count};
use crate::api_server::made;
use crate::api_server::request::Form;
use crate::api_server::{ApiServer, Streaming};

/// The value, in no other object.
const VALUE: &str = "dGhlLXZhbHVlLXRoYXQtbm9ib2R5LW1heS1zZWU";

/// Whether the memory of a process holds these bytes anywhere.
fn remembers(pid: u32, needle: &[u8]) -> bool {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    maps.lines().any(|line| {
        let range = line.split(' ').next().unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let address = |text| u64::from_str_radix(text, 16).unwrap();
        let (start, end) = (address(start), address(end));
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        // The kernel's own pages cannot be read.
        let is_readable = line.contains(" rw-p ") && memory.read_exact_at(&mut bytes, start).is_ok();
        is_readable && bytes.windows(needle.len()).any(|window| window == needle)
    })
}

#[test]
fn no_value_of_a_secret_enters_the_process() {
    for streaming in [Streaming::Known, Streaming::Refused] {
        let server = ApiServer::start(SMALL.world());
        server.change(|state| {
            state.world.put("secrets", made::secret(7, VALUE));
            state.streaming = streaming;
        });
        let exporter = Exporter::ready(&server, &["--resources=secrets,configmaps"]);
        assert_eq!(count(&exporter.text(), "kube_secret_info{"), 5);
        assert!(
            exporter
                .text()
                .contains(r#"kube_secret_type{namespace="team-07",secret="secret-7",type="Opaque"} 1"#)
        );
        server.change(|state| state.world.put("secrets", made::secret(8, VALUE)));
        exporter.wait_for(r#"secret="secret-8""#);
        let asked = server.asked(|request| !request.plural().is_empty());
        let forms: Vec<_> = asked
            .iter()
            .map(|request| request.answered.map(|(form, _)| form))
            .collect();
        assert!(
            !forms.contains(&Some(Form::Whole)) && !forms.contains(&None),
            "{asked:#?}"
        );
        assert!(exporter.lines(&["level=WARN"]).is_empty());

        assert!(
            remembers(exporter.daemon.pid(), b"secret-7"),
            "the search finds what is there"
        );
        assert!(!remembers(exporter.daemon.pid(), VALUE.as_bytes()));
    }
}
