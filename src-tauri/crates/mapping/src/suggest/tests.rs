use super::*;

fn source(path: &str, kind: FieldKind, format: Option<&str>, sample: &str) -> FieldFacts {
    FieldFacts {
        path: path.split('.').map(str::to_owned).collect(),
        kind,
        format: format.map(str::to_owned),
        samples: vec![sample.to_owned()],
    }
}

fn target(path: &str, kind: FieldKind) -> FieldFacts {
    FieldFacts { path: path.split('.').map(str::to_owned).collect(), kind, ..FieldFacts::default() }
}

/// How many targets got the source that a person would choose; all misses are told.
#[track_caller]
fn check(sources: &[FieldFacts], expect: &[(&str, FieldKind, &str)], least: usize) {
    let targets: Vec<FieldFacts> =
        expect.iter().map(|(name, kind, _)| target(name, *kind)).collect();
    let pairings = pair(sources, &targets);
    let mut misses = Vec::new();
    for (at, (name, _, right)) in expect.iter().enumerate() {
        let found = pairings.iter().find(|pairing| pairing.target == at);
        let got = found.map_or(String::new(), |found| sources[found.best.source].path.join("."));
        if got != *right {
            misses.push(format!("{name}: {got:?}, not {right:?}"));
        }
    }
    let hits = expect.len() - misses.len();
    println!("{hits} of {}", expect.len());
    assert!(hits >= least, "{hits} of {}: {misses:#?}", expect.len());
}

use FieldKind as K;

#[test]
fn an_order_becomes_an_invoice() {
    let sources = [
        source("id", K::Number, None, "1007"),
        source("orderNo", K::Text, None, "SO-1007"),
        source("order_date", K::Date, Some("date"), "2026-03-01"),
        source("cust.no", K::Text, None, "C-17"),
        source("cust.name", K::Text, None, "Ada King"),
        source("cust.mail", K::Text, Some("email"), "ada@example.com"),
        source("cust.tel", K::Text, None, "+49 30 1234"),
        source("billTo.street", K::Text, None, "Main St 1"),
        source("billTo.zip", K::Text, None, "10115"),
        source("billTo.town", K::Text, None, "Berlin"),
        source("billTo.ctry", K::Text, None, "DE"),
        source("shipTo.street", K::Text, None, "Side St 2"),
        source("shipTo.zip", K::Text, None, "20095"),
        source("shipTo.town", K::Text, None, "Hamburg"),
        source("shipTo.ctry", K::Text, None, "DE"),
        source("curr", K::Text, None, "EUR"),
        source("net_amt", K::Number, None, "100"),
        source("vat_amt", K::Number, None, "19"),
        source("total", K::Number, None, "119"),
        source("payTerms", K::Text, None, "30 days"),
        source("remark", K::Text, None, "urgent"),
        source("purchaseOrderRef", K::Text, None, "PO-9"),
        source("salesRep", K::Text, None, "Max"),
        source("lines", K::List, None, ""),
    ];
    let expect = [
        ("OrderNumber", K::Text, "orderNo"),
        ("OrderDate", K::Date, "order_date"),
        ("CustomerNumber", K::Text, "cust.no"),
        ("CustomerName", K::Text, "cust.name"),
        ("Email", K::Text, "cust.mail"),
        ("PhoneNumber", K::Text, "cust.tel"),
        ("BillingAddress.Street", K::Text, "billTo.street"),
        ("BillingAddress.PostalCode", K::Text, "billTo.zip"),
        ("BillingAddress.City", K::Text, "billTo.town"),
        ("BillingAddress.Country", K::Text, "billTo.ctry"),
        ("ShippingAddress.Street", K::Text, "shipTo.street"),
        ("ShippingAddress.PostalCode", K::Text, "shipTo.zip"),
        ("ShippingAddress.City", K::Text, "shipTo.town"),
        ("ShippingAddress.Country", K::Text, "shipTo.ctry"),
        ("Currency", K::Text, "curr"),
        ("NetAmount", K::Number, "net_amt"),
        ("TaxAmount", K::Number, "vat_amt"),
        ("TotalAmount", K::Number, "total"),
        ("PaymentTerms", K::Text, "payTerms"),
        ("Comment", K::Text, "remark"),
        ("CustomerReference", K::Text, "purchaseOrderRef"),
        ("Items", K::List, "lines"),
    ];
    check(&sources, &expect, 20);
}

