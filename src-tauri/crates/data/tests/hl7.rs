//! HL7 v2: messages, escapes, batches, frames and acknowledgments.

use data::{
    Limits, Path, Value,
    hl7::{self, AckCode, Framing, Hl7Error, Options, mllp},
    json,
};
use proptest::prelude::*;

const ADT: &str = "MSH|^~\\&|ADT1|MCM|LAB|MCM|198808181126||ADT^A01^ADT_A01|MSG00001|P|2.5\r\
    EVN|A01|198808181123\r\
    PID|||PATID1234^5^M11^ADT1^MR^MCM~123456789^^^USSSA&1.2.3&ISO^SS||JONES^WILLIAM^A^III||19610615|M\r\
    NK1|1|JONES^BARBARA^K|SPO^Spouse|\"\"||\r\
    ZPI|1|own^segment\r";

fn read(text: &str) -> Result<Value, Hl7Error> {
    hl7::read(text.as_bytes(), &Options::default(), &Limits::default())
}

fn at(value: &Value, path: &str) -> String {
    let path: Path = path.parse().expect("a path");
    path.get(value).map_or("nothing".to_owned(), ToString::to_string)
}

fn value(text: &str) -> Value {
    json::read(text.as_bytes(), &Limits::default()).expect(text)
}

/// Reads a field, gives it as JSON, and checks that it is equal after write and read.
fn check_field(text: &str, expect: &str) {
    let message = format!("MSH|^~\\&|A\rOBX|{text}\r");
    let file = read(&message).expect(text);
    assert_eq!(at(&file, "messages[0].segments[1].fields[0]"), expect, "{text}");
    let written = hl7::write(&file).expect(text);
    assert_eq!(hl7::read(&written, &Options::default(), &Limits::default()), Ok(file), "{text}");
}

