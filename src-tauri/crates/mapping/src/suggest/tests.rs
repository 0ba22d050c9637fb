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
    println!("{hits} of {}: {misses:?}", expect.len());
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
        source("lines", K::Rows, None, ""),
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
        ("Items", K::Rows, "lines"),
    ];
    check(&sources, &expect, 21);
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
    check(&sources, &expect, 8);
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
    check(&sources, &expect, 14);
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

/// An order as a well-known shop gives it.
fn shop_order() -> Vec<FieldFacts> {
    let mut fields = vec![
        source("id", K::Number, None, "450789469"),
        source("order_number", K::Number, None, "1001"),
        source("email", K::Text, Some("email"), "bob@example.com"),
        source("phone", K::Text, None, "+557734881234"),
        source("created_at", K::Date, Some("date-time"), "2026-01-10T11:00:00-05:00"),
        source("currency", K::Text, None, "USD"),
        source("subtotal_price", K::Text, None, "597.00"),
        source("total_tax", K::Text, None, "11.94"),
        source("total_price", K::Text, None, "598.94"),
        source("total_discounts", K::Text, None, "10.00"),
        source("financial_status", K::Text, None, "paid"),
        source("note", K::Text, None, "gift"),
        source("po_number", K::Text, None, "ABC123"),
        source("customer.id", K::Number, None, "207119551"),
        source("customer.first_name", K::Text, None, "Bob"),
        source("customer.last_name", K::Text, None, "Norman"),
        source("line_items", K::Rows, None, ""),
    ];
    for address in ["billing_address", "shipping_address"] {
        for name in ["company", "address1", "city", "zip", "province", "country_code"] {
            fields.push(source(&format!("{address}.{name}"), K::Text, None, "x"));
        }
    }
    fields
}

#[test]
fn an_order_of_a_shop_becomes_an_invoice_of_an_accounting_system() {
    let expect = [
        ("DocNumber", K::Text, "order_number"),
        ("TxnDate", K::Date, "created_at"),
        ("BillEmail.Address", K::Text, "email"),
        ("BillAddr.Line1", K::Text, "billing_address.address1"),
        ("BillAddr.City", K::Text, "billing_address.city"),
        ("BillAddr.PostalCode", K::Text, "billing_address.zip"),
        ("BillAddr.Country", K::Text, "billing_address.country_code"),
        ("ShipAddr.Line1", K::Text, "shipping_address.address1"),
        ("ShipAddr.City", K::Text, "shipping_address.city"),
        ("ShipAddr.PostalCode", K::Text, "shipping_address.zip"),
        ("ShipAddr.Country", K::Text, "shipping_address.country_code"),
        ("CurrencyRef.value", K::Text, "currency"),
        ("TotalAmt", K::Number, "total_price"),
        ("TxnTaxDetail.TotalTax", K::Number, "total_tax"),
        ("PrivateNote", K::Text, "note"),
        ("CustomerRef.value", K::Text, "customer.id"),
        ("Line", K::Rows, "line_items"),
    ];
    check(&shop_order(), &expect, 16);
}

#[test]
fn an_order_of_a_shop_becomes_an_order_of_an_erp() {
    let expect = [
        ("tranId", K::Text, "order_number"),
        ("tranDate", K::Date, "created_at"),
        ("otherRefNum", K::Text, "po_number"),
        ("email", K::Text, "email"),
        ("memo", K::Text, "note"),
        ("currency", K::Text, "currency"),
        ("subTotal", K::Number, "subtotal_price"),
        ("taxTotal", K::Number, "total_tax"),
        ("discountTotal", K::Number, "total_discounts"),
        ("total", K::Number, "total_price"),
        ("status", K::Text, "financial_status"),
        ("billingAddress.addressee", K::Text, "billing_address.company"),
        ("billingAddress.addr1", K::Text, "billing_address.address1"),
        ("billingAddress.city", K::Text, "billing_address.city"),
        ("billingAddress.zip", K::Text, "billing_address.zip"),
        ("billingAddress.state", K::Text, "billing_address.province"),
        ("billingAddress.country", K::Text, "billing_address.country_code"),
        ("shippingAddress.addr1", K::Text, "shipping_address.address1"),
        ("shippingAddress.city", K::Text, "shipping_address.city"),
        ("shippingAddress.zip", K::Text, "shipping_address.zip"),
        ("shippingAddress.state", K::Text, "shipping_address.province"),
        ("shippingAddress.country", K::Text, "shipping_address.country_code"),
        ("item", K::Rows, "line_items"),
    ];
    check(&shop_order(), &expect, 22);
}

#[test]
fn customers_of_a_crm_become_business_partners_of_an_erp() {
    let sources = [
        source("Id", K::Text, None, "0015g00000ABC"),
        source("Name", K::Text, None, "Acme"),
        source("AccountNumber", K::Text, None, "CD451796"),
        source("Phone", K::Text, None, "(212) 842-5500"),
        source("Fax", K::Text, None, "(212) 842-5501"),
        source("Website", K::Text, Some("uri"), "https://acme.example.com"),
        source("BillingStreet", K::Text, None, "31 Main Place"),
        source("BillingCity", K::Text, None, "New York"),
        source("BillingPostalCode", K::Text, None, "10017"),
        source("BillingState", K::Text, None, "NY"),
        source("BillingCountry", K::Text, None, "USA"),
        source("ShippingStreet", K::Text, None, "31 Main Place"),
        source("ShippingCity", K::Text, None, "New York"),
        source("ShippingPostalCode", K::Text, None, "10017"),
        source("ShippingCountry", K::Text, None, "USA"),
        source("Industry", K::Text, None, "Apparel"),
        source("AnnualRevenue", K::Number, None, "350000000"),
        source("NumberOfEmployees", K::Number, None, "9000"),
        source("OwnerId", K::Text, None, "0055g"),
        source("CreatedDate", K::Date, Some("date-time"), "2026-01-10T11:00:00Z"),
        source("LastModifiedDate", K::Date, Some("date-time"), "2026-01-11T11:00:00Z"),
        source("Description", K::Text, None, "Genomics company"),
    ];
    let expect = [
        ("CardCode", K::Text, "AccountNumber"),
        ("CardName", K::Text, "Name"),
        ("Phone1", K::Text, "Phone"),
        ("Fax", K::Text, "Fax"),
        ("Website", K::Text, "Website"),
        ("MailAddress", K::Text, "BillingStreet"),
        ("MailZipCode", K::Text, "BillingPostalCode"),
        ("MailCity", K::Text, "BillingCity"),
        ("MailCountry", K::Text, "BillingCountry"),
        ("ShipToStreet", K::Text, "ShippingStreet"),
        ("ShipToCity", K::Text, "ShippingCity"),
        ("ShipToZip", K::Text, "ShippingPostalCode"),
        ("ShipToCountry", K::Text, "ShippingCountry"),
        ("Notes", K::Text, "Description"),
        ("IndustryCode", K::Text, "Industry"),
        ("EmployeeCount", K::Number, "NumberOfEmployees"),
        ("CreateDate", K::Date, "CreatedDate"),
        ("UpdateDate", K::Date, "LastModifiedDate"),
    ];
    check(&sources, &expect, 16);
}
