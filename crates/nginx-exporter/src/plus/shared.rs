//! Numbers of caches, resolvers, limits and the synchronization of zones.

use metrics_registry::Family;

use super::row::Row;

/// Of each cache in `/http/caches`.
pub(super) const CACHE: &[Row<1>] = &[
    Row {
        family: Family::gauge("nginxplus_cache_size", "Bytes in the cache.", ["cache"]),
        field: "/size",
    },
    Row {
        family: Family::gauge(
            "nginxplus_cache_max_size",
            "Bytes that the cache may have.",
            ["cache"],
        ),
        field: "/max_size",
    },
    Row {
        family: Family::gauge(
            "nginxplus_cache_cold",
            "Whether the cache is still being loaded.",
            ["cache"],
        ),
        field: "/cold",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_hit_responses",
            "Answers that came from the cache.",
            ["cache"],
        ),
        field: "/hit/responses",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_hit_bytes",
            "Bytes of answers that came from the cache.",
            ["cache"],
        ),
        field: "/hit/bytes",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_stale_responses",
            "Answers that were stale and came from the cache.",
            ["cache"],
        ),
        field: "/stale/responses",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_stale_bytes",
            "Bytes of answers that were stale and came from the cache.",
            ["cache"],
        ),
        field: "/stale/bytes",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_updating_responses",
            "Answers that were stale and came from the cache while they were being renewed.",
            ["cache"],
        ),
        field: "/updating/responses",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_updating_bytes",
            "Bytes of answers that were stale and came from the cache while they were being renewed.",
            ["cache"],
        ),
        field: "/updating/bytes",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_revalidated_responses",
            "Answers that came from the cache after the server confirmed them.",
            ["cache"],
        ),
        field: "/revalidated/responses",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_revalidated_bytes",
            "Bytes of answers that came from the cache after the server confirmed them.",
            ["cache"],
        ),
        field: "/revalidated/bytes",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_miss_responses",
            "Answers that were not in the cache.",
            ["cache"],
        ),
        field: "/miss/responses",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_miss_bytes",
            "Bytes of answers that were not in the cache.",
            ["cache"],
        ),
        field: "/miss/bytes",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_expired_responses",
            "Answers that had expired in the cache.",
            ["cache"],
        ),
        field: "/expired/responses",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_expired_bytes",
            "Bytes of answers that had expired in the cache.",
            ["cache"],
        ),
        field: "/expired/bytes",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_expired_responses_written",
            "Answers that had expired in the cache and were written to it.",
            ["cache"],
        ),
        field: "/expired/responses_written",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_expired_bytes_written",
            "Bytes of answers that had expired in the cache and were written to it.",
            ["cache"],
        ),
        field: "/expired/bytes_written",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_bypass_responses",
            "Answers that passed by the cache.",
            ["cache"],
        ),
        field: "/bypass/responses",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_bypass_bytes",
            "Bytes of answers that passed by the cache.",
            ["cache"],
        ),
        field: "/bypass/bytes",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_bypass_responses_written",
            "Answers that passed by the cache and were written to it.",
            ["cache"],
        ),
        field: "/bypass/responses_written",
    },
    Row {
        family: Family::counter(
            "nginxplus_cache_bypass_bytes_written",
            "Bytes of answers that passed by the cache and were written to it.",
            ["cache"],
        ),
        field: "/bypass/bytes_written",
    },
];

/// Of each resolver in `/resolvers`, since API version 5.
pub(super) const RESOLVER: &[Row<1>] = &[
    Row {
        family: Family::counter(
            "nginxplus_resolver_name",
            "Requests for the addresses of a name.",
            ["resolver"],
        ),
        field: "/requests/name",
    },
    Row {
        family: Family::counter(
            "nginxplus_resolver_srv",
            "Requests for SRV records.",
            ["resolver"],
        ),
        field: "/requests/srv",
    },
    Row {
        family: Family::counter(
            "nginxplus_resolver_addr",
            "Requests for the name of an address.",
            ["resolver"],
        ),
        field: "/requests/addr",
    },
    Row {
        family: Family::counter(
            "nginxplus_resolver_noerror",
            "Answers that brought what was asked for.",
            ["resolver"],
        ),
        field: "/responses/noerror",
    },
    Row {
        family: Family::counter(
            "nginxplus_resolver_formerr",
            "Answers with FORMERR: the request was not understood.",
            ["resolver"],
        ),
        field: "/responses/formerr",
    },
    Row {
        family: Family::counter(
            "nginxplus_resolver_servfail",
            "Answers with SERVFAIL: the server failed.",
            ["resolver"],
        ),
        field: "/responses/servfail",
    },
    Row {
        family: Family::counter(
            "nginxplus_resolver_nxdomain",
            "Answers with NXDOMAIN: there is no such name.",
            ["resolver"],
        ),
        field: "/responses/nxdomain",
    },
    Row {
        family: Family::counter(
            "nginxplus_resolver_notimp",
            "Answers with NOTIMP: the server does not do that.",
            ["resolver"],
        ),
        field: "/responses/notimp",
    },
    Row {
        family: Family::counter(
            "nginxplus_resolver_refused",
            "Answers with REFUSED.",
            ["resolver"],
        ),
        field: "/responses/refused",
    },
    Row {
        family: Family::counter(
            "nginxplus_resolver_timedout",
            "Requests without an answer in time.",
            ["resolver"],
        ),
        field: "/responses/timedout",
    },
    Row {
        family: Family::counter(
            "nginxplus_resolver_unknown",
            "Requests that ended with another error.",
            ["resolver"],
        ),
        field: "/responses/unknown",
    },
];

