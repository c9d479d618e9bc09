//! Where samples are sent as line protocol: the sections under `influxdb_write`, checked.

use std::path::Path;
use std::time::Duration;

use settings::document::{Error, Refused};
use settings::read::At;

use super::budget::BudgetLimits;
use super::http::{Credentials, HttpSettings, Parts, SecretSource};
use super::raw;
use super::remote_write::{Message, QueueSettings, RemoteWrite, short_name};
use crate::target::Url;

/// A receiver that takes line protocol, as [`RemoteWrite`] has it.
pub(super) fn check(raw: At<raw::InfluxdbWrite>, file: &Path) -> Result<RemoteWrite, Error> {
    let At {
        value: mut raw,
        place,
    } = raw;
    let refuse = |refused: Refused| Error::of(file, refused);
    let missing = |key: &str| refuse((place, format!("influxdb_write has no {key}")));
    let url = raw.url.take().ok_or_else(|| missing("url"))?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let bucket = given(raw.bucket.take()).ok_or_else(|| missing("bucket"))?;
    // InfluxDB 3 and the 1.x compatibility know no organisation.
    let org = given(raw.org.take()).unwrap_or_default();
    let token = match (raw.token.take(), raw.token_file.take()) {
        (Some(token), None) => SecretSource::Inline(token),
        (None, Some(path)) => SecretSource::File(file.parent().unwrap_or(Path::new("")).join(path)),
        (None, None) => return Err(missing("token or token_file")),
        (Some(_), Some(_)) => {
            let reason = "at most one of influxdb_write token and token_file must be given";
            return Err(refuse((place, reason.into())));
        }
    };
    let parts = Parts {
        tls: raw.tls_config.take(),
        proxy_url: raw.proxy_url.take(),
        headers: raw.http_headers.take(),
        follow_redirects: Some(false),
        ..Parts::default()
    };
    let base = Url::parse(&url.value).map_err(|reason| refuse((url.place, reason)))?;
    let write = base
        .write_of_influx(&org, &bucket)
        .map_err(|reason| refuse((url.place, reason)))?;
    let http = HttpSettings {
        credentials: Credentials::Scheme {
            scheme: "Token".into(),
            credentials: token,
        },
        ..HttpSettings::check(parts, file, place)?
    };
    Ok(RemoteWrite {
        name: given(raw.name.take()).unwrap_or_else(|| short_name(&write)),
        url: write,
        message: Message::Influx,
        timeout: raw
            .remote_timeout
            .map_or(Duration::from_secs(30), |timeout| timeout.0),
        headers: Default::default(),
        relabel: raw.write_relabel_configs.take().unwrap_or_default(),
        http,
        queue: QueueSettings::check(raw.queue_config.take().unwrap_or_default()),
        budget: BudgetLimits::check(raw.budget.take().unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{parse, refused};

    #[test]
    fn influxdb_and_budgets() {
        let config = parse(
            "influxdb_write:\n  - {url: 'https://cloud', org: my org, bucket: b, token: hunter2, budget: {series: 10, bytes_per_month: 1GB}}\n",
        )
        .unwrap();
        let receiver = &config.remote_write[0];
        assert_eq!(
            receiver.url.to_string(),
            "https://cloud/api/v2/write?org=my%20org&bucket=b&precision=ms"
        );
        assert_eq!(
            (
                receiver.budget.series,
                receiver.budget.bytes_per_month,
                receiver.budget.samples_per_day
            ),
            (Some(10), Some(1 << 30), None)
        );
        for (section, expect) in [
            ("{bucket: b, token: t}", "5: influxdb_write has no url"),
            ("{url: 'http://x', token: t}", "5: influxdb_write has no bucket"),
            (
                "{url: 'http://x', bucket: b}",
                "5: influxdb_write has no token or token_file",
            ),
            (
                "{url: 'http://x', bucket: b, token: t, token_file: f}",
                "5: at most one of influxdb_write token and token_file must be given",
            ),
            (
                "{url: 'http://x', bucket: b, token: t, buget: {}}",
                r#"44: unknown key "buget", did you mean "budget"?"#,
            ),
        ] {
            refused(
                &format!("influxdb_write:\n  - {section}\n"),
                &format!("/etc/pi/prometheus.yml:2:{expect}"),
            );
        }
    }
}
