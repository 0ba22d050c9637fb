//! Names of fields as lists of plain words: `custNo`, `customer_number` and `KUNDENNR` are about the
//! same thing. Not how much that counts: see `score`.

/// Words that mean the same in business data; the first of each is what all are taken for. Those
/// behind the bar are German.
#[rustfmt::skip]
const SYNONYMS: &[&[&str]] = &[
    &["number", "no", "nr", "num", "nbr", "numero", "nummer"],
    &["id", "ident", "identifier", "key", "kennung", "schluessel"],
    &["quantity", "qty", "qnty", "menge", "anzahl", "count", "pieces", "stueckzahl"],
    &["customer", "cust", "client", "kunde", "kunden", "debitor", "soldto"],
    &["buyer", "purchaser", "kaeufer", "besteller"],
    &["supplier", "vendor", "seller", "lieferant", "kreditor", "lieferanten"],
    &["order", "ord", "bestellung", "bestell", "auftrag", "auftrags"],
    &["document", "doc", "beleg", "voucher"],
    &["transaction", "txn", "tran", "trx", "buchung", "buchungs"],
    &["invoice", "inv", "bill", "rechnung", "rechnungs"],
    &["amount", "amt", "betrag", "sum", "value", "wert", "summe"],
    &["rate", "satz"],
    &["total", "gesamt", "ttl", "grand"],
    &["price", "preis", "cost"],
    &["unit", "uom", "einheit", "einzel", "each"],
    &["article", "item", "product", "prod", "sku", "material", "artikel", "produkt", "part", "mat"],
    &["line", "position", "pos", "row", "zeile", "lines", "positions", "positionen", "rows"],
    &["description", "desc", "descr", "text", "bezeichnung", "beschreibung", "label"],
    &["name", "nm", "title", "bez"],
    &["first", "given", "fore", "vor"],
    &["last", "family", "sur", "nach"],
    &["date", "dt", "dat", "datum", "day", "tag", "at", "on", "timestamp", "ts"],
    &["time", "zeit", "uhrzeit", "tm"],
    &["created", "create", "creation", "erstellt", "angelegt", "erfasst"],
    &["updated", "modified", "changed", "geaendert", "update"],
    &["delivery", "deliver", "ship", "shipping", "shipment", "lieferung", "liefer", "versand"],
    &["billing", "billto", "payer"],
    &["street", "strasse", "str", "road", "line1", "address1", "addr1",
      "addressline", "addressline1", "street1", "strasse1"],
    &["address", "addr", "adr", "adresse", "anschrift"],
    &["city", "town", "ort", "stadt", "locality"],
    &["zip", "postcode", "postal", "plz", "postleitzahl", "zipcode", "postalcode"],
    &["state", "region", "province", "bundesland"],
    &["country", "ctry", "land", "nation"],
    &["email", "mail", "e-mail", "emailaddress"],
    &["phone", "tel", "telephone", "telefon", "mobile", "fon", "phonenumber"],
    &["company", "firm", "firma", "organisation", "organization", "org", "account"],
    &["currency", "curr", "ccy", "cur", "waehrung"],
    &["tax", "vat", "mwst", "ust", "steuer", "gst"],
    &["percent", "pct", "percentage", "prozent"],
    &["discount", "disc", "rabatt", "reduction"],
    &["net", "netto"],
    &["gross", "brutto"],
    &["due", "faellig", "faelligkeit"],
    &["payment", "pay", "zahlung", "zahlungs"],
    &["status", "stat", "zustand"],
    &["type", "kind", "art", "typ", "category", "kategorie"],
    &["reference", "ref", "referenz", "refno"],
    &["comment", "note", "remark", "notes", "bemerkung", "notiz", "kommentar", "memo"],
    &["code", "cd", "kuerzel"],
    &["language", "lang", "locale", "sprache"],
    &["weight", "gewicht", "wgt"],
    &["warehouse", "wh", "lager", "store", "location"],
    &["employee", "emp", "mitarbeiter", "staff"],
    &["terms", "conditions", "bedingungen"],
    &["iban", "bankaccount", "konto"],
    &["birth", "dob", "geburts", "birthday", "birthdate"],
];

/// Words that are near to each other without being the same.
const RELATED: &[(&str, &str)] = &[
    ("amount", "price"),
    ("amount", "total"),
    ("price", "total"),
    ("percent", "rate"),
    ("price", "rate"),
    ("line", "article"),
    ("number", "id"),
    ("number", "reference"),
    ("id", "reference"),
    ("number", "code"),
    ("id", "code"),
    ("company", "name"),
    ("order", "document"),
    ("invoice", "document"),
    ("order", "transaction"),
    ("invoice", "transaction"),
    ("created", "order"),
    ("comment", "description"),
    ("first", "name"),
    ("customer", "buyer"),
];

