//! Every sample file of the text formats is read, and equal after reading, writing and reading; a
//! broken one gives an error with a place. Prints what was read of each family.

#![allow(clippy::print_stdout, reason = "the result by family is shown")]

mod common;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use common::corpus;
use data::{
    Limits, Value, csv, fixed,
    form::multipart,
    json, mt940,
    xml::{self, WriteOptions},
    yaml,
};

/// A value, or why there is none.
type Outcome = Result<Value, String>;

/// Reads one file by its ending; nothing for those that are no data.
fn read(ending: &str, bytes: &[u8]) -> Option<Outcome> {
    let limits = Limits::default();
    let text = |result: Result<Value, data::FormatError>| {
        result.map_err(|error| {
            assert!(error.place.line().is_some(), "{error}");
            error.to_string()
        })
    };
    Some(match ending {
        "json" => json::read(bytes, &limits).map_err(|error| error.to_string()),
        "csv" => csv::read(bytes, &csv::Options::default(), &limits).map_err(|e| e.to_string()),
        "xml" | "xsd" | "wsdl" => text(xml::read(bytes, &xml::Options::default(), &limits)),
        "yaml" | "yml" => text(yaml::read(bytes, &yaml::Options::default(), &limits)),
        "ach" => text(fixed::read(bytes, &fixed::Layout::nacha(), &limits)),
        "sta" => text(mt940::read(bytes, &mt940::Options::default(), &limits)),
        _ => return None,
    })
}

/// The ways in which a value is written.
fn write(ending: &str, value: &Value) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let result = match ending {
        "json" => return vec![value.to_string().into(), json::to_string_pretty(value).into()],
        "csv" => {
            csv::write(value, b',', &mut out).expect("rows");
            Ok(())
        }
        "xml" | "xsd" | "wsdl" => {
            let options = WriteOptions { indent: Some(2), ..WriteOptions::default() };
            let pretty = xml::to_string(value, &options).expect("elements");
            xml::write(value, &WriteOptions::default(), &mut out).expect("elements");
            return vec![pretty.into(), out];
        }
        "yaml" | "yml" => yaml::write(value, &mut out),
        "ach" => fixed::write(value, &fixed::Layout::nacha(), &mut out),
        _ => mt940::write(value, &mt940::WriteOptions::default(), &mut out),
    };
    result.expect("what was read can be written");
    vec![out]
}

/// Reads, writes, and reads again; the two readings have to be equal.
fn check(path: &Path, bytes: &[u8]) -> Option<Outcome> {
    let ending = match path.extension()?.to_str()? {
        "txt" if bytes.starts_with(b"{1:") => "sta",
        ending => ending,
    };
    // SOAP with attachments: the envelope is the first part.
    if ending == "xml" && bytes.starts_with(b"--") {
        let options = multipart::Options::default();
        let parts = multipart::read_parts(bytes, &options, &Limits::default()).expect("parts");
        let envelope = parts.at(0).and_then(|part| part.get("text")).and_then(Value::as_str);
        return check(path, envelope.expect("an envelope").as_bytes());
    }
    let outcome = read(ending, bytes)?;
    if let Ok(value) = &outcome {
        for written in write(ending, value) {
            assert_eq!(read(ending, &written), Some(Ok(value.clone())), "{}", path.display());
            if ending == "ach" {
                assert_equal_lines(path, bytes, &written);
            }
        }
    }
    Some(outcome)
}

/// ACH files come back to the character, but for spaces at the end of lines.
fn assert_equal_lines(path: &Path, bytes: &[u8], out: &[u8]) {
    let lines = |bytes: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().map(|line| line.trim_end().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    };
    let (before, after) = (lines(bytes), lines(out));
    assert_eq!(before.len(), after.len(), "{}", path.display());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after, "{}", path.display());
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

/// The files that are broken, by their names.
const BROKEN: &[&str] = &[
    // One line of 471 characters, where records have 94.
    "ppd-debit-fixedLengthInvalid.ach",
    "invalid_statement.sta",
    "malformed.csv",
    // A name with two colons.
    "GET_DATA__should_work_with_more_deeply_nested_XML_messages_and_without_security__request.xml",
];

