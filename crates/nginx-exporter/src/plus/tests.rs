use expect_test::{Expect, expect};
use metrics_registry::Exposition;

use super::*;

/// Answers in the shape of the examples of nginx.org's ngx_http_api_module, API version 9.
const ANSWERS: &str = include_str!("tests/api9.json");

fn answers(text: &str) -> Plus {
    let mut plus = Plus::default();
    let Value::Object(parts) = serde_json::from_str(text).unwrap() else {
        panic!("an object of parts");
    };
    for (part, value) in parts {
        plus.insert(&part, value);
    }
    plus
}

fn text(plus: &Plus) -> String {
    let mut out = Exposition::default();
    plus.write(&mut Sink::new(&mut out, &[]));
    out.to_text()
}

#[track_caller]
fn check(text_of_parts: &str, expect: Expect) {
    let text = text(&answers(text_of_parts));
    let samples: String = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    expect.assert_eq(&samples);
}

#[test]
fn every_part() {
    check(
        ANSWERS,
        expect![[r#"
        nginxplus_cache_bypass_bytes{cache="frontend_cache"} 0
        nginxplus_cache_bypass_bytes{cache="http_cache"} 5.510647548e+09
        nginxplus_cache_bypass_bytes_written{cache="frontend_cache"} 0
        nginxplus_cache_bypass_bytes_written{cache="http_cache"} 44992
        nginxplus_cache_bypass_responses{cache="frontend_cache"} 0
        nginxplus_cache_bypass_responses{cache="http_cache"} 200187
        nginxplus_cache_bypass_responses_written{cache="frontend_cache"} 0
        nginxplus_cache_bypass_responses_written{cache="http_cache"} 200173
        nginxplus_cache_cold{cache="frontend_cache"} 1
        nginxplus_cache_cold{cache="http_cache"} 0
        nginxplus_cache_expired_bytes{cache="frontend_cache"} 0
        nginxplus_cache_expired_bytes{cache="http_cache"} 1.65684708e+09
        nginxplus_cache_expired_bytes_written{cache="frontend_cache"} 0
        nginxplus_cache_expired_bytes_written{cache="http_cache"} 1.641825173e+09
        nginxplus_cache_expired_responses{cache="frontend_cache"} 0
        nginxplus_cache_expired_responses{cache="http_cache"} 45859
        nginxplus_cache_expired_responses_written{cache="frontend_cache"} 0
        nginxplus_cache_expired_responses_written{cache="http_cache"} 44992
        nginxplus_cache_hit_bytes{cache="frontend_cache"} 0
        nginxplus_cache_hit_bytes{cache="http_cache"} 6.685627875e+09
        nginxplus_cache_hit_responses{cache="frontend_cache"} 0
        nginxplus_cache_hit_responses{cache="http_cache"} 254032
        nginxplus_cache_max_size{cache="frontend_cache"} 2
        nginxplus_cache_max_size{cache="http_cache"} 5.36870912e+08
        nginxplus_cache_miss_bytes{cache="frontend_cache"} 0
        nginxplus_cache_miss_bytes{cache="http_cache"} 5.3841943822e+10
        nginxplus_cache_miss_responses{cache="frontend_cache"} 0
        nginxplus_cache_miss_responses{cache="http_cache"} 1.619201e+06
        nginxplus_cache_revalidated_bytes{cache="frontend_cache"} 0
        nginxplus_cache_revalidated_bytes{cache="http_cache"} 0
        nginxplus_cache_revalidated_responses{cache="frontend_cache"} 0
        nginxplus_cache_revalidated_responses{cache="http_cache"} 0
        nginxplus_cache_size{cache="frontend_cache"} 1
        nginxplus_cache_size{cache="http_cache"} 5.30915328e+08
        nginxplus_cache_stale_bytes{cache="frontend_cache"} 0
        nginxplus_cache_stale_bytes{cache="http_cache"} 0
        nginxplus_cache_stale_responses{cache="frontend_cache"} 0
        nginxplus_cache_stale_responses{cache="http_cache"} 0
        nginxplus_cache_updating_bytes{cache="frontend_cache"} 0
        nginxplus_cache_updating_bytes{cache="http_cache"} 0
        nginxplus_cache_updating_responses{cache="frontend_cache"} 0
        nginxplus_cache_updating_responses{cache="http_cache"} 0
        nginxplus_connections_accepted 4.968119e+06
        nginxplus_connections_active 5
        nginxplus_connections_dropped 0
        nginxplus_connections_idle 117
        nginxplus_duplicate_servers 0
        nginxplus_http_requests_current 4
        nginxplus_http_requests_total 1.0624511e+07
        nginxplus_license_expiration_timestamp_seconds 1.749268757e+09
        nginxplus_license_reporting_fails_count 42
        nginxplus_license_reporting_grace_period_seconds 1.5552e+07
        nginxplus_license_reporting_healthy 1
        nginxplus_limit_connection_passed{zone="perserver"} 15
        nginxplus_limit_connection_rejected{zone="perserver"} 1
        nginxplus_limit_connection_rejected_dry_run{zone="perserver"} 2
        nginxplus_limit_request_delayed{zone="limit_1"} 4
        nginxplus_limit_request_delayed_dry_run{zone="limit_1"} 1
        nginxplus_limit_request_passed{zone="limit_1"} 15
        nginxplus_limit_request_rejected{zone="limit_1"} 0
        nginxplus_limit_request_rejected_dry_run{zone="limit_1"} 2
        nginxplus_location_zone_discarded{location_zone="site1"} 2020
        nginxplus_location_zone_received{location_zone="site1"} 1.80157219e+08
        nginxplus_location_zone_requests{location_zone="site1"} 736395
        nginxplus_location_zone_responses{code="1xx",location_zone="site1"} 0
        nginxplus_location_zone_responses{code="2xx",location_zone="site1"} 727290
        nginxplus_location_zone_responses{code="3xx",location_zone="site1"} 4614
        nginxplus_location_zone_responses{code="4xx",location_zone="site1"} 934
        nginxplus_location_zone_responses{code="5xx",location_zone="site1"} 1535
        nginxplus_location_zone_responses_codes{code="200",location_zone="site1"} 112674
        nginxplus_location_zone_responses_codes{code="503",location_zone="site1"} 4
        nginxplus_location_zone_sent{location_zone="site1"} 2.0183175459e+10
        nginxplus_resolver_addr{resolver="resolver_zone1"} 2580
        nginxplus_resolver_formerr{resolver="resolver_zone1"} 0
        nginxplus_resolver_name{resolver="resolver_zone1"} 25460
        nginxplus_resolver_noerror{resolver="resolver_zone1"} 26499
        nginxplus_resolver_notimp{resolver="resolver_zone1"} 0
        nginxplus_resolver_nxdomain{resolver="resolver_zone1"} 0
        nginxplus_resolver_refused{resolver="resolver_zone1"} 0
        nginxplus_resolver_servfail{resolver="resolver_zone1"} 3
        nginxplus_resolver_srv{resolver="resolver_zone1"} 130
        nginxplus_resolver_timedout{resolver="resolver_zone1"} 243
        nginxplus_resolver_unknown{resolver="resolver_zone1"} 478
        nginxplus_server_ssl_handshakes{server_zone="site1"} 65432
        nginxplus_server_ssl_handshakes{server_zone="site2"} 0
        nginxplus_server_ssl_handshakes_failed{server_zone="site1"} 421
        nginxplus_server_ssl_handshakes_failed{server_zone="site2"} 0
        nginxplus_server_ssl_session_reuses{server_zone="site1"} 4645
        nginxplus_server_ssl_session_reuses{server_zone="site2"} 0
        nginxplus_server_zone_discarded{server_zone="site1"} 2020
        nginxplus_server_zone_discarded{server_zone="site2"} 20326
        nginxplus_server_zone_processing{server_zone="site1"} 2
        nginxplus_server_zone_processing{server_zone="site2"} 1
        nginxplus_server_zone_received{server_zone="site1"} 1.80157219e+08
        nginxplus_server_zone_received{server_zone="site2"} 5.1575327e+07
        nginxplus_server_zone_requests{server_zone="site1"} 736395
        nginxplus_server_zone_requests{server_zone="site2"} 185307
        nginxplus_server_zone_responses{code="1xx",server_zone="site1"} 0
        nginxplus_server_zone_responses{code="2xx",server_zone="site1"} 727290
        nginxplus_server_zone_responses{code="3xx",server_zone="site1"} 4614
        nginxplus_server_zone_responses{code="4xx",server_zone="site1"} 934
        nginxplus_server_zone_responses{code="5xx",server_zone="site1"} 1535
        nginxplus_server_zone_responses{code="1xx",server_zone="site2"} 0
        nginxplus_server_zone_responses{code="2xx",server_zone="site2"} 112674
        nginxplus_server_zone_responses{code="3xx",server_zone="site2"} 45383
        nginxplus_server_zone_responses{code="4xx",server_zone="site2"} 2504
        nginxplus_server_zone_responses{code="5xx",server_zone="site2"} 4419
        nginxplus_server_zone_responses_codes{code="200",server_zone="site1"} 727270
        nginxplus_server_zone_responses_codes{code="301",server_zone="site1"} 4614
        nginxplus_server_zone_responses_codes{code="404",server_zone="site1"} 930
        nginxplus_server_zone_responses_codes{code="503",server_zone="site1"} 1535
        nginxplus_server_zone_responses_codes{code="200",server_zone="site2"} 112674
        nginxplus_server_zone_sent{server_zone="site1"} 2.0183175459e+10
        nginxplus_server_zone_sent{server_zone="site2"} 2.98324151e+09
        nginxplus_ssl_handshakes 79572
        nginxplus_ssl_handshakes_failed 21025
        nginxplus_ssl_session_reuses 15762
        nginxplus_stream_limit_connection_passed{zone="perserver"} 15
        nginxplus_stream_limit_connection_rejected{zone="perserver"} 0
        nginxplus_stream_limit_connection_rejected_dry_run{zone="perserver"} 2
        nginxplus_stream_server_ssl_handshakes{server_zone="mysql-frontend"} 76455
        nginxplus_stream_server_ssl_handshakes_failed{server_zone="mysql-frontend"} 432
        nginxplus_stream_server_ssl_session_reuses{server_zone="mysql-frontend"} 28770
        nginxplus_stream_server_zone_connections{server_zone="mysql-frontend"} 270925
        nginxplus_stream_server_zone_discarded{server_zone="mysql-frontend"} 0
        nginxplus_stream_server_zone_processing{server_zone="mysql-frontend"} 2
        nginxplus_stream_server_zone_received{server_zone="mysql-frontend"} 2.8988975e+07
        nginxplus_stream_server_zone_sent{server_zone="mysql-frontend"} 3.879346317e+09
        nginxplus_stream_server_zone_sessions{code="2xx",server_zone="mysql-frontend"} 155564
        nginxplus_stream_server_zone_sessions{code="4xx",server_zone="mysql-frontend"} 1
        nginxplus_stream_server_zone_sessions{code="5xx",server_zone="mysql-frontend"} 2
        nginxplus_stream_upstream_server_active{server="10.0.0.1:12345",upstream="mysql_backends"} 1
        nginxplus_stream_upstream_server_connect_time{server="10.0.0.1:12345",upstream="mysql_backends"} 1
        nginxplus_stream_upstream_server_connections{server="10.0.0.1:12345",upstream="mysql_backends"} 1231
        nginxplus_stream_upstream_server_fails{server="10.0.0.1:12345",upstream="mysql_backends"} 4
        nginxplus_stream_upstream_server_first_byte_time{server="10.0.0.1:12345",upstream="mysql_backends"} 2
        nginxplus_stream_upstream_server_health_checks_checks{server="10.0.0.1:12345",upstream="mysql_backends"} 26214
        nginxplus_stream_upstream_server_health_checks_fails{server="10.0.0.1:12345",upstream="mysql_backends"} 6
        nginxplus_stream_upstream_server_health_checks_unhealthy{server="10.0.0.1:12345",upstream="mysql_backends"} 7
        nginxplus_stream_upstream_server_limit{server="10.0.0.1:12345",upstream="mysql_backends"} 30
        nginxplus_stream_upstream_server_received{server="10.0.0.1:12345",upstream="mysql_backends"} 1.9222475454e+10
        nginxplus_stream_upstream_server_response_time{server="10.0.0.1:12345",upstream="mysql_backends"} 3
        nginxplus_stream_upstream_server_sent{server="10.0.0.1:12345",upstream="mysql_backends"} 2.51946292e+08
        nginxplus_stream_upstream_server_ssl_handshakes{server="10.0.0.1:12345",upstream="mysql_backends"} 200
        nginxplus_stream_upstream_server_ssl_handshakes_failed{server="10.0.0.1:12345",upstream="mysql_backends"} 4
        nginxplus_stream_upstream_server_ssl_session_reuses{server="10.0.0.1:12345",upstream="mysql_backends"} 189
        nginxplus_stream_upstream_server_state{server="10.0.0.1:12345",upstream="mysql_backends"} 2
        nginxplus_stream_upstream_server_unavail{server="10.0.0.1:12345",upstream="mysql_backends"} 5
        nginxplus_stream_upstream_zombies{upstream="mysql_backends"} 0
        nginxplus_stream_zone_sync_zone_bytes_in 1.364923761e+09
        nginxplus_stream_zone_sync_zone_bytes_out 1.402765472e+09
        nginxplus_stream_zone_sync_zone_msgs_in 337236
        nginxplus_stream_zone_sync_zone_msgs_out 346717
        nginxplus_stream_zone_sync_zone_nodes_online 15
        nginxplus_stream_zone_sync_zone_records_pending{zone="zone1"} 2061
        nginxplus_stream_zone_sync_zone_records_pending{zone="zone2"} 0
        nginxplus_stream_zone_sync_zone_records_total{zone="zone1"} 260575
        nginxplus_stream_zone_sync_zone_records_total{zone="zone2"} 14749
        nginxplus_upstream_keepalive{upstream="trac-backend"} 2
        nginxplus_upstream_server_active{server="10.0.0.1:8088",upstream="trac-backend"} 0
        nginxplus_upstream_server_active{server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_fails{server="10.0.0.1:8088",upstream="trac-backend"} 0
        nginxplus_upstream_server_fails{server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_header_time{server="10.0.0.1:8088",upstream="trac-backend"} 20
        nginxplus_upstream_server_header_time{server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_health_checks_checks{server="10.0.0.1:8088",upstream="trac-backend"} 26214
        nginxplus_upstream_server_health_checks_fails{server="10.0.0.1:8088",upstream="trac-backend"} 0
        nginxplus_upstream_server_health_checks_unhealthy{server="10.0.0.1:8088",upstream="trac-backend"} 0
        nginxplus_upstream_server_limit{server="10.0.0.1:8088",upstream="trac-backend"} 20
        nginxplus_upstream_server_limit{server="10.0.0.1:8089",upstream="trac-backend"} 20
        nginxplus_upstream_server_received{server="10.0.0.1:8088",upstream="trac-backend"} 1.9222475454e+10
        nginxplus_upstream_server_received{server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_requests{server="10.0.0.1:8088",upstream="trac-backend"} 667231
        nginxplus_upstream_server_requests{server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_response_time{server="10.0.0.1:8088",upstream="trac-backend"} 36
        nginxplus_upstream_server_response_time{server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_responses{code="1xx",server="10.0.0.1:8088",upstream="trac-backend"} 0
        nginxplus_upstream_server_responses{code="2xx",server="10.0.0.1:8088",upstream="trac-backend"} 666310
        nginxplus_upstream_server_responses{code="3xx",server="10.0.0.1:8088",upstream="trac-backend"} 0
        nginxplus_upstream_server_responses{code="4xx",server="10.0.0.1:8088",upstream="trac-backend"} 915
        nginxplus_upstream_server_responses{code="5xx",server="10.0.0.1:8088",upstream="trac-backend"} 6
        nginxplus_upstream_server_responses{code="1xx",server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_responses{code="2xx",server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_responses{code="3xx",server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_responses{code="4xx",server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_responses{code="5xx",server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_responses_codes{code="200",server="10.0.0.1:8088",upstream="trac-backend"} 666310
        nginxplus_upstream_server_responses_codes{code="404",server="10.0.0.1:8088",upstream="trac-backend"} 915
        nginxplus_upstream_server_responses_codes{code="503",server="10.0.0.1:8088",upstream="trac-backend"} 6
        nginxplus_upstream_server_sent{server="10.0.0.1:8088",upstream="trac-backend"} 2.51946292e+08
        nginxplus_upstream_server_sent{server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_ssl_handshakes{server="10.0.0.1:8088",upstream="trac-backend"} 620311
        nginxplus_upstream_server_ssl_handshakes{server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_ssl_handshakes_failed{server="10.0.0.1:8088",upstream="trac-backend"} 3432
        nginxplus_upstream_server_ssl_handshakes_failed{server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_ssl_session_reuses{server="10.0.0.1:8088",upstream="trac-backend"} 36442
        nginxplus_upstream_server_ssl_session_reuses{server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_server_state{server="10.0.0.1:8088",upstream="trac-backend"} 1
        nginxplus_upstream_server_state{server="10.0.0.1:8089",upstream="trac-backend"} 6
        nginxplus_upstream_server_unavail{server="10.0.0.1:8088",upstream="trac-backend"} 0
        nginxplus_upstream_server_unavail{server="10.0.0.1:8089",upstream="trac-backend"} 0
        nginxplus_upstream_zombies{upstream="trac-backend"} 0
        nginxplus_worker_connection_accepted{id="0",pid="32212"} 1
        nginxplus_worker_connection_accepted{id="1",pid="32214"} 5
        nginxplus_worker_connection_active{id="0",pid="32212"} 1
        nginxplus_worker_connection_active{id="1",pid="32214"} 0
        nginxplus_worker_connection_dropped{id="0",pid="32212"} 0
        nginxplus_worker_connection_dropped{id="1",pid="32214"} 0
        nginxplus_worker_connection_idle{id="0",pid="32212"} 0
        nginxplus_worker_connection_idle{id="1",pid="32214"} 2
        nginxplus_worker_http_requests_current{id="0",pid="32212"} 1
        nginxplus_worker_http_requests_current{id="1",pid="32214"} 0
        nginxplus_worker_http_requests_total{id="0",pid="32212"} 15
        nginxplus_worker_http_requests_total{id="1",pid="32214"} 9
    "#]],
    );
}

#[test]
fn nothing_configured() {
    check(
        r#"{"connections": {}}"#,
        expect![[r#"
        nginxplus_connections_accepted 0
        nginxplus_connections_active 0
        nginxplus_connections_dropped 0
        nginxplus_connections_idle 0
        nginxplus_duplicate_servers 0
    "#]],
    );
}

#[test]
fn servers_that_are_there_twice() {
    check(
        r#"{"stream/upstreams": {"a": {"peers": [{"server": "x", "state": "unhealthy"}, {"server": "x"}], "zombies": 1}}}"#,
        expect![[r#"
            nginxplus_duplicate_servers 1
            nginxplus_stream_upstream_server_active{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_connect_time{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_connections{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_fails{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_first_byte_time{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_limit{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_received{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_response_time{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_sent{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_ssl_handshakes{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_ssl_handshakes_failed{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_ssl_session_reuses{server="x",upstream="a"} 0
            nginxplus_stream_upstream_server_state{server="x",upstream="a"} 6
            nginxplus_stream_upstream_server_unavail{server="x",upstream="a"} 0
            nginxplus_stream_upstream_zombies{upstream="a"} 1
        "#]],
    );
}

#[test]
fn other_shapes() {
    check(
        r#"{"connections": [], "http/upstreams": {"a": 1, "b": {"peers": {}}}, "workers": {}, "http/caches": [1],
            "http/server_zones": {"z": {"responses": {"codes": [200], "1xx": "many"}}}, "ssl": null}"#,
        expect![[r#"
            nginxplus_connections_accepted 0
            nginxplus_connections_active 0
            nginxplus_connections_dropped 0
            nginxplus_connections_idle 0
            nginxplus_duplicate_servers 0
            nginxplus_server_ssl_handshakes{server_zone="z"} 0
            nginxplus_server_ssl_handshakes_failed{server_zone="z"} 0
            nginxplus_server_ssl_session_reuses{server_zone="z"} 0
            nginxplus_server_zone_discarded{server_zone="z"} 0
            nginxplus_server_zone_processing{server_zone="z"} 0
            nginxplus_server_zone_received{server_zone="z"} 0
            nginxplus_server_zone_requests{server_zone="z"} 0
            nginxplus_server_zone_responses{code="1xx",server_zone="z"} 0
            nginxplus_server_zone_responses{code="2xx",server_zone="z"} 0
            nginxplus_server_zone_responses{code="3xx",server_zone="z"} 0
            nginxplus_server_zone_responses{code="4xx",server_zone="z"} 0
            nginxplus_server_zone_responses{code="5xx",server_zone="z"} 0
            nginxplus_server_zone_sent{server_zone="z"} 0
            nginxplus_ssl_handshakes 0
            nginxplus_ssl_handshakes_failed 0
            nginxplus_ssl_session_reuses 0
            nginxplus_upstream_keepalive{upstream="a"} 0
            nginxplus_upstream_keepalive{upstream="b"} 0
            nginxplus_upstream_zombies{upstream="a"} 0
            nginxplus_upstream_zombies{upstream="b"} 0
        "#]],
    );
}
