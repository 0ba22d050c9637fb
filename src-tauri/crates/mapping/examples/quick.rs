#![allow(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "scratch"
)]
use data::Value;
use mapping::{Expression, NoNames};
use std::time::Instant;
fn order(i: usize) -> Value {
    let lines: Vec<String> = (0..4)
        .map(|k| {
            format!(
                r#"{{"sku":"SKU-{}","title":"Article number {}","qty":{},"price":{}.{:02}}}"#,
                (i * 7 + k) % 999,
                k,
                (i + k) % 5 + 1,
                (i * 3 + k) % 90 + 1,
                (i * k) % 100
            )
        })
        .collect();
    let s = format!(
        r#"{{"id":{},"number":"SO-{:06}","createdAt":"2026-03-{:02}T10:{:02}:00Z","created":{},"customer":{{"id":{},"firstName":"Ada{}","lastName":"King","email":"ada{}@example.com","country":"{}"}},"status":"open","currency":"EUR","lines":[{}],"shipping":{{"city":"Berlin","zip":"10115","cost":4.90}}}}"#,
        i,
        i,
        i % 28 + 1,
        i % 60,
        1772000000000u64 + i as u64 * 1000,
        i % 1000,
        i % 50,
        i,
        ["DE", "FR", "AT"][i % 3],
        lines.join(",")
    );
    serde_json::from_str(&s).unwrap()
}
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    s.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}
fn by_hand(o: &Value) -> Value {
    use data::Object;
    use std::sync::LazyLock;
    static SHAPE: LazyLock<data::Shape> = LazyLock::new(|| {
        data::Shape::new([
            "orderNo", "name", "amount", "date", "net", "big", "count", "country", "bySku", "mail",
        ])
    });
    let c = o.get("customer").unwrap();
    let lines = o.get("lines").unwrap().as_list().unwrap();
    let mut sum = 0.0;
    let mut big = vec![];
    let mut by: Vec<(&str, f64)> = vec![];
    for l in lines {
        let p = l.get("price").unwrap().as_f64().unwrap();
        let q = l.get("qty").unwrap().as_f64().unwrap();
        sum += p * q;
        let sku = l.get("sku").unwrap();
        if p > 20.0 {
            big.push(sku.clone())
        }
        let s = sku.as_str().unwrap();
        match by.iter_mut().find(|x| x.0 == s) {
            Some(x) => x.1 += q,
            None => by.push((s, q)),
        }
    }
    let mut t = String::new();
    t.push_str(c.get("firstName").unwrap().as_str().unwrap());
    t.push(' ');
    t.push_str(c.get("lastName").unwrap().as_str().unwrap());
    let cents = (sum * 100.0).round() as i64;
    let whole = cents / 100;
    let mut w = whole.to_string();
    let mut k = w.len();
    while k > 3 {
        k -= 3;
        w.insert(k, ',');
    }
    use std::fmt::Write;
    write!(w, ".{:02}", cents % 100).unwrap();
    let days = o.get("created").unwrap().as_i64().unwrap() / 86_400_000;
    let z = days + 719468;
    let era = z.div_euclid(146097);
    let doe = z.rem_euclid(146097);
    let yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = doy - (153 * mp + 2) / 5 + 1;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    let y = yoe + era * 400 + i64::from(m <= 2);
    let mut date = String::with_capacity(10);
    write!(date, "{y:04}-{m:02}-{d:02}").unwrap();
    Value::from(Object::from_shape(
        &SHAPE,
        [
            o.get("number").unwrap().clone(),
            Value::from(t),
            Value::from(w),
            Value::from(date),
            Value::from(sum / 1.19),
            Value::from(big),
            Value::from(lines.len()),
            Value::from(if c.get("country").unwrap().as_str() == Some("DE") {
                "domestic"
            } else {
                "export"
            }),
            Value::object(by.into_iter().map(|(k, v)| (k, Value::from(v)))),
            Value::from(c.get("email").unwrap().as_str().unwrap().to_uppercase()),
        ],
    ))
}
fn main() {
    let orders: Vec<Value> = (0..if std::env::var("HOT").is_ok() {100} else {100_000}).map(order).collect();
    if let Ok(src) = std::env::var("HOT") { let e = Expression::parse(&src).unwrap(); let o=&orders[77]; for _ in 0..3 { let c = cpu(); for _ in 0..1_000_000 { std::hint::black_box(e.eval(o, &NoNames).unwrap()); } println!("hot {:.0} ns", (cpu()-c)*1e9/1e6); } return; }
    println!("size {}", orders[77].size());
    let run = |name: &str, src: &str| {
        let e = Expression::parse(src).unwrap();
        println!(
            "{}",
            e.eval(&orders[5], &NoNames)
                .unwrap()
                .unwrap_or_default()
                .to_string()
                .chars()
                .take(300)
                .collect::<String>()
        );
        let mut best = f64::MAX;
        for _ in 0..3 {
            let t = Instant::now();
            let c = cpu();
            let mut n = 0;
            for o in &orders {
                n += e
                    .eval(o, &NoNames)
                    .unwrap()
                    .map_or(0, |v| v.as_object().map_or(1, |o| o.len()));
            }
            let d = cpu() - c;
            let _ = t;
            if d < best {
                best = d
            }
            assert!(n > 0);
        }
        println!("{name}: {:.0} ns/order", best * 1e9 / 100_000.0);
    };
    {
        // hand written over values
        let mut best = f64::MAX;
        for _ in 0..3 {
            let c = cpu();
            let mut n = 0;
            for o in &orders {
                n += by_hand(o).as_object().unwrap().len();
            }
            assert!(n > 0);
            best = f64::min(best, cpu() - c);
        }
        println!("by hand: {:.0} ns/order", best * 1e9 / 100_000.0);
    }
    let full = r##"{
      "orderNo": number,
      "name": customer.firstName & " " & customer.lastName,
      "amount": $formatNumber($sum(lines.(price * qty)), "#,##0.00"),
      "date": $fromMillis(created, "[Y0001]-[M01]-[D01]"),
      "net": $sum(lines.(price * qty)) / 1.19,
      "big": lines[price > 20].sku,
      "count": $count(lines),
      "country": customer.country = "DE" ? "domestic" : "export",
      "bySku": lines{sku: $sum(qty)},
      "mail": $uppercase(customer.email)
    }"##;
    run("full", full);
    if std::env::args().count() > 1 {
        for _ in 0..20 {
            run("full", full);
        }
        return;
    }
    for f in [
        "number",
        "{\"a\": number}",
        "customer.firstName & \" \" & customer.lastName",
        "$sum(lines.(price * qty))",
        "$formatNumber(12345.678, \"#,##0.00\")",
        "$fromMillis(created, \"[Y0001]-[M01]-[D01]\")",
        "lines[price > 20].sku",
        "lines{sku: $sum(qty)}",
        "$uppercase(customer.email)",
        "$count(lines)",
        "customer.country = \"DE\" ? \"domestic\" : \"export\"",
        "$replace(customer.email, /[aeiou]/, \"_\")",
    ] {
        run(f, f);
    }
}