/// Whether a file is one of the objects of a Python program written out as YAML, which name
/// themselves within themselves and so are no tree.
fn is_object_graph(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yml")
        && path.parent().is_some_and(|folder| folder.ends_with("finance/mt940"))
}

#[test]
fn the_samples_are_read_and_equal_after_writing() {
    let mut families: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for folder in [
        "finance/ach",
        "finance/en16931",
        "finance/iso20022",
        "finance/mt940",
        "csv",
        "soap-messages",
        "odata",
        "health",
        "wsdl",
        "wsdl-multifile",
        "asyncapi",
        "arazzo",
    ] {
        let Some(root) = corpus(folder) else { return };
        let mut paths = Vec::new();
        files(&root, &mut paths);
        for path in paths {
            let bytes = std::fs::read(&path).unwrap();
            let Some(outcome) = check(&path, &bytes) else { continue };
            let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            let family = families.entry(format!("{folder} {ending}")).or_default();
            family[2] += 1;
            let is_broken = BROKEN.iter().any(|name| path.ends_with(name));
            match outcome {
                Ok(_) => {
                    assert!(!is_broken, "{}", path.display());
                    family[0] += 1;
                }
                Err(error) => {
                    assert!(is_broken || is_object_graph(&path), "{}: {error}", path.display());
                    family[1] += 1;
                }
            }
        }
    }
    println!("{:24} {:>5} {:>8} {:>5}", "family", "read", "refused", "files");
    for (family, [n_read, n_refused, n]) in families {
        println!("{family:24} {n_read:5} {n_refused:8} {n:5}");
    }
}

/// Small samples of what the files above have, for where they are not there.
#[test]
fn essentials_are_read_and_equal_after_writing() {
    const ACH: &str = concat!(
        "101 23138010401210428821906240000A094101Federal Reserve Bank   My Bank Name\n",
        "5220                FF3               US123456789 IATTRADEPAYMTCADUSD000000   1231380100000001\n",
        "6221210428820007             0000100000123456789                              1231380100000001\n",
        "710ANN000000000000100000928383-23938          BEK Enterprises                          0000001\n",
    );
    let invoice = concat!(
        "<?xml version='1.0' encoding='UTF-8'?><!-- c --><i:Invoice xmlns:i='urn:i' xmlns='urn:d'>",
        "<i:Line n='1'><Note>A &amp; B</Note><Note><![CDATA[<x>]]></Note></i:Line><i:Line n='2'/>",
        "<p>Hi <b>you</b>!</p></i:Invoice>"
    );
    let samples: &[(&str, &str)] = &[
        (
            "a.json",
            r#"{"resourceType":"Patient","n":1.10,"birthDate":"1970-03-30","x":[null,true]}"#,
        ),
        ("a.xml", invoice),
        ("a.yaml", "openapi: 3.0.0\nx: &a {b: [1, 2.50]}\ny: *a\nt: |\n  p\n  q\n"),
        ("a.csv", "a,b\n1,\"ha \"\"ha\"\" ha\"\n\"x\ny\",\n"),
        ("a.ach", ACH),
        ("a.sta", ":20:A\n:60F:C260301EUR1,00\n:61:260302D1,5NTRFX\n:86:051?00Y?20Z\n-\n"),
    ];
    for (name, text) in samples {
        let outcome = check(Path::new(name), text.as_bytes());
        assert!(matches!(outcome, Some(Ok(_))), "{name}: {outcome:?}");
    }
    let broken: &[(&str, &str)] = &[
        ("a.json", "{\n \"a\" 1}"),
        ("a.xml", "<a>\n<b></a>"),
        ("a.yaml", "a: 1\na: 2\n"),
        ("a.csv", "a,b\n\"x\" y,2\n"),
        ("a.ach", "X"),
        ("a.sta", "1\n2\n"),
    ];
    for (name, text) in broken {
        let error = check(Path::new(name), text.as_bytes()).unwrap().expect_err(text);
        assert!(error.contains("line "), "{name}: {error}");
    }
}
