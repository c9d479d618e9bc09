//! Names of metrics that come from the kernel or a driver.

/// The text with one underscore for each run of characters that a metric's name cannot have, and of the underscores
/// around it: `port.rx_dropped` becomes `port_rx_dropped`. Underscores that stand alone stay as they are.
#[must_use]
pub fn sanitized(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let kept = rest
            .find(|character: char| !character.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let (letters, after) = rest.split_at(kept);
        let end = after
            .find(|character: char| character.is_ascii_alphanumeric())
            .unwrap_or(after.len());
        let (separators, next) = after.split_at(end);
        name.push_str(letters);
        if separators.bytes().all(|byte| byte == b'_') {
            name.push_str(separators);
        } else {
            name.push('_');
        }
        rest = next;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_become_one_underscore() {
        for (text, name) in [
            ("net.ipv4.tcp_rmem", "net_ipv4_tcp_rmem"),
            ("fs.file-nr", "fs_file_nr"),
            ("[0]: rx_-_drop", "_0_rx_drop"),
            ("a__b_", "a__b_"),
            ("größe", "gr_e"),
            ("...", "_"),
            ("", ""),
        ] {
            assert_eq!(sanitized(text), name, "{text:?}");
        }
    }
}
