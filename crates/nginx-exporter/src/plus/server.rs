//! Numbers of the whole server: `/connections`, `/http/requests`, `/ssl`, `/license` and `/workers`.

use metrics_registry::Family;

use super::row::Row;

/// Of `/connections`.
pub(super) const CONNECTIONS: &[Row<0>] = &[
    Row {
        family: Family::counter(
            "nginxplus_connections_accepted",
            "Client connections that were accepted.",
            [],
        ),
        field: "/accepted",
    },
    Row {
        family: Family::gauge(
            "nginxplus_connections_active",
            "Client connections that are open and not idle.",
            [],
        ),
        field: "/active",
    },
    Row {
        family: Family::counter(
            "nginxplus_connections_dropped",
            "Client connections that were accepted and not served.",
            [],
        ),
        field: "/dropped",
    },
    Row {
        family: Family::gauge(
            "nginxplus_connections_idle",
            "Client connections between two requests.",
            [],
        ),
        field: "/idle",
    },
];

/// Of `/http/requests`.
pub(super) const REQUESTS: &[Row<0>] = &[
    Row {
        family: Family::counter(
            "nginxplus_http_requests_total",
            "Requests that were received.",
            [],
        ),
        field: "/total",
    },
    Row {
        family: Family::gauge(
            "nginxplus_http_requests_current",
            "Requests that are being answered.",
            [],
        ),
        field: "/current",
    },
];

/// Of `/ssl`.
pub(super) const SSL: &[Row<0>] = &[
    Row {
        family: Family::counter("nginxplus_ssl_handshakes", "TLS handshakes that succeeded.", []),
        field: "/handshakes",
    },
    Row {
        family: Family::counter(
            "nginxplus_ssl_handshakes_failed",
            "TLS handshakes that failed.",
            [],
        ),
        field: "/handshakes_failed",
    },
    Row {
        family: Family::counter(
            "nginxplus_ssl_session_reuses",
            "TLS handshakes that took up an earlier session.",
            [],
        ),
        field: "/session_reuses",
    },
];

/// Of `/license`, since API version 9.
pub(super) const LICENSE: &[Row<0>] = &[
    Row {
        family: Family::gauge(
            "nginxplus_license_expiration_timestamp_seconds",
            "When the license ends, in seconds since 1970.",
            [],
        ),
        field: "/active_till",
    },
    Row {
        family: Family::gauge(
            "nginxplus_license_reporting_fails_count",
            "Reports of use in a row that did not reach the vendor.",
            [],
        ),
        field: "/reporting/fails",
    },
    Row {
        family: Family::gauge(
            "nginxplus_license_reporting_grace_period_seconds",
            "Seconds that traffic is still served without a report.",
            [],
        ),
        field: "/reporting/grace",
    },
    Row {
        family: Family::gauge(
            "nginxplus_license_reporting_healthy",
            "Whether use is being reported.",
            [],
        ),
        field: "/reporting/healthy",
    },
];

/// Of each worker in `/workers`, since API version 9.
pub(super) const WORKER: &[Row<2>] = &[
    Row {
        family: Family::counter(
            "nginxplus_worker_connection_accepted",
            "Client connections that the worker accepted.",
            ["id", "pid"],
        ),
        field: "/connections/accepted",
    },
    Row {
        family: Family::counter(
            "nginxplus_worker_connection_dropped",
            "Client connections that the worker accepted and did not serve.",
            ["id", "pid"],
        ),
        field: "/connections/dropped",
    },
    Row {
        family: Family::gauge(
            "nginxplus_worker_connection_active",
            "Client connections of the worker that are open and not idle.",
            ["id", "pid"],
        ),
        field: "/connections/active",
    },
    Row {
        family: Family::gauge(
            "nginxplus_worker_connection_idle",
            "Client connections of the worker between two requests.",
            ["id", "pid"],
        ),
        field: "/connections/idle",
    },
    Row {
        family: Family::counter(
            "nginxplus_worker_http_requests_total",
            "Requests that the worker received.",
            ["id", "pid"],
        ),
        field: "/http/requests/total",
    },
    Row {
        family: Family::gauge(
            "nginxplus_worker_http_requests_current",
            "Requests that the worker is answering.",
            ["id", "pid"],
        ),
        field: "/http/requests/current",
    },
];
