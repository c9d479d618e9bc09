//! What the statistics of an NFS mount are called.
//!
//! The orders of the numbers are those of the kernel's `include/linux/nfs_iostat.h`, `net/sunrpc/xprtsock.c` and
//! `net/sunrpc/stats.c`.

use metrics_registry::Family;

const fn mount(name: &'static str, help: &'static str) -> Family<3> {
    Family::counter(name, help, ["export", "mountaddr", "protocol"])
}

const fn operation(name: &'static str, help: &'static str) -> Family<4> {
    Family::counter(name, help, ["export", "mountaddr", "operation", "protocol"])
}

const TRANSPORT: [&str; 4] = ["export", "mountaddr", "protocol", "transport"];

pub(super) const MOUNT_POINT: Family<4> = Family::gauge(
    "node_mountstats_nfs_mountpoint_info",
    "Where an export of an NFS server is mounted; always 1.",
    ["export", "mountaddr", "mountpoint", "protocol"],
);
pub(super) const AGE: Family<3> = mount(
    "node_mountstats_nfs_age_seconds_total",
    "Seconds since the export was mounted.",
);

/// The numbers of the line `bytes:`.
pub(super) const BYTES: [Family<3>; 8] = [
    mount(
        "node_mountstats_nfs_read_bytes_total",
        "Bytes that programs read.",
    ),
    mount(
        "node_mountstats_nfs_write_bytes_total",
        "Bytes that programs wrote.",
    ),
    mount(
        "node_mountstats_nfs_direct_read_bytes_total",
        "Bytes that programs read past the cache.",
    ),
    mount(
        "node_mountstats_nfs_direct_write_bytes_total",
        "Bytes that programs wrote past the cache.",
    ),
    mount(
        "node_mountstats_nfs_total_read_bytes_total",
        "Bytes read from the server.",
    ),
    mount(
        "node_mountstats_nfs_total_write_bytes_total",
        "Bytes written to the server.",
    ),
    mount(
        "node_mountstats_nfs_read_pages_total",
        "Pages read for mapped files.",
    ),
    mount(
        "node_mountstats_nfs_write_pages_total",
        "Pages written for mapped files.",
    ),
];

/// Numbers of the line `events:` by their place.
pub(super) const EVENTS: [(usize, Family<3>); 26] = [
    (
        0,
        mount(
            "node_mountstats_nfs_event_inode_revalidate_total",
            "Times that cached attributes of a file were checked with the server.",
        ),
    ),
    (
        1,
        mount(
            "node_mountstats_nfs_event_dnode_revalidate_total",
            "Times that cached names were checked with the server.",
        ),
    ),
    (
        2,
        mount(
            "node_mountstats_nfs_event_data_invalidate_total",
            "Times that the cached content of a file was dropped.",
        ),
    ),
    (
        3,
        mount(
            "node_mountstats_nfs_event_attribute_invalidate_total",
            "Times that cached attributes of a file were dropped.",
        ),
    ),
    (
        4,
        mount(
            "node_mountstats_nfs_event_vfs_open_total",
            "Files and directories opened.",
        ),
    ),
    (
        5,
        mount(
            "node_mountstats_nfs_event_vfs_lookup_total",
            "Names looked up in directories.",
        ),
    ),
    (
        6,
        mount(
            "node_mountstats_nfs_event_vfs_access_total",
            "Checks of permissions.",
        ),
    ),
    (
        7,
        mount(
            "node_mountstats_nfs_event_vfs_update_page_total",
            "Pages changed.",
        ),
    ),
    (
        8,
        mount(
            "node_mountstats_nfs_event_vfs_read_page_total",
            "Pages read one by one.",
        ),
    ),
    (
        9,
        mount(
            "node_mountstats_nfs_event_vfs_read_pages_total",
            "Groups of pages read.",
        ),
    ),
    (
        10,
        mount(
            "node_mountstats_nfs_event_vfs_write_page_total",
            "Pages written one by one.",
        ),
    ),
    (
        11,
        mount(
            "node_mountstats_nfs_event_vfs_write_pages_total",
            "Groups of pages written.",
        ),
    ),
    (
        12,
        mount(
            "node_mountstats_nfs_event_vfs_getdents_total",
            "Times that entries of a directory were read.",
        ),
    ),
    (
        13,
        mount(
            "node_mountstats_nfs_event_vfs_setattr_total",
            "Times that attributes of a file were set.",
        ),
    ),
    (
        14,
        mount(
            "node_mountstats_nfs_event_vfs_flush_total",
            "Times that pending writes were sent because a file was closed.",
        ),
    ),
    (
        15,
        mount(
            "node_mountstats_nfs_event_vfs_fsync_total",
            "Times that pending writes were sent because a program asked for it.",
        ),
    ),
    (
        16,
        mount(
            "node_mountstats_nfs_event_vfs_lock_total",
            "Attempts to lock a file.",
        ),
    ),
    (
        17,
        mount(
            "node_mountstats_nfs_event_vfs_file_release_total",
            "Files closed for the last time.",
        ),
    ),
    (
        19,
        mount(
            "node_mountstats_nfs_event_truncation_total",
            "Files made shorter.",
        ),
    ),
    (
        20,
        mount(
            "node_mountstats_nfs_event_write_extension_total",
            "Files made longer by a write beyond their end.",
        ),
    ),
    (
        21,
        mount(
            "node_mountstats_nfs_event_silly_rename_total",
            "Files removed while a program had them open.",
        ),
    ),
    (
        22,
        mount(
            "node_mountstats_nfs_event_short_read_total",
            "Answers with less data than were to be read.",
        ),
    ),
    (
        23,
        mount(
            "node_mountstats_nfs_event_short_write_total",
            "Answers that less data than given were written.",
        ),
    ),
    (
        24,
        mount(
            "node_mountstats_nfs_event_jukebox_delay_total",
            "Answers to come again later.",
        ),
    ),
    (
        25,
        mount(
            "node_mountstats_nfs_event_pnfs_read_total",
            "Reads past the server, from where the data lie.",
        ),
    ),
    (
        26,
        mount(
            "node_mountstats_nfs_event_pnfs_write_total",
            "Writes past the server, to where the data lie.",
        ),
    ),
];

