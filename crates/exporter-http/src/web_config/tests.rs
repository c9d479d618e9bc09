use expect_test::{Expect, expect};

use super::*;

/// What is in force, or the one line of the error.
#[track_caller]
fn check(text: &str, expect: Expect) {
    expect.assert_eq(&match parse(text, Path::new("/etc/web")) {
        Err(error) => error.to_string(),
        Ok(config) => {
            let tls = config.tls.map(|tls| {
                let suites: Vec<_> = tls.cipher_suites.iter().map(|suite| suite.suite()).collect();
                let curves: Vec<_> = tls.curves.iter().map(|curve| curve.name()).collect();
                format!(
                    "cert {:?}\nkey {:?}\nclients {:?} {:?} {:?}\nversions {} {}\n{suites:?}\n{curves:?} {}\n",
                    tls.certificate,
                    tls.key,
                    tls.client_authentication,
                    tls.client_ca,
                    tls.client_allowed_sans,
                    tls.tls12,
                    tls.tls13,
                    tls.prefer_server_order,
                )
            });
            let users: Vec<_> = config.users.keys().collect();
            format!(
                "{}users {users:?} headers {:?} rate {:?} http2 {}",
                tls.unwrap_or_default(),
                config.headers,
                config.rate,
                config.http2
            )
        }
    });
}

const HASH: &str = "$2y$04$abcdefghijklmnopqrstuuP9zkEr3CE7QmCL9EVsZ3wVQKqFDfr2S";

#[test]
fn an_empty_file_turns_nothing_on() {
    check("", expect!["users [] headers [] rate None http2 true"]);
    check(
        "tls_server_config:\nbasic_auth_users:\n",
        expect!["users [] headers [] rate None http2 true"],
    );
    check(
        "tls_server_config:\n  cert_file: ''\n  min_version: TLS13\n",
        expect!["users [] headers [] rate None http2 true"],
    );
}

