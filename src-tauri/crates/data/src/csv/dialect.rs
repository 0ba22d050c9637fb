//! How a CSV source is written, told by its first rows: charset, delimiter, quote, header.
//! A guess to start from; options that are given are never overruled.

use csv::StringRecord;

use super::{CsvOptions, Trim};
use crate::{Charset, charset, schema::TextFormat};

/// How a CSV source is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The charset, by the mark at its start or by its bytes.
    pub charset: Charset,
    /// The byte between fields: `,` `;` tab or `|`.
    pub delimiter: u8,
    /// The byte around fields: `"` or `'`.
    pub quote: u8,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Whether numbers are written like `1.234,50`; a hint for the mapping, as fields stay texts.
    pub decimal_comma: bool,
    /// Fields of the first row.
    pub columns: usize,
}

impl Dialect {
    /// Tells the dialect by the start of a source; 16 KB are plenty.
    pub fn detect(sample: &[u8]) -> Self {
        let sample = &sample[..sample.len().min(charset::SAMPLE_BYTES)];
        let (charset, mark) =
            Charset::marked(sample).unwrap_or_else(|| (Charset::guess(sample), 0));
        // What cannot be decoded is told when it is read.
        let text = charset.decode_lossy(&sample[mark..]);
        Self::of_text(text.as_bytes(), charset)
    }

    pub(super) fn of_text(sample: &[u8], charset: Charset) -> Self {
        let delimiter = detect_delimiter(sample);
        let quote = detect_quote(sample, delimiter);
        let rows = first_rows(sample, delimiter, quote);
        Self {
            charset,
            delimiter,
            quote,
            header: has_header(&rows),
            decimal_comma: has_decimal_comma(&rows),
            columns: rows.first().map_or(0, StringRecord::len),
        }
    }

    /// Options that read such a source.
    pub fn options(&self) -> CsvOptions {
        CsvOptions {
            delimiter: Some(self.delimiter),
            quote: self.quote,
            header: self.header,
            charset: Some(self.charset),
            trim: Trim::None,
            ..CsvOptions::default()
        }
    }
}

const DELIMITERS: [u8; 4] = *b",;\t|";

/// The delimiter that stands equally often in most of the first lines; the comma if none does.
pub(super) fn detect_delimiter(sample: &[u8]) -> u8 {
    let counts = count_delimiters(sample);
    let score = |column: usize| {
        let first = counts.first().map_or(0, |line| line.n[column]);
        let n_alike = counts.iter().filter(|line| line.n[column] == first).count();
        if first == 0 { (0, 0) } else { (n_alike, first) }
    };
    // Where another delimiter is as regular, commas between digits are decimal commas.
    let comma = score(0);
    let has_decimals = counts.iter().all(|line| line.n_decimal_commas == line.n[0]);
    let is_decimal = has_decimals && (1..DELIMITERS.len()).any(|other| score(other).0 >= comma.0);
    let score = |column: usize| if column == 0 && is_decimal { (0, 0) } else { score(column) };
    // The last of equals wins, so the comma is asked last.
    let best = (0..DELIMITERS.len()).rev().max_by_key(|&column| score(column));
    best.map_or(b',', |column| DELIMITERS[column])
}

#[derive(Clone, Copy, Default)]
struct Line {
    n: [usize; 4],
    /// Commas with a digit on both sides.
    n_decimal_commas: usize,
}

/// How often each delimiter stands outside of quotes, line by line.
fn count_delimiters(sample: &[u8]) -> Vec<Line> {
    const MAX_LINES: usize = 20;
    let mut lines = Vec::new();
    let mut line = Line::default();
    let mut is_quoted = false;
    let mut is_blank = true;
    for (at, &b) in sample.iter().enumerate() {
        is_blank &= matches!(b, b'\r' | b'\n');
        match b {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => {
                if !is_blank {
                    lines.push(line);
                }
                line = Line::default();
                is_blank = true;
                if lines.len() == MAX_LINES {
                    return lines;
                }
            }
            _ if !is_quoted => {
                if let Some(column) = DELIMITERS.iter().position(|&d| d == b) {
                    line.n[column] += 1;
                    let is_digit = |at: usize| sample.get(at).is_some_and(u8::is_ascii_digit);
                    let is_decimal = at > 0 && is_digit(at - 1) && is_digit(at + 1);
                    line.n_decimal_commas += usize::from(b == b',' && is_decimal);
                }
            }
            _ => {}
        }
    }
    // The last line may be cut off by the end of the sample; it counts only if it is the first.
    if lines.is_empty() && !is_blank {
        lines.push(line);
    }
    lines
}

