//! Finds `stub_status` in nginx's configuration, as `nginx -T` prints it.

/// Directives that are read. A configuration with more has servers enough to be found before.
const DIRECTIVES_MAX: usize = 100_000;

/// Where the page is served over plain HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusPlace {
    /// `127.0.0.1:80`.
    pub address: String,
    /// `/stub_status`.
    pub path: String,
}

/// Our own server, on loopback only.
#[must_use]
pub fn own_server(port: u16) -> String {
    format!(
        "# Written by pi-setup: nginx tells its state to this machine only. Taken back by: pi-setup uninstall\n\
         server {{\n    listen 127.0.0.1:{port};\n    server_name localhost;\n    access_log off;\n\
         \x20   location = /stub_status {{\n        stub_status;\n        allow 127.0.0.1;\n        deny all;\n    }}\n\
         \x20   location / {{\n        return 404;\n    }}\n}}\n"
    )
}

/// Whether files of ours in `/etc/nginx/conf.d` are read.
#[must_use]
pub fn reads_conf_d(text: &str) -> bool {
    directives(text).any(|words| matches!(words.as_slice(), [include, path] if include == "include" && path.ends_with("conf.d/*.conf")))
}

/// Every place of the page, in the order of the configuration.
#[must_use]
pub fn status_places(text: &str) -> Vec<StatusPlace> {
    let mut places = Vec::new();
    // Addresses of the server around, and the paths of its status pages.
    let (mut listens, mut paths) = (Vec::new(), Vec::new());
    let (mut depth, mut server_depth) = (0_usize, None);
    let mut location = String::new();
    for words in directives(text) {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["}"] => {
                depth = depth.saturating_sub(1);
                if server_depth == Some(depth) {
                    server_depth = None;
                    for address in &listens {
                        let of_address = |path: &String| StatusPlace {
                            address: String::clone(address),
                            path: path.clone(),
                        };
                        places.extend(paths.iter().map(of_address));
                    }
                    listens.clear();
                    paths.clear();
                }
            }
            [.., "{"] => {
                match words.as_slice() {
                    ["server", "{"] if server_depth.is_none() => server_depth = Some(depth),
                    ["location", "=" | "^~", path, "{"] | ["location", path, "{"] => {
                        (*path).clone_into(&mut location)
                    }
                    // A pattern is no path.
                    ["location", ..] => location.clear(),
                    _ => {}
                }
                depth += 1;
            }
            ["listen", address, options @ ..] if server_depth.is_some() && !options.contains(&"ssl") => {
                listens.extend(reachable(address));
            }
            ["stub_status", ..] if location.starts_with('/') => paths.push(location.clone()),
            _ => {}
        }
    }
    places
}

/// How this machine reaches what listens there over IPv4.
fn reachable(listen: &str) -> Option<String> {
    if listen.starts_with("unix:") || listen.starts_with('[') {
        return None;
    }
    let (host, port) = match listen.rsplit_once(':') {
        Some((host, port)) => (host, port),
        None if listen.bytes().all(|byte| byte.is_ascii_digit()) => ("*", listen),
        None => (listen, "80"),
    };
    let port: u16 = port.parse().ok()?;
    let host = if matches!(host, "*" | "0.0.0.0" | "localhost") {
        "127.0.0.1"
    } else {
        host
    };
    Some(format!("{host}:{port}"))
}

/// The words of each directive; one that opens a block ends with `{`, and `}` stands alone.
fn directives(text: &str) -> impl Iterator<Item = Vec<String>> {
    let mut all = Vec::new();
    let (mut words, mut word) = (Vec::new(), String::new());
    let (mut quote, mut in_comment) = (None, false);
    for character in text.chars() {
        if in_comment {
            in_comment = character != '\n';
            continue;
        }
        if let Some(open) = quote {
            if character == open {
                quote = None;
            } else {
                word.push(character);
            }
            continue;
        }
        match character {
            '"' | '\'' => quote = Some(character),
            '#' if word.is_empty() => in_comment = true,
            ' ' | '\t' | '\r' | '\n' | ';' | '{' | '}' => {
                // `${name}` is part of a word.
                if character == '{' && word.ends_with('$') {
                    quote = Some('}');
                    continue;
                }
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                if matches!(character, '{' | '}') {
                    words.push(character.to_string());
                }
                if matches!(character, ';' | '{' | '}') && !words.is_empty() {
                    all.push(std::mem::take(&mut words));
                }
            }
            _ => word.push(character),
        }
        if DIRECTIVES_MAX <= all.len() {
            break;
        }
    }
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let places = status_places(text);
        let shown: Vec<_> = places
            .iter()
            .map(|place| format!("{}{}", place.address, place.path))
            .collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn of_owners() {
        check(
            "# configuration file /etc/nginx/nginx.conf:\nhttp {\n  server { listen 80 default_server; listen [::]:80;\n\
             location / { try_files $uri ${x}{ =404; }\n location = /basic { stub_status; } }\n}\n",
            &["127.0.0.1:80/basic"],
        );
        check(
            "server { listen 10.0.0.2:8080; location /s { stub_status on; } }",
            &["10.0.0.2:8080/s"],
        );
    }

    #[test]
    fn nowhere() {
        check("", &[]);
        check("server { listen 443 ssl; location = /s { stub_status; } }", &[]);
        check(
            "server { listen unix:/run/x; location = /s { stub_status; } }",
            &[],
        );
        check(
            "server { listen 80; # stub_status;\n location = /s { return 200 \"stub_status;\"; } }",
            &[],
        );
        check(
            "}}}} server { listen 99999; location ~ ^/s$ { stub_status; } }",
            &[],
        );
    }

    #[test]
    fn of_our_own() {
        check(&own_server(8081), &["127.0.0.1:8081/stub_status"]);
        assert!(reads_conf_d("http { include /etc/nginx/conf.d/*.conf; }"));
        assert!(!reads_conf_d("http { # include /etc/nginx/conf.d/*.conf;\n}"));
    }
}
