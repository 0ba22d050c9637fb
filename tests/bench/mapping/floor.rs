//! The mapping of the bench by hand: once over values, once over typed structs.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use data::{Key, Object, Shape, Value};
use serde::{Deserialize, Serialize};

/// The mapping over values, with the keys looked up by name as a Rust developer would.
pub(crate) struct OverValues {
    result: Shape,
    large: Shape,
}

impl OverValues {
    pub(crate) fn new() -> Self {
        let names = [
            "orderNo", "customer", "country", "date", "total", "net", "isPaid", "large", "sum",
            "byGroup",
        ];
        Self { result: Shape::new(names), large: Shape::new(["sku", "amount"]) }
    }

    pub(crate) fn map(&self, order: &Value) -> Result<Value> {
        let text = |value: &Value, key: &'static str| -> Result<String> {
            Ok(value.get(key).and_then(Value::as_str).context(key)?.to_owned())
        };
        let number = |value: &Value, key: &'static str| -> Result<f64> {
            value.get(key).and_then(Value::as_f64).context(key)
        };
        let customer = order.get("customer").context("customer")?;
        let ship_to = order.get("shipTo").context("shipTo")?;
        let lines = order.get("lines").and_then(Value::as_list).context("lines")?;
        let total = number(order, "total")?;
        let mut large = Vec::new();
        let mut sum = 0.0;
        let mut groups: Vec<(Key, f64)> = Vec::new();
        for line in lines {
            let (qty, price) = (number(line, "qty")?, number(line, "price")?);
            if qty > 2.0 {
                let sku = line.get("sku").context("sku")?.clone();
                let amount = Value::from(qty * price);
                large.push(Value::from(Object::from_shape(&self.large, [sku, amount])));
            }
            sum += qty * price;
            let group = line.get("group").and_then(Value::as_str).context("group")?;
            match groups.iter_mut().find(|(key, _)| key.as_str() == group) {
                Some((_, total)) => *total += qty,
                None => groups.push((Key::new(group), qty)),
            }
        }
        let name = text(customer, "name")?;
        let email = text(customer, "email")?;
        let large = match large.len() {
            0 => Value::null(),
            1 => large.remove(0),
            _ => Value::list(large),
        };
        let groups = groups.into_iter().map(|(key, total)| (key, Value::from(total)));
        let values = [
            Value::from(format!("SO-{}", text(order, "number")?).as_str()),
            Value::from(format!("{name} <{email}>").as_str()),
            Value::from(text(ship_to, "country")?.to_uppercase().as_str()),
            Value::from(date(&text(order, "placed")?)?.as_str()),
            Value::from(money(total).as_str()),
            Value::from((total / 1.19 * 100.0).round() / 100.0),
            Value::from(order.get("status").and_then(Value::as_str) == Some("paid")),
            large,
            Value::from(sum),
            Value::from(Object::new(groups)),
        ];
        Ok(Value::from(Object::from_shape(&self.result, values)))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    number: String,
    placed: String,
    status: String,
    total: f64,
    customer: Customer,
    ship_to: Address,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Customer {
    name: String,
    email: String,
}

#[derive(Deserialize)]
struct Address {
    country: String,
}

#[derive(Deserialize)]
struct Line {
    sku: String,
    group: String,
    qty: f64,
    price: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mapped {
    order_no: String,
    customer: String,
    country: String,
    date: String,
    total: String,
    net: f64,
    is_paid: bool,
    #[serde(skip_serializing_if = "Large::is_none")]
    large: Large,
    sum: f64,
    by_group: BTreeMap<String, f64>,
}

/// One line is no list, as in JSONata.
#[derive(Serialize)]
#[serde(untagged)]
enum Large {
    None,
    One(Amount),
    Many(Vec<Amount>),
}

impl Large {
    fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

#[derive(Serialize)]
struct Amount {
    sku: String,
    amount: f64,
}

pub(crate) fn typed(order: &Order) -> Result<Mapped> {
    let mut large = Vec::new();
    let mut sum = 0.0;
    let mut by_group = BTreeMap::new();
    for line in &order.lines {
        if line.qty > 2.0 {
            large.push(Amount { sku: line.sku.clone(), amount: line.qty * line.price });
        }
        sum += line.qty * line.price;
        match by_group.get_mut(&line.group) {
            Some(total) => *total += line.qty,
            None => {
                by_group.insert(line.group.clone(), line.qty);
            }
        }
    }
    let large = match large.len() {
        0 => Large::None,
        1 => Large::One(large.remove(0)),
        _ => Large::Many(large),
    };
    Ok(Mapped {
        order_no: format!("SO-{}", order.number),
        customer: format!("{} <{}>", order.customer.name, order.customer.email),
        country: order.ship_to.country.to_uppercase(),
        date: date(&order.placed)?,
        total: money(order.total),
        net: (order.total / 1.19 * 100.0).round() / 100.0,
        is_paid: order.status == "paid",
        large,
        sum,
        by_group,
    })
}

fn date(text: &str) -> Result<String> {
    let date = text.parse::<jiff::Timestamp>()?.to_zoned(jiff::tz::TimeZone::UTC).date();
    Ok(format!("{:02}.{:02}.{:04}", date.day(), date.month(), date.year()))
}

/// `#,##0.00`.
fn money(value: f64) -> String {
    let digits = format!("{:.2}", value.abs());
    let (whole, cents) = digits.split_at(digits.len() - 3);
    let mut out = String::with_capacity(digits.len() + 4);
    if value < 0.0 {
        out.push('-');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(cents);
    out
}
