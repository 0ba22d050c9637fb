//! The orders that are measured with.

use std::io::Write as _;
use std::path::Path;

use anyhow::Result;

/// The body of a webhook call.
pub(crate) const ORDER: &str = r#"{"id":1007,"number":"SO-001007","customer":{"id":42,"name":"Meyer & Co","email":"buy@meyer.example"},"country":"DE","currency":"EUR","total":249.9,"lines":[{"sku":"A-1","qty":2,"price":99.95},{"sku":"B-2","qty":1,"price":50}]}"#;

const COUNTRIES: [&str; 8] = ["DE", "FR", "IT", "ES", "NL", "PL", "US", "JP"];

/// Order `n` as JSON of about 220 bytes; the same for the same `n`.
pub(crate) fn order(n: usize) -> String {
    let country = COUNTRIES[n * 7 % COUNTRIES.len()];
    let cents = (n * 7_919) % 40_000;
    format!(
        r#"{{"id":{n},"number":"SO-{n:07}","customer":{{"id":{},"name":"Customer number {}","email":"c{}@shop.example"}},"country":"{country}","currency":"EUR","total":{}.{:02},"items":{},"status":"paid","created":"2026-{:02}-{:02}T10:00:00Z"}}"#,
        n % 5_000,
        n % 5_000,
        n % 5_000,
        cents / 100,
        cents % 100,
        n % 9 + 1,
        n % 12 + 1,
        n % 28 + 1,
    )
}

/// Writes so many orders, one on a line.
pub(crate) fn write_orders(path: &Path, n_orders: usize) -> Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    for n in 0..n_orders {
        writeln!(file, "{}", order(n))?;
    }
    file.flush()?;
    Ok(())
}
