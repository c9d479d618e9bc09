//! Numbers of upstream groups and their servers, of HTTP and of streams.

use metrics_registry::Family;

use super::row::Row;

/// Of each peer in `/http/upstreams`.
pub(super) const SERVER: &[Row<2>] = &[
    Row {
        family: Family::gauge(
            "nginxplus_upstream_server_active",
            "Connections to the server that are under way.",
            ["server", "upstream"],
        ),
        field: "/active",
    },
    Row {
        family: Family::gauge(
            "nginxplus_upstream_server_limit",
            "Most connections that the server may have; 0 where it has no limit.",
            ["server", "upstream"],
        ),
        field: "/max_conns",
    },
    Row {
        family: Family::counter(
            "nginxplus_upstream_server_requests",
            "Requests that were passed to the server.",
            ["server", "upstream"],
        ),
        field: "/requests",
    },
    Row {
        family: Family::gauge(
            "nginxplus_upstream_server_header_time",
            "Milliseconds until the header of an answer came, on average.",
            ["server", "upstream"],
        ),
        field: "/header_time",
    },
    Row {
        family: Family::gauge(
            "nginxplus_upstream_server_response_time",
            "Milliseconds until an answer was complete, on average.",
            ["server", "upstream"],
        ),
        field: "/response_time",
    },
    Row {
        family: Family::counter(
            "nginxplus_upstream_server_sent",
            "Bytes that were sent to the server.",
            ["server", "upstream"],
        ),
        field: "/sent",
    },
    Row {
        family: Family::counter(
            "nginxplus_upstream_server_received",
            "Bytes that came from the server.",
            ["server", "upstream"],
        ),
        field: "/received",
    },
    Row {
        family: Family::counter(
            "nginxplus_upstream_server_fails",
            "Tries to reach the server that failed.",
            ["server", "upstream"],
        ),
        field: "/fails",
    },
    Row {
        family: Family::counter(
            "nginxplus_upstream_server_unavail",
            "How often the server became unavailable because too many tries failed.",
            ["server", "upstream"],
        ),
        field: "/unavail",
    },
    Row {
        family: Family::counter(
            "nginxplus_upstream_server_ssl_handshakes",
            "TLS handshakes of connections to the server.",
            ["server", "upstream"],
        ),
        field: "/ssl/handshakes",
    },
    Row {
        family: Family::counter(
            "nginxplus_upstream_server_ssl_handshakes_failed",
            "TLS handshakes of connections to the server that failed.",
            ["server", "upstream"],
        ),
        field: "/ssl/handshakes_failed",
    },
    Row {
        family: Family::counter(
            "nginxplus_upstream_server_ssl_session_reuses",
            "TLS handshakes of connections to the server that took up an earlier session.",
            ["server", "upstream"],
        ),
        field: "/ssl/session_reuses",
    },
];

/// Of each peer in `/http/upstreams` that has health checks.
pub(super) const SERVER_HEALTH: &[Row<2>] = &[
    Row {
        family: Family::counter(
            "nginxplus_upstream_server_health_checks_checks",
            "Health checks of the server.",
            ["server", "upstream"],
        ),
        field: "/health_checks/checks",
    },
    Row {
        family: Family::counter(
            "nginxplus_upstream_server_health_checks_fails",
            "Health checks of the server that failed.",
            ["server", "upstream"],
        ),
        field: "/health_checks/fails",
    },
    Row {
        family: Family::counter(
            "nginxplus_upstream_server_health_checks_unhealthy",
            "How often health checks found the server ill.",
            ["server", "upstream"],
        ),
        field: "/health_checks/unhealthy",
    },
];