/// Whether two words are near to each other without being the same.
pub(super) fn are_related(a: &str, b: &str) -> bool {
    RELATED.iter().any(|(one, other)| (a, b) == (*one, *other) || (b, a) == (*one, *other))
}

/// Names that only hold what the name around them says: `{ "CustomerRef": { "value": 17 } }`.
pub(super) fn is_holder(name: &str) -> bool {
    matches!(name.to_lowercase().as_str(), "value" | "text" | "content" | "#text" | "$t" | "_")
}

/// Words that say nothing about a field.
const EMPTY: &[&str] = &["the", "of", "a", "to", "is", "has", "fld", "field", "der", "die", "das"];

/// The words of a name, in the form in which names are compared.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in split(name) {
        for part in compound(&folded(&word)) {
            let word = canonical(&part);
            if !EMPTY.contains(&word.as_str()) {
                found.push(word);
            }
        }
    }
    // Several words may be one by their meaning: `e mail`, `zip code`, `post code`.
    let mut joined: Vec<String> = Vec::with_capacity(found.len());
    for word in found {
        let both = joined.last().map(|before| format!("{before}{word}"));
        let one = both.as_deref().map(|both| match both {
            "eemail" | "emailaddress" => Some("email"),
            "zipcode" | "postcode" | "zipzip" => Some("zip"),
            "phonenumber" => Some("phone"),
            "subtotal" => Some("subtotal"),
            _ => None,
        });
        match one.flatten() {
            Some(one) => {
                joined.pop();
                joined.push(one.to_owned());
            }
            None => joined.push(word),
        }
    }
    joined
}

/// Whether the word that stands for this one is another one.
pub(super) fn is_synonym(a: &str, b: &str) -> bool {
    folded(a) != folded(b) && canonical(&folded(a)) == canonical(&folded(b))
}

/// The words as they are written: at capitals, digits, dots, blanks, hyphens and underscores.
pub(super) fn split(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(at + 1);
        let begins = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase() || b.is_numeric())
                || (before.is_some_and(char::is_uppercase)
                    && after.is_some_and(|a| a.is_lowercase())));
        if (begins || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.push(*c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Small letters, and umlauts as they are written without them.
fn folded(word: &str) -> String {
    word.to_lowercase().replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss")
}

fn known(word: &str) -> Option<&'static str> {
    SYNONYMS.iter().find(|group| group.contains(&word)).map(|group| group[0])
}

fn canonical(word: &str) -> String {
    if let Some(known) = known(word) {
        return known.to_owned();
    }
    let singular = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let singular = singular.or_else(|| word.strip_suffix('s').map(str::to_owned));
    match singular {
        Some(singular) if singular.len() > 2 => known(&singular).map_or(singular, str::to_owned),
        _ => word.to_owned(),
    }
}

/// A word written together, taken apart where all its parts are known: `kundennummer`,
/// `orderdate`, `vorname`.
fn compound(word: &str) -> Vec<String> {
    if known(word).is_some() || word.len() < 5 || !word.is_ascii() {
        return vec![word.to_owned()];
    }
    let is_part = |part: &str| part.len() > 1 && known(part).is_some();
    for at in (2..word.len() - 1).rev() {
        let (first, rest) = word.split_at(at);
        if !is_part(first) {
            continue;
        }
        // German puts an s or an n between the parts.
        let rests = [Some(rest), rest.strip_prefix('s'), rest.strip_prefix('n')];
        for rest in rests.into_iter().flatten() {
            if is_part(rest) {
                return vec![first.to_owned(), rest.to_owned()];
            }
            let inner = if rest.len() > 4 { compound(rest) } else { Vec::new() };
            if inner.len() > 1 {
                return std::iter::once(first.to_owned()).chain(inner).collect();
            }
        }
    }
    vec![word.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expect: &[&str]) {
        assert_eq!(words(name), expect, "{name}");
    }

    #[test]
    fn names_are_the_same_words_however_they_are_written() {
        for name in ["customerNumber", "CUST_NO", "cust-nr", "KundenNr", "Kundennummer"] {
            check(name, &["customer", "number"]);
        }
        check("orderDate", &["order", "date"]);
        check("ORDERDATE", &["order", "date"]);
        check("Bestelldatum", &["order", "date"]);
        check("unit_price", &["unit", "price"]);
        check("Einzelpreis", &["unit", "price"]);
        check("postal code", &["zip"]);
        check("e-mail", &["email"]);
        check("PLZ", &["zip"]);
        check("IBAN", &["iban"]);
        check("HTTPStatus", &["http", "status"]);
        check("quantities", &["quantity"]);
    }
}
