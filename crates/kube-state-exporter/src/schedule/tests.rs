use jiff::Timestamp;

use super::*;

/// From and next in RFC 3339; `never` and `invalid` where there is no next time or no schedule.
#[track_caller]
fn check(schedule: &str, zone: Option<&str>, from: &str, expect: &str) {
    let from: Timestamp = from.parse().unwrap();
    let found = match Schedule::parse(schedule, zone, &TimeZone::UTC) {
        None => "invalid".to_owned(),
        Some(schedule) => match schedule.next(from.as_second()) {
            None => "never".to_owned(),
            Some(seconds) => Timestamp::from_second(seconds).unwrap().to_string(),
        },
    };
    assert_eq!(found, expect, "{schedule}");
}

#[test]
fn fields() {
    let from = "2018-03-11T04:34:56Z";
    check("0 */6 * * *", None, from, "2018-03-11T06:00:00Z");
    check("25 * * * *", None, from, "2018-03-11T05:25:00Z");
    check("34 4 * * *", None, from, "2018-03-12T04:34:00Z");
    check("35 4 11 3 0", None, from, "2018-03-11T04:35:00Z");
    check("5/20 1-3,9-17/4 * * *", None, from, "2018-03-11T09:05:00Z");
    check("0 0 ? FEB mon-Fri", None, from, "2019-02-01T00:00:00Z");
    check("0 0 29 2 *", None, from, "2020-02-29T00:00:00Z");
    check("0 0 31 * *", None, from, "2018-03-31T00:00:00Z");
    check(
        "0 22-2 * * *",
        None,
        "2018-03-11T03:00:00Z",
        "2018-03-11T22:00:00Z",
    );
    check("* * * * *", None, "1969-12-31T23:59:30Z", "1970-01-01T00:00:00Z");
}

#[test]
fn days_match_by_either_field() {
    let from = "2018-03-11T04:34:56Z";
    check("0 0 13 * fri", None, from, "2018-03-13T00:00:00Z");
    check("0 0 14 * 2", None, from, "2018-03-13T00:00:00Z");
    check("0 0 */2 * 3", None, from, "2018-03-13T00:00:00Z");
    check("0 0 * * 3", None, from, "2018-03-14T00:00:00Z");
    check("0 0 * * 7", None, from, "2018-03-18T00:00:00Z");
    check("0 0 * * 5-7", None, from, "2018-03-16T00:00:00Z");
}

#[test]
fn descriptors() {
    let from = "2018-03-11T04:34:56Z";
    check("@yearly", None, from, "2019-01-01T00:00:00Z");
    check("@monthly", None, from, "2018-04-01T00:00:00Z");
    check("@weekly", None, from, "2018-03-18T00:00:00Z");
    check("@midnight", None, from, "2018-03-12T00:00:00Z");
    check("@hourly", None, from, "2018-03-11T05:00:00Z");
    check("@every 1h30m", None, from, "2018-03-11T06:04:56Z");
    check("@every 1.5s", None, from, "2018-03-11T04:34:57Z");
    check("@every 10ms", None, from, "2018-03-11T04:34:57Z");
    check("@none", None, from, "never");
    check("@every", None, from, "invalid");
    check("@every 5", None, from, "invalid");
    check("@every 99999999h", None, from, "invalid");
    check("@sometimes", None, from, "invalid");
}

#[test]
fn zones() {
    let from = "2018-03-11T04:34:56Z";
    check("0 */6 * * *", Some("Asia/Shanghai"), from, "2018-03-11T10:00:00Z");
    check(
        "CRON_TZ=Asia/Shanghai 0 */6 * * *",
        None,
        from,
        "2018-03-11T10:00:00Z",
    );
    check("TZ=Asia/Shanghai @daily", None, from, "2018-03-11T16:00:00Z");
    check("0 0 * * *", Some("UTC"), from, "2018-03-12T00:00:00Z");
    check("0 0 * * *", Some("Invalid/Zone"), from, "invalid");
    check("0 0 * * *", Some(""), from, "invalid");
    check("TZ=UTC", None, from, "invalid");
    check("TZ=UTC 0 0 * * *", Some("UTC"), from, "invalid");
}

#[test]
fn clocks_change() {
    // 2018-03-11 02:00 to 03:00 does not exist in New York; what falls into it runs at once.
    let new_york = Some("America/New_York");
    check(
        "30 2 * * *",
        new_york,
        "2018-03-11T05:00:00Z",
        "2018-03-11T07:30:00Z",
    );
    check(
        "30 3 * * *",
        new_york,
        "2018-03-11T05:00:00Z",
        "2018-03-11T07:30:00Z",
    );
    // 2018-11-04 01:00 to 02:00 exists twice.
    check(
        "30 1 * * *",
        new_york,
        "2018-11-04T05:31:00Z",
        "2018-11-04T06:30:00Z",
    );
    check(
        "30 1 * * *",
        new_york,
        "2018-11-04T06:31:00Z",
        "2018-11-05T06:30:00Z",
    );
    // Midnight did not exist in São Paulo on 2018-11-04.
    check(
        "0 12 4 11 *",
        Some("America/Sao_Paulo"),
        "2018-11-03T12:00:00Z",
        "2018-11-04T14:00:00Z",
    );
    // Clocks go by half an hour on Lord Howe Island. Hours are counted from midnight, so that on the day of the change the
    // full hours are missed, as the reference misses them.
    let lord_howe = Some("Australia/Lord_Howe");
    check(
        "0 12 * * *",
        lord_howe,
        "2018-10-05T02:00:00Z",
        "2018-10-06T01:30:00Z",
    );
    check(
        "0 12 * * *",
        lord_howe,
        "2018-10-06T02:00:00Z",
        "2018-10-08T01:00:00Z",
    );
}

#[test]
fn never() {
    let from = "2018-03-11T04:34:56Z";
    check("0 0 30 2 *", None, from, "never");
    check(", * * * *", None, from, "never");
    check("* * * * *", None, "9999-12-30T22:00:00Z", "never");
}

#[test]
fn invalid() {
    for schedule in [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "*/120 4-22 * * *",
        "0 1 */32,1-7 * 3",
        "*/0 * * * *",
        "1-2-3 * * * *",
        "1/2/3 * * * *",
        "-1 * * * *",
        "x * * * *",
        "* * * jan-xyz *",
        "* * L * *",
        "1-40/99999999999 * * * *",
    ] {
        check(schedule, None, "2018-03-11T04:34:56Z", "invalid");
    }
    check(&"1,".repeat(600), None, "2018-03-11T04:34:56Z", "invalid");
}

#[test]
fn the_zone_of_the_process_is_that_of_schedules_without_one() {
    let berlin = TimeZoneDatabase::bundled().get("Europe/Berlin").unwrap();
    let next = |text: &str, zone| {
        let from: Timestamp = "2018-07-11T04:34:56Z".parse().unwrap();
        let next = Schedule::parse(text, zone, &berlin)
            .unwrap()
            .next(from.as_second());
        Timestamp::from_second(next.unwrap()).unwrap().to_string()
    };
    assert_eq!(next("0 8 * * *", None), "2018-07-11T06:00:00Z");
    assert_eq!(next("0 8 * * *", Some("Local")), "2018-07-11T06:00:00Z");
    assert_eq!(next("@daily", None), "2018-07-11T22:00:00Z");
    assert_eq!(next("0 8 * * *", Some("UTC")), "2018-07-11T08:00:00Z");
    assert_eq!(next("TZ=Asia/Tokyo 0 8 * * *", None), "2018-07-11T23:00:00Z");
}
