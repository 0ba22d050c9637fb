//! The data of the sample systems, made from a fixed seed: equal in every start. Not what the
//! systems remember later.

use jiff::{Timestamp, ToSpan};
use serde_json::{Value as Json, json};

use super::names::{CITIES, COMPANIES, FIRST, LAST, PRODUCTS, STREETS};

const CUSTOMERS: usize = 80;
const ORDERS: usize = 260;

/// What there is at the start.
pub(super) struct Seed {
    pub(super) customers: Vec<Json>,
    pub(super) products: Vec<Json>,
    pub(super) orders: Vec<Json>,
    pub(super) payments: Vec<Json>,
    pub(super) invoices: Vec<Json>,
}

impl Seed {
    pub(super) fn new() -> Self {
        let mut dice = Dice(0x6761_6e74_7279);
        let customers: Vec<Json> = (0..CUSTOMERS).map(|n| customer(n, &mut dice)).collect();
        let products = products();
        let orders: Vec<Json> =
            (0..ORDERS).map(|n| order(n, &customers, &products, &mut dice)).collect();
        let payments: Vec<Json> = orders.iter().enumerate().filter_map(payment).collect();
        let invoices = payments.iter().enumerate().filter_map(invoice).collect();
        Self { customers, products, orders, payments, invoices }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): short, and good enough for made-up data.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

/// The moment so many minutes after the first of August.
fn at(minutes: usize) -> String {
    let first: Timestamp = "2026-08-01T06:00:00Z".parse().expect("a moment in ISO 8601");
    (first + (minutes as i64).minutes()).to_string()
}

fn money(cents: u64) -> Json {
    json!(cents as f64 / 100.0)
}

fn cents(amount: &Json) -> u64 {
    (amount.as_f64().unwrap_or_default() * 100.0).round() as u64
}

fn customer(n: usize, dice: &mut Dice) -> Json {
    // Neighbours in the lists differ, and no two customers have both names in common.
    let first = FIRST[n % FIRST.len()];
    let last = LAST[(n * 7 + n / FIRST.len()) % LAST.len()];
    let (company, domain, _) = COMPANIES[(n * 3) % COMPANIES.len()];
    let (country, city, postcode, currency) = *dice.pick(CITIES);
    let (street, house) = (dice.pick(STREETS), 1 + dice.roll(120));
    json!({
        "id": 501 + n,
        "name": format!("{first} {last}"),
        "email": format!("{}.{}@{domain}", plain(first), plain(last)),
        "company": company,
        "phone": format!("+49 40 555 {:04}", 1000 + dice.roll(9000)),
        "currency": currency,
        "address": { "street": format!("{street} {house}"), "city": city, "postcode": postcode, "country": country },
        "newsletter": dice.roll(3) > 0,
        "created_at": at(n * 97),
        "updated_at": at(n * 97 + dice.roll(120_000)),
    })
}

/// A name as it stands in an address.
fn plain(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .filter_map(|c| match c {
            'í' => Some('i'),
            'á' => Some('a'),
            'é' => Some('e'),
            'ü' => Some('u'),
            ' ' | '\'' => None,
            other => Some(other),
        })
        .collect()
}

fn products() -> Vec<Json> {
    PRODUCTS
        .iter()
        .enumerate()
        .map(|(n, (name, cents))| {
            json!({
                "id": 201 + n,
                "sku": format!("P-{:03}", n + 1),
                "name": name,
                "price": money(*cents),
                "weight_g": 120 + (n * 137) % 2_400,
                "active": n % 11 != 10,
                "updated_at": at(n * 1_311),
            })
        })
        .collect()
}

fn order(n: usize, customers: &[Json], products: &[Json], dice: &mut Dice) -> Json {
    let customer = dice.pick(customers);
    let mut total = 0;
    let lines: Vec<Json> = (0..=dice.roll(4))
        .map(|line| {
            let product = dice.pick(products);
            // A line without a quantity slips in now and then: the ERP will refuse it.
            let quantity = if n % 37 == 36 && line == 0 { 0 } else { 1 + dice.roll(6) as u64 };
            let price = cents(&product["price"]);
            total += price * quantity;
            json!({
                "line": line + 1, "sku": product["sku"], "name": product["name"],
                "quantity": quantity, "price": product["price"], "amount": money(price * quantity),
            })
        })
        .collect();
    let minutes = n * 580 + dice.roll(500);
    let status = ["paid", "shipped", "paid", "shipped", "open", "paid", "cancelled", "shipped"]
        [dice.roll(8)];
    let mut order = json!({
        "id": 1001 + n,
        "number": format!("SO-{}", 1001 + n),
        "status": status,
        "created_at": at(minutes),
        "updated_at": at(minutes + dice.roll(4_000)),
        "customer": { "id": customer["id"], "name": customer["name"], "email": customer["email"] },
        "country": customer["address"]["country"],
        "currency": customer["currency"],
        "lines": lines,
        "total": money(total),
        "shipping_address": customer["address"],
    });
    if dice.roll(6) == 0 {
        order["note"] = json!("Please ring twice");
    }
    order
}

fn payment((n, order): (usize, &Json)) -> Option<Json> {
    let is_paid = matches!(order["status"].as_str(), Some("paid" | "shipped"));
    is_paid.then(|| {
        json!({
            "id": format!("pay_{:05}", 70_001 + n),
            "order": order["number"],
            "method": (["card", "card", "paypal", "invoice"][n % 4]),
            "amount": order["total"],
            "currency": order["currency"],
            "status": "captured",
            "paid_at": order["created_at"],
            "updated_at": order["updated_at"],
        })
    })
}

/// The ERP's invoice of a payment: some are missing, and a few are of another amount.
fn invoice((n, payment): (usize, &Json)) -> Option<Json> {
    let paid = cents(&payment["amount"]);
    let amount = if n % 29 == 28 { paid + 500 } else { paid };
    (n % 13 != 12).then(|| {
        json!({
            "invoice_no": format!("INV-{}", 90_001 + n),
            "order_no": payment["order"],
            "amount": money(amount),
            "currency": payment["currency"],
            "issued_at": payment["paid_at"],
            "updated_at": payment["updated_at"],
        })
    })
}
