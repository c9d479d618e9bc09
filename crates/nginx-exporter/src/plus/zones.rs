//! Numbers of zones: `status_zone` of servers and locations, of HTTP and of streams.

use metrics_registry::Family;

use super::row::Row;

/// Of each zone in `/http/server_zones`.
pub(super) const SERVER_ZONE: &[Row<1>] = &[
    Row {
        family: Family::gauge(
            "nginxplus_server_zone_processing",
            "Requests to the zone that are being answered.",
            ["server_zone"],
        ),
        field: "/processing",
    },
    Row {
        family: Family::counter(
            "nginxplus_server_zone_requests",
            "Requests to the zone.",
            ["server_zone"],
        ),
        field: "/requests",
    },
    Row {
        family: Family::counter(
            "nginxplus_server_zone_discarded",
            "Requests to the zone that ended without an answer.",
            ["server_zone"],
        ),
        field: "/discarded",
    },
    Row {
        family: Family::counter(
            "nginxplus_server_zone_received",
            "Bytes that clients of the zone sent.",
            ["server_zone"],
        ),
        field: "/received",
    },
    Row {
        family: Family::counter(
            "nginxplus_server_zone_sent",
            "Bytes that were sent to clients of the zone.",
            ["server_zone"],
        ),
        field: "/sent",
    },
    Row {
        family: Family::counter(
            "nginxplus_server_ssl_handshakes",
            "TLS handshakes of clients of the zone.",
            ["server_zone"],
        ),
        field: "/ssl/handshakes",
    },
    Row {
        family: Family::counter(
            "nginxplus_server_ssl_handshakes_failed",
            "TLS handshakes of clients of the zone that failed.",
            ["server_zone"],
        ),
        field: "/ssl/handshakes_failed",
    },
    Row {
        family: Family::counter(
            "nginxplus_server_ssl_session_reuses",
            "TLS handshakes of clients of the zone that took up an earlier session.",
            ["server_zone"],
        ),
        field: "/ssl/session_reuses",
    },
];

/// Of each zone in `/http/location_zones`, since API version 5.
pub(super) const LOCATION_ZONE: &[Row<1>] = &[
    Row {
        family: Family::counter(
            "nginxplus_location_zone_requests",
            "Requests to the location.",
            ["location_zone"],
        ),
        field: "/requests",
    },
    Row {
        family: Family::counter(
            "nginxplus_location_zone_discarded",
            "Requests to the location that ended without an answer.",
            ["location_zone"],
        ),
        field: "/discarded",
    },
    Row {
        family: Family::counter(
            "nginxplus_location_zone_received",
            "Bytes that clients of the location sent.",
            ["location_zone"],
        ),
        field: "/received",
    },
    Row {
        family: Family::counter(
            "nginxplus_location_zone_sent",
            "Bytes that were sent to clients of the location.",
            ["location_zone"],
        ),
        field: "/sent",
    },
];

/// Of each zone in `/stream/server_zones`.
pub(super) const STREAM_SERVER_ZONE: &[Row<1>] = &[
    Row {
        family: Family::gauge(
            "nginxplus_stream_server_zone_processing",
            "Connections to the zone that are being served.",
            ["server_zone"],
        ),
        field: "/processing",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_server_zone_connections",
            "Connections to the zone.",
            ["server_zone"],
        ),
        field: "/connections",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_server_zone_discarded",
            "Connections to the zone that ended without a session.",
            ["server_zone"],
        ),
        field: "/discarded",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_server_zone_received",
            "Bytes that clients of the zone sent.",
            ["server_zone"],
        ),
        field: "/received",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_server_zone_sent",
            "Bytes that were sent to clients of the zone.",
            ["server_zone"],
        ),
        field: "/sent",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_server_ssl_handshakes",
            "TLS handshakes of clients of the zone.",
            ["server_zone"],
        ),
        field: "/ssl/handshakes",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_server_ssl_handshakes_failed",
            "TLS handshakes of clients of the zone that failed.",
            ["server_zone"],
        ),
        field: "/ssl/handshakes_failed",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_server_ssl_session_reuses",
            "TLS handshakes of clients of the zone that took up an earlier session.",
            ["server_zone"],
        ),
        field: "/ssl/session_reuses",
    },
];

/// By class, `1xx` to `5xx`.
pub(super) const SERVER_ZONE_RESPONSES: Family<2> = Family::counter(
    "nginxplus_server_zone_responses",
    "Answers to clients of the zone, by class of their status.",
    ["code", "server_zone"],
);
/// By status code.
pub(super) const SERVER_ZONE_CODES: Family<2> = Family::counter(
    "nginxplus_server_zone_responses_codes",
    "Answers to clients of the zone, by status.",
    ["code", "server_zone"],
);
/// By class, `1xx` to `5xx`.
pub(super) const LOCATION_ZONE_RESPONSES: Family<2> = Family::counter(
    "nginxplus_location_zone_responses",
    "Answers to clients of the location, by class of their status.",
    ["code", "location_zone"],
);
/// By status code.
pub(super) const LOCATION_ZONE_CODES: Family<2> = Family::counter(
    "nginxplus_location_zone_responses_codes",
    "Answers to clients of the location, by status.",
    ["code", "location_zone"],
);
/// By class: `2xx`, `4xx`, `5xx`.
pub(super) const STREAM_SERVER_ZONE_SESSIONS: Family<2> = Family::counter(
    "nginxplus_stream_server_zone_sessions",
    "Sessions of the zone that ended, by class of their status.",
    ["code", "server_zone"],
);