/// Of each zone in `/http/limit_reqs`, since API version 6.
pub(super) const LIMIT_REQUEST: &[Row<1>] = &[
    Row {
        family: Family::counter(
            "nginxplus_limit_request_passed",
            "Requests that were neither limited nor counted as limited.",
            ["zone"],
        ),
        field: "/passed",
    },
    Row {
        family: Family::counter(
            "nginxplus_limit_request_delayed",
            "Requests that were delayed.",
            ["zone"],
        ),
        field: "/delayed",
    },
    Row {
        family: Family::counter(
            "nginxplus_limit_request_rejected",
            "Requests that were rejected.",
            ["zone"],
        ),
        field: "/rejected",
    },
    Row {
        family: Family::counter(
            "nginxplus_limit_request_delayed_dry_run",
            "Requests that would have been delayed, in a dry run.",
            ["zone"],
        ),
        field: "/delayed_dry_run",
    },
    Row {
        family: Family::counter(
            "nginxplus_limit_request_rejected_dry_run",
            "Requests that would have been rejected, in a dry run.",
            ["zone"],
        ),
        field: "/rejected_dry_run",
    },
];

/// Of each zone in `/http/limit_conns`, since API version 6.
pub(super) const LIMIT_CONNECTION: &[Row<1>] = &[
    Row {
        family: Family::counter(
            "nginxplus_limit_connection_passed",
            "Connections that were neither limited nor counted as limited.",
            ["zone"],
        ),
        field: "/passed",
    },
    Row {
        family: Family::counter(
            "nginxplus_limit_connection_rejected",
            "Connections that were rejected.",
            ["zone"],
        ),
        field: "/rejected",
    },
    Row {
        family: Family::counter(
            "nginxplus_limit_connection_rejected_dry_run",
            "Connections that would have been rejected, in a dry run.",
            ["zone"],
        ),
        field: "/rejected_dry_run",
    },
];

/// Of each zone in `/stream/limit_conns`, since API version 6.
pub(super) const STREAM_LIMIT_CONNECTION: &[Row<1>] = &[
    Row {
        family: Family::counter(
            "nginxplus_stream_limit_connection_passed",
            "Connections that were neither limited nor counted as limited.",
            ["zone"],
        ),
        field: "/passed",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_limit_connection_rejected",
            "Connections that were rejected.",
            ["zone"],
        ),
        field: "/rejected",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_limit_connection_rejected_dry_run",
            "Connections that would have been rejected, in a dry run.",
            ["zone"],
        ),
        field: "/rejected_dry_run",
    },
];

/// Of `/stream/zone_sync`.
pub(super) const ZONE_SYNC: &[Row<0>] = &[
    Row {
        family: Family::counter(
            "nginxplus_stream_zone_sync_zone_bytes_in",
            "Bytes that other nodes of the cluster sent.",
            [],
        ),
        field: "/status/bytes_in",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_zone_sync_zone_bytes_out",
            "Bytes that were sent to other nodes of the cluster.",
            [],
        ),
        field: "/status/bytes_out",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_zone_sync_zone_msgs_in",
            "Messages that other nodes of the cluster sent.",
            [],
        ),
        field: "/status/msgs_in",
    },
    Row {
        family: Family::counter(
            "nginxplus_stream_zone_sync_zone_msgs_out",
            "Messages that were sent to other nodes of the cluster.",
            [],
        ),
        field: "/status/msgs_out",
    },
    Row {
        family: Family::gauge(
            "nginxplus_stream_zone_sync_zone_nodes_online",
            "Other nodes of the cluster that are connected.",
            [],
        ),
        field: "/status/nodes_online",
    },
];

/// Of each zone in `/stream/zone_sync`.
pub(super) const ZONE_SYNC_ZONE: &[Row<1>] = &[
    Row {
        family: Family::gauge(
            "nginxplus_stream_zone_sync_zone_records_pending",
            "Records that wait to be sent to the cluster.",
            ["zone"],
        ),
        field: "/records_pending",
    },
    Row {
        family: Family::gauge(
            "nginxplus_stream_zone_sync_zone_records_total",
            "Records in the shared zone.",
            ["zone"],
        ),
        field: "/records_total",
    },
];
