use super::*;

fn options(pairs: &[(&str, &str)]) -> NumberOptions {
    let mut options = NumberOptions::default();
    for (name, value) in pairs {
        options.set(name, value);
    }
    options
}

fn format(value: f64, picture: &str, pairs: &[(&str, &str)]) -> String {
    let picture = NumberPicture::parse(picture, &options(pairs)).unwrap();
    let mut out = String::new();
    picture.format(value, &mut out);
    out
}

#[track_caller]
fn check(value: f64, picture: &str, expected: &str) {
    assert_eq!(format(value, picture, &[]), expected, "{value} as {picture}");
}

#[test]
fn numbers_are_written_as_the_picture_says() {
    check(12345.6, "#,###.00", "12,345.60");
    check(12_345_678.9, "9,999.99", "12,345,678.90");
    check(123.9, "9999", "0124");
    check(123_412_345.6, "#,##0.00", "123,412,345.60");
    check(-6.0, "000", "-006");
    check(0.14, "01%", "14%");
    check(0.14, "001\u{2030}", "140\u{2030}");
    check(1234.5678, "00.000e0", "12.346e2");
    check(0.234, "0.0e0", "2.3e-1");
    check(0.0, "0.0e0", "0.0e0");
    check(1e100, "#", "1e+100");
    check(-1e-4, "#0.00", "-0.00");
    check(0.0, "#.#", ".0");
    check(0.0, "#", "0");
    check(12.5, "#.##", "12.5");
    check(5.0, "#.##", "5.0");
    check(5.0, "0.##", "5");
    check(-3.5, "0.0;(0.0)", "(3.5)");
    check(1234.0, "$#,##0", "$1,234");
    check(2.5, "0", "2");
    check(1.005, "0.00", "1.00");
    check(1.015, "0.00", "1.02");
    check(1e15, "#,##0.00", "1,000,000,000,000,000.00");
    check(1_234_567_891_234.567, "#,##0.0", "1,234,567,891,234.6");
    check(0.5, "0000000000000000000000000.0", "0000000000000000000000000.5");
}

#[test]
fn other_signs_and_digits_can_be_given() {
    let german = [("decimal-separator", ","), ("grouping-separator", ".")];
    assert_eq!(format(-1234.5, "#.##0,00", &german), "-1.234,50");
    let circled = [("zero-digit", "\u{245f}")];
    assert_eq!(format(1234.5678, "##.##", &circled[..0]), "1234.57");
    assert_eq!(
        format(1234.5678, "\u{2460}\u{2460}.\u{2460}\u{2460}\u{2460}e\u{2460}", &circled),
        "\u{2460}\u{2461}.\u{2462}\u{2463}\u{2465}e\u{2461}"
    );
}

#[test]
fn irregular_groups_stand_only_before_digits_that_are_there() {
    check(12_345_678.0, "##,##,##0.00", "123,45,678.00");
    check(12.0, "##,##,##0.00", "12.00");
    check(12345.0, "##,##,##0.00", "12,345.00");
}

#[test]
fn a_broken_picture_tells_its_rule() {
    for (picture, code) in [
        ("#;#;#", "D3080"),
        ("#.0.0", "D3081"),
        ("#0%%", "D3082"),
        ("#0\u{2030}\u{2030}", "D3083"),
        ("#0%\u{2030}", "D3084"),
        (".e0", "D3085"),
        ("0+.e0", "D3086"),
        ("0,.e0", "D3087"),
        ("0,", "D3088"),
        ("0,,0", "D3089"),
        ("0#", "D3090"),
        ("#0.#0", "D3091"),
        ("#0.0e0%", "D3092"),
        ("#0.0e0,0", "D3093"),
        ("", "D3085"),
    ] {
        let fault = NumberPicture::parse(picture, &NumberOptions::default()).unwrap_err();
        assert_eq!(fault.code, code, "{picture}");
    }
}

#[test]
fn the_short_way_and_the_long_way_agree() {
    let picture = NumberPicture::parse("#,##0.00", &NumberOptions::default()).unwrap();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..20_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let value = (state >> 20) as f64 / [1.0, 8.0, 1000.0, 200.0, 3.0][(state % 5) as usize];
        let (mut short, mut long) = (String::new(), String::new());
        picture.format(value, &mut short);
        picture.push_any(&picture.positive, value, &mut long);
        assert_eq!(short, long, "{value}");
    }
}
