//! `/etc/default/NAME`, as systemd reads it with `EnvironmentFile=`.

use std::collections::BTreeMap;

/// The variables that a settings file sets; the last of two with one name counts.
#[must_use]
pub fn parse(text: &str) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    // A line that ends with a backslash goes on in the next one.
    let text = text.replace("\\\n", " ");
    for line in text.lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some((name, value)) = line.split_once('=') {
            variables.insert(name.trim().to_owned(), unquoted(value.trim()).to_owned());
        }
    }
    variables
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value)
}

/// The words of `ARGS`, without the quotes around them.
#[must_use]
pub fn words(arguments: &str) -> Vec<String> {
    arguments
        .split_whitespace()
        .map(|word| unquoted(word).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_debian_writes_them() {
        let text =
            "# ARGS=\"--no\"\nARGS=\"--web.listen-address=:9200 \\\n  --collector.x\"\nDATA_SOURCE_NAME=''\n";
        let variables = parse(text);
        assert_eq!(
            words(&variables["ARGS"]),
            ["--web.listen-address=:9200", "--collector.x"]
        );
        assert_eq!(variables["DATA_SOURCE_NAME"], "");
        assert_eq!(variables.len(), 2);
    }

    #[test]
    fn odd_lines() {
        assert!(parse("\nno equals sign\n;x=1\n").is_empty());
        assert_eq!(parse("A=\"").get("A").map(String::as_str), Some("\""));
    }
}
