//! A table in Markdown, as GitHub has it: written, and read back from an edited one.

use std::fmt::Write as _;

use super::table::{COLUMNS, RULE, SAMPLE_IN, SAMPLE_OUT, SOURCE, SheetRow, Table};

/// The table with a title above it.
pub(super) fn write(title: &str, table: &Table) -> String {
    let mut text = format!("# {}\n\n|", plain(title));
    for name in COLUMNS {
        let _ = write!(text, " {name} |");
    }
    text.push_str("\n|");
    for _ in COLUMNS {
        text.push_str(" --- |");
    }
    text.push('\n');
    for row in &table.rows {
        text.push('|');
        for (column, cell) in row.iter().enumerate() {
            let is_code = matches!(column, RULE | SOURCE | SAMPLE_IN | SAMPLE_OUT);
            let _ = write!(text, " {} |", if is_code { code(cell) } else { plain(cell) });
        }
        text.push('\n');
    }
    text
}

/// A text in a cell: what Markdown would take for marks is escaped.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\r' => {}
            '\n' => out.push_str("<br>"),
            c => out.push(c),
        }
    }
    out
}

/// A text in a cell as code, where code can hold it.
fn code(text: &str) -> String {
    let is_fit =
        !text.contains(['`', '\n', '\r', '\\']) && !text.starts_with(' ') && !text.ends_with(' ');
    match (text.is_empty(), is_fit) {
        (true, _) => String::new(),
        (_, true) => format!("`{}`", text.replace('|', "\\|")),
        (_, false) => plain(text),
    }
}

/// The rows of the tables in a text, each with its line.
pub(super) fn read(text: &str) -> Vec<SheetRow> {
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if !line.starts_with('|') || is_rule(line) {
            continue;
        }
        rows.push(SheetRow::new(index as u32 + 1, cells(line)));
    }
    rows
}

/// Whether a line is the one between the header and the rows: `| --- | :-: |`.
fn is_rule(line: &str) -> bool {
    line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// The cells of a line, what is escaped in them undone.
fn cells(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut chars = line.chars().skip(1).peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek().is_some() => {
                cell.push(c);
                cell.extend(chars.next());
            }
            '|' => cells.push(unwritten(std::mem::take(&mut cell).trim())),
            c => cell.push(c),
        }
    }
    if !cell.trim().is_empty() {
        cells.push(unwritten(cell.trim()));
    }
    cells
}

fn unwritten(cell: &str) -> String {
    let code = cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`'));
    if let Some(code) = code.filter(|code| !code.contains('`')) {
        return code.replace("\\|", "|");
    }
    let mut out = String::with_capacity(cell.len());
    let mut rest = cell;
    while let Some(c) = rest.chars().next() {
        let known = [("<br>", "\n"), ("<br/>", "\n"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
        if let Some((mark, text)) = known.into_iter().find(|(mark, _)| rest.starts_with(mark)) {
            out.push_str(text);
            rest = &rest[mark.len()..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match (c, rest.chars().next()) {
            ('\\', Some(escaped)) if escaped.is_ascii_punctuation() => {
                out.push(escaped);
                rest = &rest[escaped.len_utf8()..];
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_they_were_written() {
        let odd = [
            "a | b & c",
            "`tick`",
            "line\nbreak",
            "x_y * z",
            "a\\|b",
            "<b>",
            "&lt;",
            " ",
            "[0]",
            "",
        ];
        let mut row: [String; 9] = Default::default();
        for chunk in odd.chunks(9) {
            for (cell, text) in row.iter_mut().zip(chunk) {
                (*text).clone_into(cell);
            }
            // Each text both as a plain cell and as code.
            for shift in 0..9 {
                let mut turned = row.clone();
                turned.rotate_right(shift);
                let written = write("A", &Table { rows: vec![turned.clone()] });
                let read = read(&written);
                let expect: Vec<String> =
                    turned.iter().map(|cell| cell.trim().to_owned()).collect();
                assert_eq!(read[1], SheetRow::new(5, expect), "{written}");
            }
        }
    }
}
