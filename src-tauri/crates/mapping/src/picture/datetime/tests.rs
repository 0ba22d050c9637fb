use super::*;

const MOMENT: f64 = 1_521_801_216_617.0;

fn format(millis: f64, picture: &str, offset: &str) -> Result<String, Fault> {
    let mut out = String::new();
    let offset = if offset.is_empty() { Offset::default() } else { Offset::parse(offset)? };
    DateTimePicture::parse(picture)?.format(millis, offset, &mut out)?;
    Ok(out)
}

#[track_caller]
fn check(picture: &str, offset: &str, expected: &str) {
    assert_eq!(format(MOMENT, picture, offset).unwrap(), expected, "{picture}");
}

fn read(text: &str, picture: &str) -> Result<Option<f64>, Fault> {
    DateTimePicture::parse(picture)?.parse_time(text, &|| Ok(1_700_000_000_000))
}

#[track_caller]
fn check_read(text: &str, picture: &str, expected: f64) {
    assert_eq!(read(text, picture).unwrap(), Some(expected), "{text} as {picture}");
}

#[test]
fn times_are_written_as_the_picture_says() {
    check("[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]", "", "2018-03-23T10:33:36.617Z");
    check("[D1]/[M1]/[Y0001] [h#1]:[m01] [P]", "", "23/3/2018 10:33 am");
    check("[FNn], [D1o] [MNn] [Y]", "", "Friday, 23rd March 2018");
    check("[FNn,*-3] [MN,3-3] [Y01] [PN]", "", "Fri MAR 18 AM");
    check("[F] [F0]", "", "friday 5");
    check("[X0001]-W[W01]-[F1]", "", "2018-W12-5");
    check("[d001] [w] [x] [xNn]", "", "082 4 3 March");
    check("[YI] [Dwo] [Dw]", "", "MMXVIII twenty-third twenty-three");
    check("[[[Y]]] [C] [E]", "", "[2018] ISO ISO");
    check("[H01]:[m01] [z]", "+0530", "16:03 GMT+05:30");
    check("[H01]:[m01] [Z0000]", "-0500", "05:33 -0500");
    check("[H01]:[m01] [Z]", "-0330", "07:03 -03:30");
    check("[H01][Z0]", "+0545", "16+5:45");
    check("[Z01:01t] [Y9,999,*]", "", "Z 2,018");
}

#[test]
fn a_timestamp_without_a_picture_is_iso_8601() {
    let mut out = String::new();
    format_iso(MOMENT, Offset::default(), &mut out).unwrap();
    out.push(' ');
    format_iso(MOMENT, Offset::parse("-0800").unwrap(), &mut out).unwrap();
    assert_eq!(out, "2018-03-23T10:33:36.617Z 2018-03-23T02:33:36.617-08:00");
}

#[test]
fn times_are_read_as_the_picture_says() {
    check_read("2018-03-27T14:03:00.123Z", "[Y]-[M]-[D]T[H]:[m]:[s].[f]Z", 1_522_159_380_123.0);
    check_read("27/3/2018", "[D]/[M]/[Y]", 1_522_108_800_000.0);
    check_read("20180327", "[Y0001][M01][D01]", 1_522_108_800_000.0);
    check_read("Tuesday, 27th March 2018", "[FNn], [D1o] [MNn] [Y]", 1_522_108_800_000.0);
    check_read("27 mar 18", "[D] [MNn,3-3] [Y01]", -1_633_651_200_000.0);
    check_read("2018-086", "[Y0001]-[d001]", 1_522_108_800_000.0);
    check_read("2:03 pm 27/3/2018", "[h]:[m] [P] [D]/[M]/[Y]", 1_522_159_380_000.0);
    check_read("27/3/2018 14:03 GMT-05:30", "[D]/[M]/[Y] [H]:[m] [z]", 1_522_179_180_000.0);
    check_read("MMXVIII-iii-27", "[YI]-[Mi]-[D]", 1_522_108_800_000.0);
    check_read("twenty-seventh March 2018", "[Dwo] [MNn] [Y]", 1_522_108_800_000.0);
    check_read("14:03", "[H]:[m]", 1_699_970_580_000.0);
    assert_eq!(read("2018", "[Y]-[M]").unwrap(), None);
    assert_eq!(read("text", "text").unwrap(), None);
}

#[test]
fn a_broken_picture_tells_its_rule() {
    for (picture, code) in [
        ("[q]", "D3132"),
        ("[]", "D3132"),
        ("[Y", "D3135"),
        ("[D0\u{661}]", "D3131"),
        ("[Y,5000]", "G0021"),
    ] {
        assert_eq!(DateTimePicture::parse(picture).unwrap_err().code, code, "{picture}");
    }
    assert_eq!(format(MOMENT, "[YN]", "").unwrap_err().code, "D3133");
    assert_eq!(format(MOMENT, "[Z000001]", "").unwrap_err().code, "D3134");
    assert_eq!(format(1e17, "[Y]", "").unwrap_err().code, "G0022");
    assert_eq!(format(MOMENT, "[Y]", "Berlin").unwrap_err().code, "G0022");
    assert_eq!(read("2018 10", "[Y] [H]").unwrap_err().code, "D3136");
    assert_eq!(read("2018-W12", "[X]-W[W]").unwrap_err().code, "D3136");
    assert_eq!(read("x", "[YN]").unwrap_err().code, "D3133");
}

#[test]
fn what_is_written_is_read_back() {
    for picture in [
        "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001]",
        "[FNn] [D1o] [MNn] [Yw] [h]:[m]:[s].[f001] [P]",
    ] {
        let picture = DateTimePicture::parse(picture).unwrap();
        for ms in [0_i64, 951_782_400_000, 1_521_801_216_617, 4_102_444_799_999] {
            let mut text = String::new();
            picture.format(ms as f64, Offset::default(), &mut text).unwrap();
            let read = picture.parse_time(&text, &|| Ok(0)).unwrap();
            assert_eq!(read, Some(ms as f64), "{text}");
        }
    }
}
