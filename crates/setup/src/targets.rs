//! What a Prometheus needs to find the daemons of this machine.

use serde_json::json;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The label `job`.
    pub job: &'static str,
    /// `pi-one:9100`.
    pub address: String,
    /// The label `instance`: the machine's name, not its port.
    pub instance: String,
}

/// A file for `file_sd_configs`, one group a daemon.
#[must_use]
pub fn file_sd(targets: &[Target]) -> String {
    let groups = targets.iter().map(|target| {
        json!({
            "targets": [target.address],
            "labels": {"job": target.job, "instance": target.instance},
        })
    });
    let groups: Vec<_> = groups.collect();
    format!("{:#}\n", serde_json::Value::from(groups))
}

/// Jobs for `scrape_configs` of a prometheus.yml.
#[must_use]
pub fn jobs(targets: &[Target]) -> String {
    let mut text = "scrape_configs:\n".to_owned();
    for target in targets {
        text.push_str(&format!(
            "  - job_name: {}\n    static_configs:\n      - targets: [\"{}\"]\n        labels: {{instance: \"{}\"}}\n",
            target.job, target.address, target.instance
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn both_forms() {
        let targets = [Target {
            job: "node",
            address: "pi-one:9100".to_owned(),
            instance: "pi-one".to_owned(),
        }];
        expect![[r#"
            [
              {
                "labels": {
                  "instance": "pi-one",
                  "job": "node"
                },
                "targets": [
                  "pi-one:9100"
                ]
              }
            ]
        "#]]
        .assert_eq(&file_sd(&targets));
        expect![[r#"
            scrape_configs:
              - job_name: node
                static_configs:
                  - targets: ["pi-one:9100"]
                    labels: {instance: "pi-one"}
        "#]]
        .assert_eq(&jobs(&targets));
    }
}
