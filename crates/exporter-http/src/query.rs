//! The query of a request: `collect[]=cpu&collect%5B%5D=meminfo`.

use percent_encoding::percent_decode_str;

/// Parameters of one query; the reference exporter has 75 collectors to name.
const PARAMETERS_MAX: usize = 512;

/// Decoded parameters in the order given. `+` is a space; what does not decode stays or is replaced, it never fails.
pub(crate) fn parse(query: Option<&str>) -> Vec<(String, String)> {
    let decode = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    query
        .unwrap_or_default()
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .take(PARAMETERS_MAX)
        .map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            (decode(name), decode(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, expect: &[(&str, &str)]) {
        let expect: Vec<_> = expect
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        assert_eq!(parse(Some(query)), expect);
    }

    #[test]
    fn decoded_in_order() {
        check(
            "collect[]=cpu&collect%5B%5D=a+b",
            &[("collect[]", "cpu"), ("collect[]", "a b")],
        );
        check(
            "target=http%3A%2F%2Fx%2F%3Fa%3Db%26c",
            &[("target", "http://x/?a=b&c")],
        );
        check("a&=b&&c==", &[("a", ""), ("", "b"), ("c", "=")]);
        check("", &[]);
    }

    #[test]
    fn invalid_encoding_is_replaced() {
        check("a=%zz%f", &[("a", "%zz%f")]);
        check("a=%ff%00", &[("a", "\u{fffd}\0")]);
    }
}