/// The single quote if fields begin and end with it and none begins with the double one.
fn detect_quote(sample: &[u8], delimiter: u8) -> u8 {
    let is_edge = |b: Option<&u8>| b.is_none_or(|b| *b == delimiter || matches!(b, b'\r' | b'\n'));
    let count = |quote: u8| {
        let (mut n_begins, mut n_ends) = (0, 0);
        for at in memchr::memchr_iter(quote, sample) {
            let before = at.checked_sub(1).and_then(|at| sample.get(at));
            n_begins += usize::from(is_edge(before));
            n_ends += usize::from(is_edge(sample.get(at + 1)));
        }
        (n_begins, n_ends)
    };
    let (n_begins, n_ends) = count(b'\'');
    let is_single = n_begins > 0 && n_begins == n_ends && count(b'"').0 == 0;
    if is_single { b'\'' } else { b'"' }
}

fn first_rows(sample: &[u8], delimiter: u8, quote: u8) -> Vec<StringRecord> {
    const MAX_ROWS: usize = 50;
    let rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quote(quote)
        .has_headers(false)
        .flexible(true)
        .from_reader(sample);
    let mut rows: Vec<StringRecord> = rows
        .into_byte_records()
        .flatten()
        .map(StringRecord::from_byte_record_lossy)
        .take(MAX_ROWS)
        .collect();
    // The last row may be cut off.
    if rows.len() > 2 {
        rows.pop();
    }
    rows
}

/// Whether a field is what a column holds rather than what it is called.
fn is_data(field: &str) -> bool {
    let field = field.trim();
    is_number(field)
        || is_decimal_comma(field)
        || matches!(
            TextFormat::guess(field),
            Some(TextFormat::Date | TextFormat::DateTime | TextFormat::Uuid | TextFormat::Email)
        )
        || matches!(field, "true" | "false" | "TRUE" | "FALSE")
}

fn is_number(field: &str) -> bool {
    let digits = field.strip_prefix(['-', '+']).unwrap_or(field);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'%'))
}

/// `1,5`, `-1.234,50`
fn is_decimal_comma(field: &str) -> bool {
    let field = field.trim().trim_start_matches(['-', '+']);
    let Some((whole, fraction)) = field.split_once(',') else { return false };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split('.');
    let starts = groups.next().is_some_and(is_digits);
    starts && groups.all(|group| group.len() == 3 && is_digits(group)) && is_digits(fraction)
}

/// Whether the first row names the columns: other than the rows below, or with names only.
fn has_header(rows: &[StringRecord]) -> bool {
    let Some((first, rest)) = rows.split_first() else { return true };
    let mut votes = 0;
    for (column, name) in first.iter().enumerate() {
        let mut below = rest.iter().filter_map(|row| row.get(column)).filter(|f| !f.is_empty());
        let has_data = below.clone().next().is_some() && below.all(is_data);
        if has_data {
            votes += if is_data(name) { -1 } else { 1 };
        }
    }
    if votes != 0 {
        return votes > 0;
    }
    let mut names: Vec<&str> = first.iter().collect();
    names.sort_unstable();
    names.dedup();
    names.len() == first.len() && !first.iter().any(is_data)
}

fn has_decimal_comma(rows: &[StringRecord]) -> bool {
    let fields = || rows.iter().flatten().map(str::trim);
    let n_commas = fields().filter(|field| is_decimal_comma(field)).count();
    let n_points = fields().filter(|field| is_number(field) && field.contains('.')).count();
    n_commas > n_points
}
