//! Dates read, moved and written.

use serde_json::{Value as Json, json};

use super::*;

#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn date(more: Json, value: Json) -> Result<Json, String> {
    let mut params = json!({ "dates": [{ "to": "out", "from": "in" }] });
    for (key, value) in more.as_object().unwrap() {
        match key.as_str() {
            "zone" | "into_zone" | "holidays" | "weekend" => params[key] = value.clone(),
            _ => params["dates"][0][key] = value.clone(),
        }
    }
    let params: Params = serde_json::from_value(params).unwrap();
    let ready = Ready::of(&params).map_err(|problem| problem.message)?;
    let item = Value::from(json!({ "in": value }));
    let found = params.dates[0].value(0, &item, &mapping::NoNames, &ready);
    found.map(|value| value.map_or(json!("nothing"), |v| v.to_serde())).map_err(|e| e.to_string())
}

#[track_caller]
fn check(more: Json, value: Json, expect: Json) {
    assert_eq!(date(more, value), Ok(expect));
}

#[test]
fn dates_are_known_by_their_look() {
    for text in ["2026-03-01", "20260301"] {
        check(json!({}), json!(text), json!("2026-03-01"));
    }
    for text in [
        "2026-03-01T14:30:00Z",
        "2026-03-01T15:30:00+01:00",
        "2026-03-01 14:30",
        "202603011430",
        "20260301143000",
        "Sun, 01 Mar 2026 14:30:00 GMT",
    ] {
        check(json!({}), json!(text), json!("2026-03-01T14:30:00+00:00"));
    }
    check(json!({}), json!(1_772_375_400), json!("2026-03-01T14:30:00+00:00"));
    check(json!({}), json!(1_772_375_400_123_i64), json!("2026-03-01T14:30:00.123+00:00"));
    for text in ["01.03.2026", "03/01/2026", "soon", "1234", "2026-02-30"] {
        let told = date(json!({}), json!(text)).unwrap_err();
        assert!(told.contains("say how it is written"), "{told}");
    }
}

#[test]
fn a_format_says_how_a_date_is_written() {
    check(json!({ "read": "%d.%m.%Y" }), json!("01.03.2026"), json!("2026-03-01"));
    check(
        json!({ "read": "%m/%d/%y %H:%M" }),
        json!("03/01/26 14:30"),
        json!("2026-03-01T14:30:00+00:00"),
    );
    check(json!({ "read": "%d %b %Y" }), json!("01 Mar 2026"), json!("2026-03-01"));
    check(
        json!({ "read": "%Y-%m-%d %z", "zone": "UTC" }),
        json!(1_772_323_200),
        json!("2026-03-01T00:00:00+00:00"),
    );
    let told = date(json!({ "read": "%d.%m.%Y" }), json!("2026-03-01")).unwrap_err();
    assert!(told.starts_with("out: \"2026-03-01\" is not written as %d.%m.%Y"), "{told}");
}

#[test]
fn times_follow_their_zone_through_summer_time() {
    let berlin = json!({ "zone": "Europe/Berlin" });
    check(berlin.clone(), json!("2026-03-01 14:30"), json!("2026-03-01T14:30:00+01:00"));
    check(berlin.clone(), json!("2026-07-01 14:30"), json!("2026-07-01T14:30:00+02:00"));
    // A day later is the same time of the day, though this one has 23 hours.
    let next = json!({ "zone": "Europe/Berlin", "add": "1" });
    check(next, json!("2026-03-28 12:00"), json!("2026-03-29T12:00:00+02:00"));
    let hours = json!({ "zone": "Europe/Berlin", "add": "24", "unit": "hours" });
    check(hours, json!("2026-03-28 12:00"), json!("2026-03-29T13:00:00+02:00"));
    let told = date(json!({ "zone": "Europe/Berln" }), json!("2026-03-01")).unwrap_err();
    assert_eq!(told, "There is no time zone Europe/Berln. Write it as Europe/Berlin, or UTC.");
}

#[test]
fn business_days_leave_out_weekends_and_holidays() {
    let by = |n: i64| json!({ "add": n.to_string(), "unit": "business_days", "holidays": ["2026-12-25"] });
    check(by(1), json!("2026-12-24"), json!("2026-12-28"));
    check(by(-1), json!("2026-12-28"), json!("2026-12-24"));
    check(by(0), json!("2026-12-25"), json!("2026-12-28"));
    check(by(0), json!("2026-12-24"), json!("2026-12-24"));
    check(by(5), json!("2026-12-24"), json!("2027-01-01"));
    let friday = json!({ "add": "1", "unit": "business_days", "weekend": ["friday", "saturday"] });
    check(friday, json!("2026-12-24"), json!("2026-12-27"));
    let all = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let none = json!({ "add": "1", "unit": "business_days", "weekend": all });
    assert!(date(none, json!("2026-12-24")).unwrap_err().contains("there are none"));
}

#[test]
fn months_end_where_they_end() {
    check(json!({ "add": "1", "unit": "months" }), json!("2026-01-31"), json!("2026-02-28"));
    check(json!({ "add": "-1", "unit": "years" }), json!("2024-02-29"), json!("2023-02-28"));
    let told = date(json!({ "add": "9999999", "unit": "days" }), json!("2026-01-31")).unwrap_err();
    assert!(told.contains("100000 is the most"), "{told}");
}

#[test]
fn dates_are_written_as_asked() {
    let at = || json!("2026-03-01T14:30:00Z");
    for (write, expect) in [
        ("date", json!("2026-03-01")),
        ("datetime", json!("2026-03-01T15:30:00+01:00")),
        ("utc", json!("2026-03-01T14:30:00Z")),
        ("epoch_s", json!(1_772_375_400)),
        ("epoch_ms", json!(1_772_375_400_000_i64)),
        ("%d.%m.%y %H:%M", json!("01.03.26 15:30")),
    ] {
        check(json!({ "write": write, "zone": "Europe/Berlin" }), at(), expect);
    }
    let told = date(json!({ "write": "day" }), at()).unwrap_err();
    assert_eq!(told, "day is no format. Write one such as %d.%m.%Y, or date.");
    assert!(date(json!({ "write": "%J" }), at()).is_err());
}

#[test]
fn what_is_not_there_stays_away_unless_it_is_required() {
    check(json!({}), json!(null), json!("nothing"));
    check(json!({}), json!(""), json!("nothing"));
    let told = date(json!({ "required": true }), json!(null)).unwrap_err();
    assert_eq!(told, "There is no date: in gives nothing.");
}
