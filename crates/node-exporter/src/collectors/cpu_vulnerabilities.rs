//! Weaknesses of the processor and what the kernel does about them, from `/sys/devices/system/cpu/vulnerabilities`.
//!
//! Each file holds a state and, behind it, how it is mitigated: `Mitigation: PTI`.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const DIRECTORY: &str = "devices/system/cpu/vulnerabilities";

const INFO: Family<3> = Family::gauge(
    "node_cpu_vulnerabilities_info",
    "Always 1; whether the processor has a weakness, and what is done about it.",
    ["codename", "mitigation", "state"],
);

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for codename in node.paths.list_sys(DIRECTORY)? {
        let text = node.paths.read_sys(&format!("{DIRECTORY}/{codename}"))?;
        let (state, mitigation) = parse(&text);
        out.sample(&INFO, [&codename, mitigation, state], 1.0);
    }
    Ok(())
}

/// State and mitigation. What begins in another way (`KVM: Mitigation: …`) is kept whole, with the state unknown.
fn parse(text: &str) -> (&'static str, &str) {
    if text.starts_with("Not affected") {
        return ("not affected", "");
    }
    for (start, state) in [("Vulnerable", "vulnerable"), ("Mitigation", "mitigation")] {
        if let Some(rest) = text.strip_prefix(start) {
            return (state, rest.trim_start_matches([':', ',', ';', ' ']));
        }
    }
    ("unknown", text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::samples;

    #[test]
    fn states() {
        for (text, state, mitigation) in [
            ("Not affected", "not affected", ""),
            ("Vulnerable", "vulnerable", ""),
            ("Vulnerable: No microcode", "vulnerable", "No microcode"),
            ("Vulnerable, KVM: SW loop", "vulnerable", "KVM: SW loop"),
            ("Mitigation: CSV2, BHB", "mitigation", "CSV2, BHB"),
            (
                "KVM: Mitigation: VMX disabled",
                "unknown",
                "KVM: Mitigation: VMX disabled",
            ),
            ("", "unknown", ""),
        ] {
            assert_eq!(parse(text), (state, mitigation), "{text:?}");
        }
    }

    #[test]
    fn one_file_each() {
        let files = [
            ("sys/devices/system/cpu/vulnerabilities/mds", "Not affected\n"),
            (
                "sys/devices/system/cpu/vulnerabilities/spectre_v2",
                "Mitigation: CSV2, BHB\n",
            ),
        ];
        expect_test::expect![[r#"
            node_cpu_vulnerabilities_info{codename="mds",mitigation="",state="not affected"} 1
            node_cpu_vulnerabilities_info{codename="spectre_v2",mitigation="CSV2, BHB",state="mitigation"} 1
        "#]]
        .assert_eq(&samples(collect, &[], &files));
        expect_test::expect![[r#"
            no data
        "#]]
        .assert_eq(&samples(collect, &[], &[]));
    }
}
