//! The page at `/`: what this is and where the samples are.

use std::fmt::Write;

use crate::About;

const STYLE: &str = "\
:root{color-scheme:light dark;--text:#1c2024;--soft:#5b6570;--back:#fbfcfd;--line:#dfe3e8;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--text:#e8eaed;--soft:#9aa4af;--back:#14171a;--line:#2c3238;--link:#7ab7ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
main{max-width:40rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.5rem;margin:0 0 .25rem}
p{margin:0 0 1.5rem;color:var(--soft)}
ul{list-style:none;margin:0;padding:0;border-top:1px solid var(--line)}
li{border-bottom:1px solid var(--line)}
a{display:block;padding:.75rem .25rem;color:var(--link);text-decoration:none;overflow-wrap:anywhere}
a:hover,a:focus-visible{text-decoration:underline}
footer{margin-top:1.5rem;font-size:.875rem;color:var(--soft)}
";

/// The whole page. `links` are path and text, in the order shown.
pub(crate) fn page<'a>(about: &About, links: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut page = String::with_capacity(2048);
    let title = escape(about.title);
    // Writing to a string does not fail.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>{}</p>\n<nav aria-label=\"Pages\">\n<ul>\n",
        escape(about.description),
    );
    for (path, text) in links {
        let _ = writeln!(page, "<li><a href=\"{}\">{}</a></li>", escape(path), escape(text));
    }
    let _ = write!(
        page,
        "</ul>\n</nav>\n<footer>{} {}</footer>\n</main>\n</body>\n</html>\n",
        escape(about.binary),
        escape(about.version),
    );
    page
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn says_what_it_is_and_where_to_go() {
        let about = About {
            binary: "pi-test-exporter",
            name: "test_exporter",
            title: "Test <Exporter>",
            description: "Serves \"this\" & that.",
            version: "1.2.3",
            listen_address: ":1",
            negotiates_openmetrics: false,
        };
        let page = page(&about, [("/metrics", "Metrics"), ("/x?a=1&b=2", "More")]);
        let body = page.split("</head>\n").nth(1).unwrap();
        expect![[r#"
            <body>
            <main>
            <h1>Test &lt;Exporter&gt;</h1>
            <p>Serves &quot;this&quot; &amp; that.</p>
            <nav aria-label="Pages">
            <ul>
            <li><a href="/metrics">Metrics</a></li>
            <li><a href="/x?a=1&amp;b=2">More</a></li>
            </ul>
            </nav>
            <footer>pi-test-exporter 1.2.3</footer>
            </main>
            </body>
            </html>
        "#]]
        .assert_eq(body);
    }
}
