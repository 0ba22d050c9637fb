//! The business formats on the files of others.

mod common;

use std::path::PathBuf;

use data::{
    Limits, Value,
    edi::{EdiError, Options, edifact, x12},
};

fn files(folder: &str) -> Vec<PathBuf> {
    let Some(folder) = common::corpus(folder) else { return Vec::new() };
    let entries = std::fs::read_dir(&folder).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

#[test]
fn look() {
    type Read = fn(&[u8], &Options, &Limits) -> Result<Value, EdiError>;
    type Write = fn(&Value) -> Result<Vec<u8>, EdiError>;
    let all: [(&str, Read, Write); 2] =
        [("edi/x12", x12::read, x12::write), ("edi/edifact", edifact::read, edifact::write)];
    for (folder, read, write) in all {
        for file in files(folder) {
            let bytes = std::fs::read(&file).expect("bytes");
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            match read(&bytes, &Options::default(), &Limits::default()) {
                Err(error) => println!("{name}: ERROR {error}"),
                Ok(value) => {
                    for i in value.as_list().unwrap() {
                        if let Some(w) = i.get("warnings") {
                            println!("{name}: warn {w}");
                        }
                    }
                    let again = write(&value).unwrap_or_else(|error| panic!("{name}: {error}"));
                    let same =
                        read(&again, &Options::default(), &Limits::default()).expect("again");
                    println!(
                        "{name}: equal {} bytes {} named {}",
                        same == value,
                        again == bytes || again.trim_ascii_end() == bytes.trim_ascii_end(),
                        !value.to_string().contains("segments\":")
                    );
                    if std::env::var("SHOW").is_ok_and(|show| name.contains(&show)) {
                        println!("{}", data::json::to_string_pretty(&value));
                    }
                }
            }
        }
    }
}