/// Of each peer in `/stream/upstreams`.
pub(super) const STREAM_SERVER: &[Row<2>] = &[
    Row {
        family: Family::gauge(
            "nginxplus_stream_upstream_server_active",
            "Connections to the server that are under way.",
            ["server", "upstream"],
        ),
        field: "/active",
    },
    Row {
        family: Family::gauge(
            "nginxplus_stream_upstream_server_limit",
            "Most connections that the server may have; 0 where it has no limit.",
            ["server", "upstream"],
        ),
        field: "/max_conns",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_upstream_server_connections",
            "Connections that were passed to the server.",
            ["server", "upstream"],
        ),
        field: "/connections",
    },
    Row {
        family: Family::gauge(
            "nginxplus_stream_upstream_server_connect_time",
            "Milliseconds until a connection to the server stood, on average.",
            ["server", "upstream"],
        ),
        field: "/connect_time",
    },
    Row {
        family: Family::gauge(
            "nginxplus_stream_upstream_server_first_byte_time",
            "Milliseconds until the first byte came, on average.",
            ["server", "upstream"],
        ),
        field: "/first_byte_time",
    },
    Row {
        family: Family::gauge(
            "nginxplus_stream_upstream_server_response_time",
            "Milliseconds until the last byte came, on average.",
            ["server", "upstream"],
        ),
        field: "/response_time",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_upstream_server_sent",
            "Bytes that were sent to the server.",
            ["server", "upstream"],
        ),
        field: "/sent",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_upstream_server_received",
            "Bytes that came from the server.",
            ["server", "upstream"],
        ),
        field: "/received",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_upstream_server_fails",
            "Tries to reach the server that failed.",
            ["server", "upstream"],
        ),
        field: "/fails",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_upstream_server_unavail",
            "How often the server became unavailable because too many tries failed.",
            ["server", "upstream"],
        ),
        field: "/unavail",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_upstream_server_ssl_handshakes",
            "TLS handshakes of connections to the server.",
            ["server", "upstream"],
        ),
        field: "/ssl/handshakes",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_upstream_server_ssl_handshakes_failed",
            "TLS handshakes of connections to the server that failed.",
            ["server", "upstream"],
        ),
        field: "/ssl/handshakes_failed",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_upstream_server_ssl_session_reuses",
            "TLS handshakes of connections to the server that took up an earlier session.",
            ["server", "upstream"],
        ),
        field: "/ssl/session_reuses",
    },
];

/// Of each peer in `/stream/upstreams` that has health checks.
pub(super) const STREAM_SERVER_HEALTH: &[Row<2>] = &[
    Row {
        family: Family::counter(
            "nginxplus_stream_upstream_server_health_checks_checks",
            "Health checks of the server.",
            ["server", "upstream"],
        ),
        field: "/health_checks/checks",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_upstream_server_health_checks_fails",
            "Health checks of the server that failed.",
            ["server", "upstream"],
        ),
        field: "/health_checks/fails",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_upstream_server_health_checks_unhealthy",
            "How often health checks found the server ill.",
            ["server", "upstream"],
        ),
        field: "/health_checks/unhealthy",
    },
];

/// Of each group in `/http/upstreams`.
pub(super) const GROUP: &[Row<1>] = &[
    Row {
        family: Family::gauge(
            "nginxplus_upstream_keepalive",
            "Idle connections to servers of the group that are kept.",
            ["upstream"],
        ),
        field: "/keepalive",
    },
    Row {
        family: Family::gauge(
            "nginxplus_upstream_zombies",
            "Servers that left the group and still answer requests.",
            ["upstream"],
        ),
        field: "/zombies",
    },
];

/// Of each group in `/stream/upstreams`.
pub(super) const STREAM_GROUP: &[Row<1>] = &[Row {
    family: Family::gauge(
        "nginxplus_stream_upstream_zombies",
        "Servers that left the group and still serve connections.",
        ["upstream"],
    ),
    field: "/zombies",
}];

/// The state as a number.
pub(super) const STATE: Family<2> = Family::gauge(
    "nginxplus_upstream_server_state",
    "State of the server: 1 up, 2 draining, 3 down, 4 unavailable, 5 being checked, 6 ill.",
    ["server", "upstream"],
);
/// The state as a number.
pub(super) const STREAM_STATE: Family<2> = Family::gauge(
    "nginxplus_stream_upstream_server_state",
    "State of the server: 1 up, 2 draining, 3 down, 4 unavailable, 5 being checked, 6 ill.",
    ["server", "upstream"],
);
/// By class, `1xx` to `5xx`.
pub(super) const RESPONSES: Family<3> = Family::counter(
    "nginxplus_upstream_server_responses",
    "Answers of the server, by class of their status.",
    ["code", "server", "upstream"],
);
/// By status code.
pub(super) const CODES: Family<3> = Family::counter(
    "nginxplus_upstream_server_responses_codes",
    "Answers of the server, by status.",
    ["code", "server", "upstream"],
);