/// The first numbers of an operation.
pub(super) const OPERATIONS: [Family<4>; 8] = [
    operation("node_mountstats_nfs_operations_requests_total", "Requests made."),
    operation(
        "node_mountstats_nfs_operations_transmissions_total",
        "Requests sent, the repeated ones too.",
    ),
    operation(
        "node_mountstats_nfs_operations_major_timeouts_total",
        "Requests that had no answer for so long that a message was logged.",
    ),
    operation("node_mountstats_nfs_operations_sent_bytes_total", "Bytes sent."),
    operation(
        "node_mountstats_nfs_operations_received_bytes_total",
        "Bytes received.",
    ),
    operation(
        "node_mountstats_nfs_operations_queue_time_seconds_total",
        "Seconds that requests waited to be sent.",
    ),
    operation(
        "node_mountstats_nfs_operations_response_time_seconds_total",
        "Seconds between the sending of requests and their answers.",
    ),
    operation(
        "node_mountstats_nfs_operations_request_time_seconds_total",
        "Seconds from the making of requests to their end.",
    ),
];

/// Numbers of the line `xprt:` by their place.
pub(super) const TRANSPORTS: [(usize, Family<4>); 10] = [
    (
        1,
        Family::counter(
            "node_mountstats_nfs_transport_bind_total",
            "Times that a local port was taken anew.",
            TRANSPORT,
        ),
    ),
    (
        2,
        Family::counter(
            "node_mountstats_nfs_transport_connect_total",
            "Connections made to the server.",
            TRANSPORT,
        ),
    ),
    (
        4,
        Family::gauge(
            "node_mountstats_nfs_transport_idle_time_seconds",
            "Seconds since the last call.",
            TRANSPORT,
        ),
    ),
    (
        5,
        Family::counter(
            "node_mountstats_nfs_transport_sends_total",
            "Calls sent.",
            TRANSPORT,
        ),
    ),
    (
        6,
        Family::counter(
            "node_mountstats_nfs_transport_receives_total",
            "Answers received.",
            TRANSPORT,
        ),
    ),
    (
        7,
        Family::counter(
            "node_mountstats_nfs_transport_bad_transaction_ids_total",
            "Answers to no known call.",
            TRANSPORT,
        ),
    ),
    (
        9,
        Family::counter(
            "node_mountstats_nfs_transport_backlog_queue_total",
            "Calls that waited for a slot, added up at each call.",
            TRANSPORT,
        ),
    ),
    (
        10,
        Family::gauge(
            "node_mountstats_nfs_transport_maximum_rpc_slots",
            "Calls under way at the same time at most.",
            TRANSPORT,
        ),
    ),
    (
        11,
        Family::counter(
            "node_mountstats_nfs_transport_sending_queue_total",
            "Calls that waited to be sent, added up at each call.",
            TRANSPORT,
        ),
    ),
    (
        12,
        Family::counter(
            "node_mountstats_nfs_transport_pending_queue_total",
            "Calls that waited for their answer, added up at each call.",
            TRANSPORT,
        ),
    ),
];