#[test]
fn fields_are_found_by_their_numbers() {
    let file = read(ADT).expect("a message");
    for (path, expect) in [
        ("messages[0].type", "\"ADT^A01^ADT_A01\""),
        ("messages[0].control", "\"MSG00001\""),
        ("messages[0].segments[0].fields[0]", "\"|\""),
        ("messages[0].segments[0].fields[8]", r#"["ADT","A01","ADT_A01"]"#),
        ("messages[0].segments[2].fields[4][1]", "\"WILLIAM\""),
        ("messages[0].segments[2].fields[2].repeat[1][3]", r#"["USSSA","1.2.3","ISO"]"#),
        ("messages[0].segments[3].fields[3]", r#""\"\"""#),
        ("messages[0].segments[4]", r#"{"tag":"ZPI","fields":["1",["own","segment"]]}"#),
    ] {
        assert_eq!(at(&file, path), expect, "{path}");
    }
    assert_eq!(hl7::write(&file).expect("bytes"), ADT.as_bytes());
}

#[test]
fn escapes_are_characters() {
    for (text, expect) in [
        (r"a\F\b\S\c\T\d\R\e\E\f", r#""a|b^c&d~e\\f""#),
        (r"one\.br\two", r#""one\ntwo""#),
        (r"\X41C3A4\", r#""Aä""#),
        (r"\X0D\", r#""\r""#),
        // What says how a text looks stays, as do bytes that are no text.
        (r"\H\bold\N\ \.sp2\ \XFF\ \Z1\", r#""\\H\\bold\\N\\ \\.sp2\\ \\XFF\\ \\Z1\\""#),
        // A backslash that begins no escape is one.
        (r"C:\temp", r#""C:\\temp""#),
        (r"C:\temp and D:\F\x", r#""C:\\temp and D:|x""#),
        (r"\E\X41\E\", r#""\\X41\\""#),
        ("A&B", r#"[["A","B"]]"#),
        ("A&B^C", r#"[["A","B"],"C"]"#),
        ("A~B&C", r#"{"repeat":["A",[["B","C"]]]}"#),
        ("^^", r#"["","",""]"#),
    ] {
        check_field(text, expect);
    }
}

#[test]
fn other_separators_and_line_breaks_are_kept() {
    for text in [
        "MSH#*~\\&#A\rPID#1*2#a\\T\\b\r",
        "MSH|^~\\&|A\nPID|1\n",
        "MSH|^~\\&|A\r\nPID|1\r\n",
        "MSH|^~\\&#|A|B\rPID\r",
        "MSH|^~\\&||||||||||||||||UNICODE UTF-8\rPID|Müller\r",
    ] {
        let file = read(text).expect(text);
        assert_eq!(String::from_utf8(hl7::write(&file).expect(text)).as_deref(), Ok(text));
    }
    let latin = b"MSH|^~\\&||||||||||||||||8859/1\rPID|M\xFCller\r";
    let file = hl7::read(latin, &Options::default(), &Limits::default()).expect("Latin-1");
    assert_eq!(at(&file, "messages[0].segments[1].fields[0]"), "\"Müller\"");
    assert_eq!(hl7::write(&file).expect("bytes"), latin);
}

#[test]
fn an_escape_character_that_is_written_twice_is_a_warning() {
    let text = "MSH|^~\\\\&|A\rPID|a&b\\F\\c\r";
    let file = read(text).expect("a message");
    assert_eq!(at(&file, "messages[0].segments[1].fields[0]"), r#"[["a","b|c"]]"#);
    assert_eq!(at(&file, "messages[0].warnings[0].field"), "2");
    assert_eq!(hl7::write(&file).expect("bytes"), text.as_bytes());
    let strict = hl7::read(text.as_bytes(), &Options { strict: true }, &Limits::default());
    let error = strict.expect_err("strict").to_string();
    assert_eq!(error, "the escape character stands there twice at segment 1 `MSH-2`, line 1");
}

#[test]
fn a_batch_file_has_batches() {
    let text = "FHS|^~\\&|A\rBHS|^~\\&|A\rMSH|^~\\&|A\rPID|1\rMSH|^~\\&|B\rBTS|2\r\
        BHS|^~\\&|A\rMSH|^~\\&|C\rBTS|5|note\rFTS|2\r";
    let file = read(text).expect("a batch file");
    assert_eq!(at(&file, "batches[0].messages[1].segments[0].fields[2]"), "\"B\"");
    let warning = at(&file, "warnings[0].message");
    assert_eq!(warning, r#""the count says `5` and there are 1 messages""#);
    assert_eq!(hl7::write(&file).expect("bytes"), text.as_bytes());
    let strict = hl7::read(text.as_bytes(), &Options { strict: true }, &Limits::default());
    let error = strict.expect_err("a wrong count").to_string();
    let expect = "the count says `5` and there are 1 messages at segment 9 `BTS-1`, line 9";
    assert_eq!(error, expect);
    let messages = hl7::messages(text.as_bytes(), &Options::default(), &Limits::default());
    assert_eq!(messages.flatten().count(), 3);
}

#[test]
fn faults_have_a_place() {
    for (text, expect) in [
        ("", "there is no message, which begins with `MSH`, at segment 1, line 1"),
        (
            "PID|1\rMSH|^~\\&|A\r",
            "a message begins with `MSH`, and here stands `PID`, at segment 1 `PID`, line 1",
        ),
        (
            "MSH|^~\\&|A\rpid|1\r",
            "`pid` is no name of a segment, which has three large letters or digits, \
             at segment 2 `pid`, line 2",
        ),
        (
            "MSH|^~\\&|A\rPID^1\r",
            "after the name of the segment stands `^` and not `|` at segment 2 `PID`, line 2",
        ),
        ("MSH|^^\\&|A\r", "one character is to separate two things at segment 1 `MSH-2`, line 1"),
        ("MSH\r", "the separator of fields is missing at segment 1 `MSH-2`, line 1"),
        (
            "BHS|^~\\&|A\rMSH|^~\\&|A\r",
            "the batch has no end, `BTS` is missing, at segment 1 `BHS`, line 1",
        ),
    ] {
        assert_eq!(read(text).expect_err(text).to_string(), expect);
    }
    let limits = Limits { text: 20, ..Limits::default() };
    let error = hl7::read(ADT.as_bytes(), &Options::default(), &limits).expect_err("too long");
    assert_eq!(error.to_string(), "a segment is longer than 20 bytes at segment 1, line 1");
}

#[test]
fn after_a_broken_message_the_next_is_read() {
    let text = "MSH|^~\\&|A\r// note\rMSH|^~\\&|B\r\r/* note */\rMSH|^~\\&|C\r";
    let messages = hl7::messages(text.as_bytes(), &Options::default(), &Limits::default());
    let read: Vec<_> = messages.map(|message| message.is_ok()).collect();
    assert_eq!(read, [false, false, true]);
}

#[test]
fn what_cannot_be_written_is_told_with_its_path() {
    for (text, expect) in [
        (r#"{"segments":[]}"#, "`segments[0]` must be the segment `MSH`, the message's header"),
        (
            r#"{"messages":[{"segments":[{"tag":"MSH","fields":["|","^"]},{"tag":"PID","fields":["a^b"]}]}]}"#,
            "`messages[0].segments[1].fields[0]` contains `^`, and MSH-2 has no character to escape it with",
        ),
        (
            r#"{"segments":[{"tag":"MSH","fields":["|","^~\\&"]},{"tag":"PID","fields":[["a",true]]}]}"#,
            "`segments[1].fields[0][1]` is a boolean, and a text is needed",
        ),
        (
            r#"{"messages":[{"segments":[{"tag":"MSH","fields":["|","^"]},{"tag":"PID","field":[]}]}]}"#,
            "`messages[0].segments[1].field` is not known here; there is tag, fields",
        ),
        (
            r#"{"segments":[],"x":1}"#,
            "`x` is not known here; there is type, control, segments, line_end, charset, warnings",
        ),
        ("7", "`value` is a number, and an object is needed"),
    ] {
        assert_eq!(hl7::write(&value(text)).expect_err(text).to_string(), expect);
    }
}

#[test]
fn an_acknowledgment_goes_back_to_the_sender() {
    let file = read(ADT).expect("a message");
    let message = file.get("messages").and_then(|messages| messages.at(0)).expect("a message");
    let ack = hl7::ack(message, AckCode::Error, "ACK7", "20260301120000", Some("no bed|free"));
    let bytes = hl7::write(&ack.expect("an answer")).expect("bytes");
    assert_eq!(
        String::from_utf8(bytes).as_deref(),
        Ok("MSH|^~\\&|LAB|MCM|ADT1|MCM|20260301120000||ACK^A01^ACK|ACK7|P|2.5\r\
            MSA|AE|MSG00001|no bed\\F\\free\r")
    );
}

#[test]
fn frames_are_taken_off_however_they_arrive() {
    let stream =
        [&mllp::encode(ADT.as_bytes())[..], b"\r\n", &mllp::encode(b"MSH|x\x1cy")].concat();
    for n_bytes in [1, 2, 3, 7, 64, stream.len()] {
        let mut decoder = mllp::Decoder::new(1 << 20);
        let mut messages = Vec::new();
        for chunk in stream.chunks(n_bytes) {
            decoder.push(chunk);
            while let Some(message) = decoder.next() {
                messages.push(message.expect("a message"));
            }
        }
        assert_eq!(messages, [ADT.as_bytes(), b"MSH|x\x1cy"]);
        assert_eq!(decoder.finish(), Ok(()));
    }
    assert_eq!(Framing::Mllp.frame(b"x".to_vec()), b"\x0bx\x1c\x0d");
}

#[test]
fn after_a_broken_frame_the_next_is_read() {
    let mut decoder = mllp::Decoder::new(8);
    decoder.push(b"GET /\x0bone\x0btwo\x1c\x0d\x0b123456789\x1c\x0d\x0bok\x1c\x0d\x0bopen");
    let mut told = Vec::new();
    while let Some(message) = decoder.next() {
        told.push(match message {
            Ok(message) => String::from_utf8(message).expect("text"),
            Err(error) => error.to_string(),
        });
    }
    assert_eq!(
        told,
        [
            "byte 0 of the stream is 0x47 where a message begins with 0x0B",
            "a message begins at byte 9 of the stream before the last one ended",
            "two",
            "the message that begins at byte 15 of the stream is longer than 8 bytes",
            "ok",
        ]
    );
    let end = decoder.finish().expect_err("cut off").to_string();
    assert_eq!(end, "the stream ended within the message that begins at byte 32");
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[|^~&\\\\A-Z.0-9HXbr\n\r ]{0,12}", ".{0,12}"]
}

proptest! {
    #[test]
    fn random_messages_are_equal_after_write_and_read(
        fields in prop::collection::vec(prop::collection::vec(any_text(), 1..4), 1..6)
    ) {
        let fields: Value = fields.into_iter().map(|parts| match parts.len() {
            1 => Value::from(&parts[0]),
            _ => parts.iter().map(Value::from).collect(),
        }).collect();
        let header = value(r#"{"tag":"MSH","fields":["|","^~\\&","A"]}"#);
        let segment = Value::object([("tag", Value::from("ZZZ")), ("fields", fields)]);
        let message = Value::object([("segments", Value::list([header, segment]))]);
        let bytes = hl7::write(&message).expect("bytes");
        let file = hl7::read(&bytes, &Options::default(), &Limits::default()).expect("a message");
        let again = hl7::write(&file).expect("bytes");
        let same = hl7::read(&again, &Options::default(), &Limits::default()).expect("a message");
        prop_assert_eq!(&same, &file);
        let expect = message.get("segments").and_then(|segments| segments.at(1)).cloned();
        let found = at(&file, "messages[0].segments[1]");
        // A backslash, a known letter and a backslash are an escape from then on.
        if !expect.as_ref().is_some_and(|segment| segment.to_string().contains("\\\\")) {
            prop_assert_eq!(found, expect.expect("a segment").to_string());
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = [b"MSH|^~\\&|A\rPID|", &bytes[..]].concat();
        for bytes in [&bytes, &text] {
            if let Ok(file) = hl7::read(bytes, &Options::default(), &Limits::default()) {
                let written = hl7::write(&file);
                if let Ok(written) = written {
                    let again = hl7::read(&written, &Options::default(), &Limits::default());
                    prop_assert_eq!(again, Ok(file));
                }
            }
            let mut decoder = mllp::Decoder::new(64);
            decoder.push(bytes);
            for _ in 0..1000 {
                if decoder.next().is_none() { break }
            }
        }
    }

    #[test]
    fn separators_of_any_kind_never_panic(text in "MSH[!-~ä]{0,7}\rPID[|^a-c\\\\&~!-/]{0,20}") {
        if let Ok(file) = read(&text) {
            let written = hl7::write(&file).expect("what was read can be written");
            let again = hl7::read(&written, &Options::default(), &Limits::default());
            prop_assert_eq!(again, Ok(file));
        }
    }
}