#[test]
fn everything_at_once() {
    check(
        &format!(
            "tls_server_config:\n  cert_file: server.crt\n  key_file: /keys/server.key\n  client_ca: |\n    PEM\n  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [a.example, 10.0.0.1]\n  min_version: TLS12\n  max_version: TLS13\n  cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n  prefer_server_cipher_suites: no\n  curve_preferences: [CurveP521, CurveP384]\nhttp_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: deny\n    Strict-Transport-Security: max-age=1\nbasic_auth_users:\n  alice: {HASH}\nrate_limit:\n  interval: 1s\n  burst: 20\n"
        ),
        expect![[r#"
            cert File("/etc/web/server.crt")
            key File("/keys/server.key")
            clients RequireAndVerify Some(Inline(..)) ["a.example", "10.0.0.1"]
            versions true true
            [TLS13_AES_256_GCM_SHA384, TLS13_AES_128_GCM_SHA256, TLS13_CHACHA20_POLY1305_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
            [secp384r1] false
            users ["alice"] headers [("x-frame-options", "deny"), ("strict-transport-security", "max-age=1")] rate Some(Rate { interval: 1s, burst: 20 }) http2 false"#]],
    );
}

#[test]
fn wrong_structure_names_line_column_and_field() {
    check(
        "tls_server_config:\n  cert_flie: a\n",
        expect![[
            r#"line 2, column 3: tls_server_config: unknown field "cert_flie"; expected one of cert, cert_file, key, key_file, client_auth_type, client_ca, client_ca_file, client_allowed_sans, min_version, max_version, cipher_suites, prefer_server_cipher_suites, curve_preferences"#
        ]],
    );
    check(
        "tls_config: {}\n",
        expect![[
            r#"line 1, column 1: unknown field "tls_config"; expected one of tls_server_config, http_server_config, basic_auth_users, rate_limit"#
        ]],
    );
    check(
        "rate_limit:\n  burst: [1]\n",
        expect!["line 2, column 10: rate_limit.burst: expected a single value"],
    );
    check(
        "rate_limit: 5\n",
        expect!["line 1, column 13: rate_limit: expected a section of `field: value` lines"],
    );
    check(
        "tls_server_config:\n  cipher_suites: TLS_X\n",
        expect!["line 2, column 18: tls_server_config.cipher_suites: expected a list"],
    );
    check(
        "basic_auth_users:\n  a: x\n  a: y\n",
        expect![[r#"line 3, column 3: key "a" stands there twice"#]],
    );
    check(
        "a: 'unclosed\n",
        expect!["line 2, column 1: invalid indentation in multiline quoted scalar"],
    );
    check(
        "rate_limit: {}\n---\nrate_limit: {}\n",
        expect!["line 3, column 1: a second document starts here"],
    );
    check(
        "\u{0}",
        expect![[r#"line 1, column 1: unexpected character: `\u{0}'"#]],
    );
}

#[test]
fn aliases_repeat_what_they_name_and_do_not_explode() {
    check(
        "rate_limit: {interval: &a 1s, burst: 1}\nbasic_auth_users: {x: *a}\n",
        expect![
            "line 2, column 23: basic_auth_users.x: not a bcrypt hash ($2a$, $2b$ or $2y$, cost 4 to 31, 60 characters)"
        ],
    );
    check(
        "a: *nothing\n",
        expect!["line 1, column 4: while parsing node, found unknown anchor"],
    );
    check(
        "a: &a [*a]\n",
        expect!["line 1, column 8: an alias inside of what it repeats"],
    );
    let bomb: String = std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned())
        .chain((1..9).map(|n| {
            let alias = format!("*a{}", n - 1);
            format!("a{n}: &a{n} [{}]\n", [alias.as_str(); 10].join(", "))
        }))
        .collect();
    check(&bomb, expect!["line 5, column 10: more than 20000 values"]);
    check(
        &"[".repeat(100_000),
        expect!["line 1, column 17: recursion limit exceeded"],
    );
    check(&"x".repeat(300_000), expect!["more than 262144 bytes"]);
}

#[test]
fn wrong_words_name_line_column_and_field() {
    check(
        "basic_auth_users:\n  bob: secret\n",
        expect![
            "line 2, column 8: basic_auth_users.bob: not a bcrypt hash ($2a$, $2b$ or $2y$, cost 4 to 31, 60 characters)"
        ],
    );
    check(
        "basic_auth_users:\n  bob: $2b$99$abcdefghijklmnopqrstuuP9zkEr3CE7QmCL9EVsZ3wVQKqFDfr2S\n",
        expect![
            "line 2, column 8: basic_auth_users.bob: not a bcrypt hash ($2a$, $2b$ or $2y$, cost 4 to 31, 60 characters)"
        ],
    );
    check(
        "rate_limit:\n  interval: 1\n",
        expect![[
            r#"line 2, column 13: rate_limit.interval: "1" is not a duration such as 500ms, 1s or 1m30s"#
        ]],
    );
    check(
        "rate_limit:\n  interval: 1s\n  burst: -1\n",
        expect![[r#"line 3, column 10: rate_limit.burst: "-1" is not a whole number from 0"#]],
    );
    check(
        "http_server_config:\n  http2: maybe\n",
        expect![[r#"line 2, column 10: http_server_config.http2: "maybe" is not true or false"#]],
    );
    check(
        "http_server_config:\n  headers:\n    Server: x\n",
        expect![[
            r#"line 3, column 13: http_server_config.headers: "Server" cannot be set; expected one of Content-Security-Policy, Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection"#
        ]],
    );
    check(
        "http_server_config:\n  headers:\n    X-Frame-Options: allow\n",
        expect![[
            r#"line 3, column 22: http_server_config.headers.X-Frame-Options: "allow" is not one of deny, sameorigin"#
        ]],
    );
    check(
        "http_server_config:\n  headers:\n    X-XSS-Protection: \"1\\n\"\n",
        expect![
            "line 3, column 23: http_server_config.headers.X-XSS-Protection: has characters that a header cannot carry"
        ],
    );
}

#[test]
fn what_tls_lacks_is_refused_by_name() {
    check(
        "tls_server_config:\n  min_version: TLS11\n",
        expect![
            "line 2, column 16: tls_server_config.min_version: TLS11 is not supported: rustls has TLS12 and TLS13"
        ],
    );
    check(
        "tls_server_config:\n  max_version: SSL3\n",
        expect![[r#"line 2, column 16: tls_server_config.max_version: "SSL3" is not one of TLS12, TLS13"#]],
    );
    check(
        "tls_server_config: {min_version: TLS13, max_version: TLS12}\n",
        expect!["tls_server_config: min_version is above max_version"],
    );
    check(
        "tls_server_config:\n  cipher_suites:\n  - TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA\n",
        expect![
            "line 3, column 5: tls_server_config.cipher_suites: TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA is not supported: rustls has GCM and ChaCha20 suites with forward secrecy only"
        ],
    );
    check(
        "tls_server_config:\n  cipher_suites: [rot13]\n",
        expect![[r#"line 2, column 19: tls_server_config.cipher_suites: unknown cipher "rot13""#]],
    );
    check(
        "tls_server_config:\n  curve_preferences: [CurveP521]\n",
        expect![
            "line 2, column 23: tls_server_config.curve_preferences: CurveP521 alone is not supported: rustls has X25519, CurveP256 and CurveP384"
        ],
    );
    check(
        "tls_server_config:\n  curve_preferences: [Curve25519]\n",
        expect![[
            r#"line 2, column 23: tls_server_config.curve_preferences: "Curve25519" is not one of X25519, CurveP256, CurveP384"#
        ]],
    );
    check(
        "tls_server_config:\n  client_auth_type: Always\n",
        expect![[
            r#"line 2, column 21: tls_server_config.client_auth_type: "Always" is not one of NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert"#
        ]],
    );
}

#[test]
fn words_that_do_not_go_together() {
    check(
        "tls_server_config:\n  cert_file: a\n",
        expect!["tls_server_config: missing one of key or key_file"],
    );
    check(
        "tls_server_config:\n  key_file: a\n",
        expect!["tls_server_config: missing one of cert or cert_file"],
    );
    check(
        "tls_server_config: {cert: a, key: b, client_ca: c}\n",
        expect![
            "tls_server_config: client_ca_file or client_ca is set, but client_auth_type asks for no certificate"
        ],
    );
    check(
        "tls_server_config: {cert: a, key: b, client_auth_type: RequireAndVerifyClientCert}\n",
        expect![
            "tls_server_config: client_auth_type verifies certificates, but neither client_ca_file nor client_ca is set"
        ],
    );
    check(
        "tls_server_config: {cert: a, key: b, client_allowed_sans: [x]}\n",
        expect![
            "tls_server_config.client_allowed_sans: needs client_auth_type RequireAnyClientCert or RequireAndVerifyClientCert"
        ],
    );
}
