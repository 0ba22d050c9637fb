//! What is counted while a run goes: how far a file has been read, how full the channels are.

use flow::run::What;
use serde_json::json;

use super::{engine, flow, request, run_by};
use crate::item::CHUNK_ITEMS;

#[tokio::test(start_paused = true)]
async fn a_file_tells_how_far_it_is_read_and_a_slow_reader_fills_its_channel() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.ndjson");
    let n_rows = 14 * CHUNK_ITEMS;
    let rows: String =
        (0..n_rows).fold(String::new(), |rows, n| rows + &format!("{{\"n\":{n},\"wait\":1}}\n"));
    std::fs::write(&path, &rows).expect("the file is written");
    let flow = flow(
        json!([
            { "id": "read", "type": "file.read", "params": { "path": path.display().to_string() } },
            { "id": "call", "type": "test.call" },
        ]),
        &["read>call"],
    );
    let (engine, journal) = engine(32 << 20);
    let ran = run_by(&engine, journal, &flow, request(json!([{}]))).await;
    assert_eq!(ran.items.len(), n_rows);

    let progress: Vec<(u64, u64)> = ran
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::Progress { done, of, .. } => Some((*done, *of)),
            _ => None,
        })
        .collect();
    let size = rows.len() as u64;
    assert!(progress.iter().all(|(_, of)| *of == size), "{progress:?}");
    assert!(progress.is_sorted(), "{progress:?}");
    assert_eq!(progress.last(), Some(&(size, size)));
    assert!((2..=16).contains(&progress.len()), "{progress:?}");

    let fills: Vec<u8> = ran
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::Passed { wire, fill, .. } if wire.as_str().starts_with("read") => Some(*fill),
            _ => None,
        })
        .collect();
    assert!(fills.contains(&100), "{fills:?}");
    assert_eq!(fills.last(), Some(&0), "nothing waits at the end: {fills:?}");
}
