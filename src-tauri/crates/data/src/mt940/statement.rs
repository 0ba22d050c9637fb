//! What the tags of a statement say, by names.
//! A tag that is not written as the standard demands is an error with its line.

use super::{
    fields::{Parts, signed},
    reader::Tag,
};
use crate::{
    Value,
    fault::{FaultKind, FormatError, shown},
};

type Members = Vec<(&'static str, Value)>;

pub(super) fn read(tags: &[Tag]) -> Result<Value, FormatError> {
    let mut statement = Members::new();
    let mut lists: [(&'static str, Vec<Value>); 3] = [
        ("forward_available", Vec::new()),
        ("floor_limits", Vec::new()),
        ("transactions", Vec::new()),
    ];
    let mut transaction: Option<Members> = None;
    for tag in tags {
        let text = tag.text.as_str();
        let fail = |wanted: &str| {
            let problem = format!(
                "the tag :{}: holds {}, which is not {wanted}; read the tags only if the bank writes it so",
                tag.name,
                shown(text)
            );
            FormatError::at_line(FaultKind::Syntax, tag.line, problem)
        };
        match tag.name.as_str() {
            "20" => statement.push(("reference", text.into())),
            "21" => statement.push(("related_reference", text.into())),
            "25" | "25P" => statement.push(("account", text.into())),
            "28" | "28C" => {
                let (number, sequence) = text.split_once('/').unwrap_or((text, ""));
                statement.push(("number", number.into()));
                if !sequence.is_empty() {
                    statement.push(("sequence", sequence.into()));
                }
            }
            "13D" | "13" => statement.push(("created", text.into())),
            "60F" | "60M" | "62F" | "62M" | "64" | "65" => {
                let value = balance(text).ok_or_else(|| {
                    fail("a mark, a date, a currency and an amount, as C260301EUR100,00")
                })?;
                match tag.name.as_bytes() {
                    b"65" => lists[0].1.push(value),
                    b"64" => statement.push(("available", value)),
                    [b'6', b'0', ..] => statement.push(("opening", value)),
                    _ => {
                        finish(&mut transaction, &mut lists[2].1);
                        statement.push(("closing", value));
                    }
                }
            }
            "34F" => lists[1].1.push(
                floor_limit(text).ok_or_else(|| fail("a currency and an amount, as EURD0,00"))?,
            ),
            "90D" | "90C" => {
                let value = count(text)
                    .ok_or_else(|| fail("a number, a currency and an amount, as 3EUR12,50"))?;
                statement.push((if tag.name == "90D" { "debits" } else { "credits" }, value));
            }
            "61" => {
                finish(&mut transaction, &mut lists[2].1);
                let line = line(text).ok_or_else(|| {
                    fail("a date, a mark, an amount and a type, as 2603020302D9,50NTRFNONREF")
                })?;
                transaction = Some(line);
            }
            "86" => {
                let target = transaction.as_mut().unwrap_or(&mut statement);
                target.push(("details", text.into()));
                target.extend(subfields(text).map(|fields| ("detail_fields", fields)));
            }
            _ => {}
        }
    }
    finish(&mut transaction, &mut lists[2].1);
    statement.extend(
        lists
            .into_iter()
            .filter(|(name, values)| *name == "transactions" || !values.is_empty())
            .map(|(name, values)| (name, Value::from(values))),
    );
    Ok(Value::object(statement))
}

fn finish(transaction: &mut Option<Members>, transactions: &mut Vec<Value>) {
    transactions.extend(transaction.take().map(Value::object));
}

/// `C260301EUR100,00`
fn balance(text: &str) -> Option<Value> {
    let mut parts = Parts(text.trim_end());
    let mark = parts.mark()?;
    let date = parts.date()?;
    // Some banks leave out the currency, which the account has anyway.
    let currency = parts.letters(3);
    let amount = parts.amount()?;
    parts.0.is_empty().then_some(())?;
    let mut members = vec![("date", Value::from(date))];
    members.extend(currency.map(|currency| ("currency", Value::from(currency))));
    members.push(("amount", signed(mark, amount)?));
    Some(Value::object(members))
}

/// `EURD0,00`
fn floor_limit(text: &str) -> Option<Value> {
    let mut parts = Parts(text.trim_end());
    let currency = parts.letters(3)?;
    let mark = parts.mark();
    let amount = parts.amount()?;
    parts.0.is_empty().then_some(())?;
    let mut members = vec![("currency", Value::from(currency))];
    members.extend(mark.map(|mark| ("mark", Value::from(mark))));
    members.push(("amount", signed("", amount)?));
    Some(Value::object(members))
}

/// `3EUR12,50`
fn count(text: &str) -> Option<Value> {
    let mut parts = Parts(text.trim_end());
    let count = parts.number()?.parse::<u64>().ok()?;
    let currency = parts.letters(3)?;
    let amount = parts.amount()?;
    parts.0.is_empty().then_some(())?;
    let amount = signed("", amount)?;
    Some(Value::object([
        ("count", Value::from(count)),
        ("currency", currency.into()),
        ("amount", amount),
    ]))
}

/// `2603020302D9,50NTRFNONREF//B1`, and a line of more.
fn line(text: &str) -> Option<Members> {
    let (first, more) = text.split_once('\n').unwrap_or((text, ""));
    let mut parts = Parts(first);
    let date = parts.date()?;
    let entry_date = parts.day_near(&date);
    let mark = parts.mark()?;
    // The third letter of the currency, if two currencies could be meant.
    let funds_code = parts.letters(1);
    let amount = signed(mark, parts.amount()?)?;
    let mut members = vec![("date", Value::from(date))];
    members.extend(entry_date.map(|date| ("entry_date", Value::from(date))));
    members.push(("mark", mark.into()));
    members.extend(funds_code.map(|code| ("funds_code", Value::from(code))));
    members.push(("amount", amount));
    let kind = parts.take(4.min(parts.0.len()))?;
    members.push(("type", kind.into()));
    let (reference, bank_reference) = parts.0.split_once("//").unwrap_or((parts.0, ""));
    let rest = [("reference", reference), ("bank_reference", bank_reference), ("supplement", more)];
    let rest = rest.into_iter().filter(|(_, text)| !text.is_empty());
    members.extend(rest.map(|(name, text)| (name, Value::from(text.trim_end()))));
    Some(members)
}

/// `051?00TRANSFER?20Invoice 7`, as German banks write it: the code and the fields by number.
fn subfields(text: &str) -> Option<Value> {
    let text = text.replace('\n', "");
    let (code, rest) = text.split_at_checked(3)?;
    let mark = rest.chars().next().filter(|c| !c.is_alphanumeric() && *c != ' ' && *c != '/')?;
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    is_digits(code).then_some(())?;
    let mut members = vec![("code".to_owned(), Value::from(code))];
    for part in rest.split(mark).skip(1) {
        let (number, text) = part.split_at_checked(2).filter(|(number, _)| is_digits(number))?;
        members.push((number.to_owned(), text.into()));
    }
    Some(Value::object(members))
}
