//! The documents that expressions are evaluated over: what a shop, a CRM, a help desk, a clinic, a
//! ledger and a carrier send. Made from descriptions, which the expressions are made from too.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// What a field holds.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// One of these texts.
    Text(&'static [&'static str]),
    /// A name with a running number, such as `ORD-17`.
    Code(&'static str),
    /// A number of cents, as units.
    Money,
    /// A small whole number.
    Count,
    Flag,
    Date,
    Moment,
    /// Digits in a text.
    Digits,
    Object(&'static [Field]),
    List(&'static [Field]),
    Texts(&'static [&'static str]),
    Numbers,
}

/// A field by its name as an expression writes it.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

const CITIES: &[&str] =
    &["Berlin", "Paris", "S\u{e3}o Paulo", "K\u{f8}benhavn", "New York", "\u{6771}\u{4eac}"];
const COUNTRIES: &[&str] = &["DE", "FR", "BR", "DK", "US", "JP"];
const PEOPLE: &[&str] = &[
    "Ada Lovelace",
    "Alan Turing",
    "grace hopper",
    "Zo\u{eb} M\u{fc}ller",
    "O'Brien, Pat",
    "  Li Wei ",
];
const MAILS: &[&str] = &[
    "ada@example.com",
    "ALAN@Example.org",
    "grace.hopper@navy.example",
    "zoe+news@example.de",
    "none",
];
const WORDS: &[&str] = &[
    "red",
    "green",
    "blue",
    "urgent",
    "new",
    "x-large",
    "50% off",
    "a,b,c",
    "",
    "na\u{ef}ve \u{1F600}",
];

const ADDRESS: &[Field] = &[
    field("city", Kind::Text(CITIES)),
    field("zip", Kind::Digits),
    field("country", Kind::Text(COUNTRIES)),
];
const LINES: &[Field] = &[
    field("sku", Kind::Code("SKU")),
    field(
        "`Product Name`",
        Kind::Text(&["Hat", "Bowler Hat", "Trilby hat", "Cloak", "Boots", "hat box"]),
    ),
    field("price", Kind::Money),
    field("quantity", Kind::Count),
    field("discount", Kind::Money),
    field("gift", Kind::Flag),
    field("tags", Kind::Texts(WORDS)),
];
const CUSTOMER: &[Field] = &[
    field("id", Kind::Code("C")),
    field("name", Kind::Text(PEOPLE)),
    field("email", Kind::Text(MAILS)),
    field("vip", Kind::Flag),
    field("address", Kind::Object(ADDRESS)),
];
const ORDERS: &[Field] = &[
    field("id", Kind::Code("ORD")),
    field("status", Kind::Text(&["open", "paid", "shipped", "Cancelled"])),
    field("placed", Kind::Moment),
    field("total", Kind::Money),
    field("customer", Kind::Object(CUSTOMER)),
    field("lines", Kind::List(LINES)),
    field("notes", Kind::Texts(WORDS)),
];
const SHOP: &[Field] = &[
    field("shop", Kind::Text(&["Hats & Co", "Schuhhaus"])),
    field("founded", Kind::Date),
    field("rate", Kind::Money),
    field("orders", Kind::List(ORDERS)),
    field("customers", Kind::List(CUSTOMER)),
    field("limits", Kind::Numbers),
];

const CONTACTS: &[Field] = &[
    field("id", Kind::Code("P")),
    field("name", Kind::Text(PEOPLE)),
    field("email", Kind::Text(MAILS)),
    field("phone", Kind::Digits),
    field("score", Kind::Count),
    field("born", Kind::Date),
    field("labels", Kind::Texts(WORDS)),
];
const DEALS: &[Field] = &[
    field("id", Kind::Code("D")),
    field("stage", Kind::Text(&["lead", "offer", "won", "lost"])),
    field("amount", Kind::Money),
    field("owner", Kind::Code("P")),
    field("closes", Kind::Date),
    field("contact", Kind::Object(CONTACTS)),
];
const ACCOUNTS: &[Field] = &[
    field("name", Kind::Text(&["Acme", "Globex", "Initech", "acme"])),
    field("employees", Kind::Count),
    field("active", Kind::Flag),
    field("address", Kind::Object(ADDRESS)),
    field("deals", Kind::List(DEALS)),
    field("contacts", Kind::List(CONTACTS)),
];
const CRM: &[Field] = &[
    field("region", Kind::Text(&["EMEA", "APAC"])),
    field("exported", Kind::Moment),
    field("target", Kind::Money),
    field("accounts", Kind::List(ACCOUNTS)),
    field("people", Kind::List(CONTACTS)),
    field("quotas", Kind::Numbers),
];

const COMMENTS: &[Field] = &[
    field("author", Kind::Text(PEOPLE)),
    field(
        "text",
        Kind::Text(&[
            "Please reset my password.",
            "Printer on fire!!",
            "done\nthanks",
            "see #4711, #12",
        ]),
    ),
    field("at", Kind::Moment),
    field("minutes", Kind::Count),
];
const TICKETS: &[Field] = &[
    field("number", Kind::Code("INC")),
    field("priority", Kind::Count),
    field("state", Kind::Text(&["New", "In Progress", "On Hold", "Closed"])),
    field("opened", Kind::Moment),
    field("hours", Kind::Money),
    field("escalated", Kind::Flag),
    field("caller", Kind::Object(CONTACTS)),
    field("comments", Kind::List(COMMENTS)),
    field("assets", Kind::Texts(&["laptop", "phone", "VPN", "badge"])),
];
const DESK: &[Field] = &[
    field("team", Kind::Text(&["Service Desk", "Network"])),
    field("since", Kind::Date),
    field("budget", Kind::Money),
    field("tickets", Kind::List(TICKETS)),
    field("agents", Kind::List(CONTACTS)),
    field("sla", Kind::Numbers),
];

const OBSERVATIONS: &[Field] = &[
    field("code", Kind::Text(&["8867-4", "8480-6", "29463-7"])),
    field("value", Kind::Money),
    field("unit", Kind::Text(&["mmHg", "kg", "/min", "\u{b0}C"])),
    field("taken", Kind::Moment),
    field("abnormal", Kind::Flag),
];
const PATIENTS: &[Field] = &[
    field("mrn", Kind::Digits),
    field("name", Kind::Text(PEOPLE)),
    field("birthDate", Kind::Date),
    field("age", Kind::Count),
    field("address", Kind::Object(ADDRESS)),
    field("observations", Kind::List(OBSERVATIONS)),
    field("allergies", Kind::Texts(&["nuts", "Penicillin", "latex"])),
];
const CLINIC: &[Field] = &[
    field("ward", Kind::Text(&["A1", "ICU"])),
    field("opened", Kind::Date),
    field("beds", Kind::Count),
    field("patients", Kind::List(PATIENTS)),
    field("staff", Kind::List(CONTACTS)),
    field("thresholds", Kind::Numbers),
];

const ENTRIES: &[Field] = &[
    field("account", Kind::Digits),
    field("text", Kind::Text(&["Rent", "Salary", "rent (partly)", "Fee"])),
    field("amount", Kind::Money),
    field("booked", Kind::Date),
    field("quantity", Kind::Count),
];
const INVOICES: &[Field] = &[
    field("number", Kind::Code("R")),
    field("currency", Kind::Text(&["EUR", "USD", "JPY"])),
    field("due", Kind::Date),
    field("net", Kind::Money),
    field("paid", Kind::Flag),
    field("buyer", Kind::Object(CUSTOMER)),
    field("entries", Kind::List(ENTRIES)),
    field("remarks", Kind::Texts(WORDS)),
];
const LEDGER: &[Field] = &[
    field("company", Kind::Text(&["Muster GmbH", "Example Ltd."])),
    field("closed", Kind::Date),
    field("vat", Kind::Money),
    field("invoices", Kind::List(INVOICES)),
    field("buyers", Kind::List(CUSTOMER)),
    field("rates", Kind::Numbers),
];

const PARCELS: &[Field] = &[
    field("barcode", Kind::Digits),
    field("weight", Kind::Money),
    field("pieces", Kind::Count),
    field("fragile", Kind::Flag),
    field("contents", Kind::Text(WORDS)),
];
const SHIPMENTS: &[Field] = &[
    field("ref", Kind::Code("SHP")),
    field("mode", Kind::Text(&["air", "sea", "road"])),
    field("eta", Kind::Moment),
    field("freight", Kind::Money),
    field("to", Kind::Object(ADDRESS)),
    field("parcels", Kind::List(PARCELS)),
    field("flags", Kind::Texts(&["customs", "cold", "adr"])),
];
const CARRIER: &[Field] = &[
    field("carrier", Kind::Text(&["UPS", "DHL"])),
    field("asOf", Kind::Moment),
    field("fuel", Kind::Money),
    field("shipments", Kind::List(SHIPMENTS)),
    field("contacts", Kind::List(CONTACTS)),
    field("zones", Kind::Numbers),
];

/// The kinds of documents.
pub(crate) const DOMAINS: &[&[Field]] = &[SHOP, CRM, DESK, CLINIC, LEDGER, CARRIER];

/// A document of a domain. Fields are left out or null now and then, as they are in the world.
pub(crate) fn document(domain: &'static [Field], random: &mut Random) -> Value {
    object(domain, random, 0)
}

fn object(fields: &[Field], random: &mut Random, missing: usize) -> Value {
    let mut object = Map::new();
    for field in fields {
        let is_container = matches!(field.kind, Kind::Object(_) | Kind::List(_));
        if !is_container && random.percent(missing) {
            continue;
        }
        let value = if !is_container && random.percent(missing / 3) {
            Value::Null
        } else {
            value(field.kind, random)
        };
        object.insert(field.name.trim_matches('`').to_owned(), value);
    }
    Value::Object(object)
}

fn value(kind: Kind, random: &mut Random) -> Value {
    match kind {
        Kind::Text(of) => json!(random.pick(of)),
        Kind::Code(prefix) => json!(format!("{prefix}-{}", random.between(1, 12))),
        Kind::Money => money(random),
        Kind::Count => json!(random.between(0, 12)),
        Kind::Flag => json!(random.percent(50)),
        Kind::Date => json!(date(random)),
        Kind::Moment => {
            let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
            let zone = random.pick(&["Z", "Z", "+02:00", ".250Z", "-0500"]);
            json!(format!("{}T{hour:02}:{minute:02}:{second:02}{zone}", date(random)))
        }
        Kind::Digits => json!(format!("{:05}", random.below(99_999))),
        Kind::Object(fields) => object(fields, random, 8),
        Kind::List(fields) => {
            let count = random.pick(&[&0, &1, &2, &3, &3, &4]);
            Value::Array((0..*count).map(|_| object(fields, random, 8)).collect())
        }
        Kind::Texts(of) => {
            let count = random.below(4);
            Value::Array((0..count).map(|_| json!(random.pick(of))).collect())
        }
        Kind::Numbers => {
            let count = random.between(1, 5);
            Value::Array((0..count).map(|_| money(random)).collect())
        }
    }
}

fn money(random: &mut Random) -> Value {
    match random.below(8) {
        0 => json!(random.below(500)),
        1 => decimal(-(random.between(1, 20_000) as f64) / 100.0, random),
        2 => decimal(random.below(40) as f64 / 8.0, random),
        _ => decimal(random.below(200_000) as f64 / 100.0, random),
    }
}

/// Most writers of JSON leave out the decimals of a whole number; some do not.
fn decimal(value: f64, random: &mut Random) -> Value {
    let is_whole = value.fract() == 0.0;
    if is_whole && !random.percent(5) { json!(value as i64) } else { json!(value) }
}

fn date(random: &mut Random) -> String {
    let year = random.between(1998, 2031);
    format!("{year}-{:02}-{:02}", random.between(1, 12), random.between(1, 28))
}