#[test]
fn lines_of_an_order_become_lines_of_an_invoice() {
    let sources = [
        source("pos", K::Number, None, "1"),
        source("sku", K::Text, None, "A-1"),
        source("descr", K::Text, None, "A bolt"),
        source("qty", K::Number, None, "2"),
        source("uom", K::Text, None, "PCE"),
        source("price", K::Number, None, "9.5"),
        source("disc_pct", K::Number, None, "5"),
        source("taxRate", K::Number, None, "19"),
    ];
    let expect = [
        ("LineNumber", K::Number, "pos"),
        ("ItemCode", K::Text, "sku"),
        ("ItemDescription", K::Text, "descr"),
        ("Quantity", K::Number, "qty"),
        ("UnitOfMeasure", K::Text, "uom"),
        ("UnitPrice", K::Number, "price"),
        ("DiscountPercent", K::Number, "disc_pct"),
        ("VatPercent", K::Number, "taxRate"),
    ];
    check(&sources, &expect, 7);
}

#[test]
fn german_names_are_understood() {
    let sources = [
        source("KUNDENNR", K::Text, None, "17"),
        source("NAME1", K::Text, None, "Ada King"),
        source("STRASSE", K::Text, None, "Hauptstr. 1"),
        source("PLZ", K::Text, None, "10115"),
        source("ORT", K::Text, None, "Berlin"),
        source("LAND", K::Text, None, "DE"),
        source("BESTELLNR", K::Text, None, "4711"),
        source("BESTELLDATUM", K::Date, Some("date"), "2026-03-01"),
        source("RECHNUNGSDATUM", K::Date, Some("date"), "2026-03-02"),
        source("MENGE", K::Number, None, "2"),
        source("EINZELPREIS", K::Number, None, "9.5"),
        source("GESAMTBETRAG", K::Number, None, "19"),
        source("WAEHRUNG", K::Text, None, "EUR"),
        source("MWST_SATZ", K::Number, None, "19"),
        source("BEMERKUNG", K::Text, None, ""),
    ];
    let expect = [
        ("customerNumber", K::Text, "KUNDENNR"),
        ("name", K::Text, "NAME1"),
        ("address.street", K::Text, "STRASSE"),
        ("address.postcode", K::Text, "PLZ"),
        ("address.city", K::Text, "ORT"),
        ("address.country", K::Text, "LAND"),
        ("orderNumber", K::Text, "BESTELLNR"),
        ("orderDate", K::Date, "BESTELLDATUM"),
        ("invoiceDate", K::Date, "RECHNUNGSDATUM"),
        ("quantity", K::Number, "MENGE"),
        ("unitPrice", K::Number, "EINZELPREIS"),
        ("totalAmount", K::Number, "GESAMTBETRAG"),
        ("currency", K::Text, "WAEHRUNG"),
        ("taxRate", K::Number, "MWST_SATZ"),
        ("remark", K::Text, "BEMERKUNG"),
    ];
    check(&sources, &expect, 13);
}

#[test]
fn what_has_nothing_in_common_is_not_suggested() {
    let sources = [
        source("createdBy", K::Text, None, "max"),
        source("weight", K::Number, None, "2.5"),
        source("tags", K::List, None, ""),
    ];
    let targets = [
        target("Iban", K::Text),
        target("TaxNumber", K::Text),
        target("weight", K::List),
        target("tags", K::Text),
    ];
    assert_eq!(pair(&sources, &targets), []);
}

#[test]
fn a_source_goes_to_the_target_that_it_fits_best_and_the_others_are_told() {
    let sources =
        [source("name", K::Text, None, "Ada"), source("customer.name", K::Text, None, "Ada King")];
    let targets = [target("customerName", K::Text), target("name", K::Text)];
    let pairings = pair(&sources, &targets);
    assert_eq!((pairings[0].best.source, pairings[1].best.source), (1, 0));
    assert_eq!(pairings[1].others[0].source, 1);
    assert_eq!(pairings[1].best.reason, "the same name; both are texts");
    let two = [source("qty", K::Number, None, "2")];
    let reason = &pair(&two, &[target("Quantity", K::Number)])[0].best.reason;
    assert_eq!(reason, "qty is Quantity; both are numbers");
}
