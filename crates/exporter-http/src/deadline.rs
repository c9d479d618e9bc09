//! How long a scrape may take: `X-Prometheus-Scrape-Timeout-Seconds`, less the time that the answer takes.

use std::time::Duration;

/// What Prometheus waits for unless it is told otherwise; used where a client says nothing.
const WAIT_DEFAULT: Duration = Duration::from_secs(10);
/// The longest wait that is believed. A slow database may take minutes, a forged header must not keep a scrape for days.
const WAIT_MAX: Duration = Duration::from_secs(600);
/// Kept back to encode, compress and send: 70 kB over the slowest WLAN of a Pi.
const MARGIN: Duration = Duration::from_millis(500);

/// Time to collect in. A value that is no positive number counts as none.
///
/// At most a quarter of a short wait is kept back.
pub(crate) fn collect_time(header: Option<&str>) -> Duration {
    let seconds = header
        .and_then(|text| text.trim().parse::<f64>().ok())
        .filter(|seconds| *seconds > 0.0);
    match seconds {
        None => WAIT_DEFAULT,
        Some(seconds) => {
            let wait = Duration::from_secs_f64(seconds.min(WAIT_MAX.as_secs_f64()));
            wait - MARGIN.min(wait / 4)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, milliseconds: u64) {
        assert_eq!(
            collect_time(Some(header)),
            Duration::from_millis(milliseconds),
            "{header}"
        );
    }

    #[test]
    fn less_a_margin() {
        check("10", 9500);
        check("15.000000", 14_500);
        check("1", 750);
        check("0.2", 150);
        check("1e9", 599_500);
        check("inf", 599_500);
    }

    #[test]
    fn nonsense_counts_as_none() {
        for header in ["", "0", "-1", "NaN", "soon", "1s"] {
            check(header, 10_000);
        }
        assert_eq!(collect_time(None), WAIT_DEFAULT);
    }
}
