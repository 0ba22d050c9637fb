//! X12 and EDIFACT: business names, envelopes, faults with their place, and round trips.

use data::{
    Limits, Path, Value,
    edi::{self, EdiError, Options, edifact, x12},
    hl7, json, xlsx,
};
use proptest::prelude::*;

const ISA: &str = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         \
    *260301*1200*^*00501*000000007*0*P*:~";
const UNB: &str = "UNA:+.? 'UNB+UNOC:3+BUYER:14+SELLER:14+260301:1200+7'";

fn x12_file(group: &str, message: &str) -> String {
    let n_segments = message.matches('~').count() + 2;
    let kind = &message[..3];
    let body = &message[3..];
    format!(
        "{ISA}GS*{group}*BUYER*SELLER*20260301*1200*7*X*005010~ST*{kind}*0001~{body}\
         SE*{n_segments}*0001~GE*1*7~IEA*1*000000007~"
    )
}

fn edifact_file(kind: &str, body: &str) -> String {
    let n_segments = body.matches('\'').count() + 2;
    format!("{UNB}UNH+1+{kind}:D:96A:UN'{body}UNT+{n_segments}+1'UNZ+1+7'")
}

fn read_x12(text: &str) -> Result<Value, EdiError> {
    x12::read(text.as_bytes(), &Options::default(), &Limits::default())
}

fn read_edifact(text: &str) -> Result<Value, EdiError> {
    edifact::read(text.as_bytes(), &Options::default(), &Limits::default())
}

fn value(text: &str) -> Value {
    json::read(text.as_bytes(), &Limits::default()).expect(text)
}

fn at(value: &Value, path: &str) -> String {
    let path: Path = path.parse().expect("a path");
    path.get(value).map_or("nothing".to_owned(), ToString::to_string)
}

type Turn = fn(&Value) -> Result<Value, EdiError>;

/// Reads a file, looks at places of its only message, and checks that it is written as it was.
fn check_message(text: &str, places: &[(&str, &str)]) {
    let is_x12 = text.starts_with("ISA");
    let read = if is_x12 { read_x12(text) } else { read_edifact(text) }.expect(text);
    let path = if is_x12 { "[0].groups[0].messages[0]" } else { "[0].messages[0]" };
    let message = path.parse::<Path>().expect("a path").get(&read).expect("a message").clone();
    assert_eq!(message.get("segments"), None, "{message}");
    for (path, expect) in places {
        assert_eq!(at(&message, path), *expect, "{path} of {message}");
    }
    let write = if is_x12 { x12::write(&read) } else { edifact::write(&read) };
    assert_eq!(String::from_utf8(write.expect(text)).as_deref(), Ok(text));
    // Names and segments are the same message.
    let (shape, unshape): (Turn, Turn) =
        if is_x12 { (x12::shape, x12::unshape) } else { (edifact::shape, edifact::unshape) };
    let plain = unshape(&message).expect("segments");
    assert!(plain.get("segments").is_some());
    assert_eq!(shape(&plain).expect("names"), message);
}

#[test]
fn readers_go_from_thread_to_thread() {
    fn is_sent<T: Send + 'static>() {}
    fn is_sent_too<T: Send>() {}
    is_sent::<(x12::Interchanges<std::io::Empty>, edifact::Interchanges<std::io::Empty>)>();
    is_sent::<(hl7::Messages<std::io::Empty>, hl7::mllp::Decoder, hl7::Hl7Error, EdiError)>();
    is_sent::<(xlsx::Workbook<std::io::Cursor<Vec<u8>>>, xlsx::Writer, xlsx::XlsxError)>();
    is_sent_too::<xlsx::Rows<'static, std::io::Cursor<Vec<u8>>>>();
}

#[test]
fn an_order_has_lines_parties_and_dates() {
    check_message(
        &x12_file(
            "PO",
            "850BEG*00*SA*PO-77**20260301~CUR*BY*EUR~REF*DP*038~REF*PS*R~PER*BD*Ann Roe*TE*555-1~\
             ITD*01*3*2**10**30~DTM*002*20260315~N9*L1**Deliver~MSG*Ring twice~\
             N1*ST*Shop*92*17~N3*Main St 1*Hall~N4*Ulm**89073*DE~PER*RE*Bo*TE*555-2~\
             N1*BT*Head office~PO1*1*12*EA*9.95**VP*A-1*UP*400~PID*F****Blue chair~\
             SAC*A*C310***500~SCH*6*EA***002*20260315~PO1*2*1*EA*100~CTT*2~AMT*TT*219.4~",
        ),
        &[
            ("type", "\"850\""),
            ("control", "\"0001\""),
            ("order", r#"{"purpose":"00","type":"SA","number":"PO-77","date":"20260301"}"#),
            ("references[1].qualifier", "\"PS\""),
            ("contacts[0].number", "\"555-1\""),
            ("payment_terms[0].net_days", "\"30\""),
            ("dates[0]", r#"{"qualifier":"002","date":"20260315"}"#),
            ("notes[0].texts[0].text", "\"Ring twice\""),
            ("parties[0].name", "\"Shop\""),
            ("parties[0].place.postal_code", "\"89073\""),
            ("parties[0].contacts[0].name", "\"Bo\""),
            ("parties[1].role", "\"BT\""),
            ("lines[0].quantity", "\"12\""),
            ("lines[0].product_id_2", "\"400\""),
            ("lines[0].descriptions[0].text", "\"Blue chair\""),
            ("lines[0].allowances[0].amount", "\"500\""),
            ("lines[0].schedules[0].date", "\"20260315\""),
            ("lines[1].price", "\"100\""),
            ("totals.n_lines", "\"2\""),
            ("totals.amounts[0].amount", "\"219.4\""),
            ("sequence", "nothing"),
            ("other", "nothing"),
        ],
    );
}

#[test]
fn an_acknowledgment_says_what_of_a_line_is_taken() {
    check_message(
        &x12_file(
            "PR",
            "855BAK*00*AC*PO-77*20260301~REF*VN*88~N1*SE*Maker~PO1*1*12*EA*9.95~\
             ACK*IA*10*EA*068*20260320~DTM*067*20260320~ACK*IB*2*EA~CTT*1~",
        ),
        &[
            ("acknowledgment.number", "\"PO-77\""),
            ("lines[0].acknowledgments[0].status", "\"IA\""),
            ("lines[0].acknowledgments[0].dates[0].date", "\"20260320\""),
            ("lines[0].acknowledgments[1].quantity", "\"2\""),
        ],
    );
}

#[test]
fn a_shipment_has_orders_packs_and_items() {
    check_message(
        &x12_file(
            "SH",
            "856BSN*00*SHIP-9*20260301*1200*0001~DTM*011*20260301~HL*1**S*1~TD1*CTN25*2~TD5**2*UPSN~\
             REF*BM*B-1~N1*SF*Plant~N4*Ulm**89073~HL*2*1*O*1~PRF*PO-77~HL*3*2*P*1~MAN*GM*0001~\
             HL*4*3*I*0~LIN*1*VP*A-1~SN1*1*12*EA~HL*5*2*P*1~MAN*GM*0002~HL*6*5*I*0~LIN*2*VP*A-2~\
             SN1*2*1*EA~CTT*6~",
        ),
        &[
            ("notice.number", "\"SHIP-9\""),
            ("shipments[0].level", "\"S\""),
            ("shipments[0].parties[0].place.city", "\"Ulm\""),
            ("shipments[0].orders[0].order.order_number", "\"PO-77\""),
            ("shipments[0].orders[0].packs[1].marks[0].number", "\"0002\""),
            ("shipments[0].orders[0].packs[0].items[0].item.product_id", "\"A-1\""),
            ("shipments[0].orders[0].packs[1].items[0].quantity.shipped", "\"1\""),
            ("totals.n_lines", "\"6\""),
        ],
    );
    // Levels that are no tree stay one after another.
    check_message(
        &x12_file("SH", "856BSN*00*S*20260301*1200~HL*1*9*S~HL*2*1*O~"),
        &[("levels[1].level_parent", "\"1\""), ("shipments", "nothing")],
    );
    // Items and packs in turns keep their order by their numbers.
    check_message(
        &x12_file("SH", "856BSN*00*S*20260301*1200~HL*1**O~HL*2*1*I~HL*3*1*P~HL*4*1*I~"),
        &[("orders[0].items[1].level_id", "\"4\""), ("orders[0].packs[0].level_id", "\"3\"")],
    );
}

#[test]
fn an_invoice_has_lines_and_a_total() {
    check_message(
        &x12_file(
            "IN",
            "810BIG*20260301*INV-1**PO-77~N1*RI*Maker~ITD*01*3~DTM*011*20260301~\
             IT1*1*12*EA*9.95**VP*A-1~TXI*ST*8.5~PID*F****Blue chair~TDS*11940~CAD*M***UPSN~\
             SAC*C*D240***300~ISS*2*CT~CTT*1~",
        ),
        &[
            ("invoice.number", "\"INV-1\""),
            ("lines[0].tax_information[0].amount", "\"8.5\""),
            ("total.total", "\"11940\""),
            ("allowances[0].code", "\"D240\""),
            ("shipments_summary[0].unit", "\"CT\""),
        ],
    );
}

#[test]
fn segments_out_of_place_are_kept_where_they_were() {
    check_message(
        &x12_file(
            "PO",
            "850BEG*00*SA*1**20260301~DTM*002*20260315~REF*DP*038~ZZ1*own~DTM*010*20260316~\
             PO1*1*12*EA~CTT*1~CTT*1~PO1*2*3*EA~",
        ),
        &[
            ("dates[1].date", "\"20260316\""),
            ("other[0].tag", "\"ZZ1\""),
            ("totals.n_lines", "\"1\""),
            ("totals.other[0].tag", "\"CTT\""),
            ("lines[1].quantity", "\"3\""),
            (
                "sequence",
                r#"["order","dates","references","other","dates","lines","totals","lines"]"#,
            ),
        ],
    );
    // What the names cannot say stays a list of elements.
    check_message(
        &x12_file("PO", "850BEG*00*SA*1**20260301~REF*A*B*C*D*E*F~REF*A^B*C:D~PO1*1*:*~CTT*~"),
        &[
            ("references[0].elements[5]", "\"F\""),
            ("references[1].qualifier.repeat[1]", "\"B\""),
            ("references[1].reference", r#"["C","D"]"#),
            ("lines[0].quantity", r#"["",""]"#),
            ("lines[0].unit", "\"\""),
        ],
    );
}

#[test]
fn edifact_messages_have_names_too() {
    check_message(
        &edifact_file(
            "ORDERS",
            "BGM+220+PO-77+9'DTM+137:20260301:102'RFF+CT:K1'DTM+171:20260101:102'\
             NAD+BY+4012345000009::9'CTA+OC+:Ann Roe'COM+555-1:TE'NAD+SU+++Müller ?+ Co'CUX+2:EUR:9'\
             LIN+1++A-1:SA'PIA+1+400:UP'IMD+F++:::Blue chair'QTY+21:12:PCE'DTM+2:20260315:102'\
             PRI+AAA:9.95'LIN+2++A-2:SA'QTY+21:1'UNS+S'MOA+86:219.4'CNT+2:2'",
        ),
        &[
            ("type", "\"ORDERS\""),
            ("release", "\"96A\""),
            ("document", r#"{"name":{"code":"220"},"number":"PO-77","function":"9"}"#),
            ("references[0].dates[0].value", "\"20260101\""),
            ("parties[0].party", r#"{"id":"4012345000009","agency":"9"}"#),
            ("parties[0].contacts[0].communications[0].number", "\"555-1\""),
            ("parties[1].name.line_1", "\"Müller + Co\""),
            ("currencies[0].reference.currency", "\"EUR\""),
            ("lines[0].item.id", "\"A-1\""),
            ("lines[0].descriptions[0].description.text", "\"Blue chair\""),
            ("lines[0].quantities[0]", r#"{"qualifier":"21","quantity":"12","unit":"PCE"}"#),
            ("lines[0].prices[0].price", "\"9.95\""),
            ("total_amounts[0].amount", "\"219.4\""),
            ("controls[0].value", "\"2\""),
            ("summary", "nothing"),
        ],
    );
    check_message(
        &edifact_file("ORDRSP", "BGM+231+1+4'NAD+SU+1::9'LIN+1+5+A-1:SA'QTY+21:10'"),
        &[("lines[0].action", "\"5\""), ("summary", "null")],
    );
    check_message(
        &edifact_file(
            "DESADV",
            "BGM+351+D-1+9'DTM+137:20260301:102'NAD+SH+1::9'TDT+20++30'CPS+1'CPS+2+1'PAC+2++CT'\
             PCI+33E'GIN+BJ+001+002:003'LIN+1++A-1:SA'QTY+12:12'RFF+ON:PO-77'",
        ),
        &[
            ("packages[1].parent", "\"1\""),
            ("packages[1].packings[0].marks[0].numbers", "nothing"),
            ("packages[1].packings[0].marks[0].serials[0].numbers_2.to", "\"003\""),
            ("packages[1].lines[0].references[0].reference", "\"PO-77\""),
        ],
    );
    check_message(
        &edifact_file(
            "INVOIC",
            "BGM+380+I-1+9'DTM+137:20260301:102'NAD+BY+1::9'RFF+VA:DE1'PAT+1'DTM+13:20260331:102'\
             LIN+1++A-1:SA'QTY+47:12'MOA+203:119.4'PRI+AAA:9.95'TAX+7+VAT+++:::19+S'MOA+124:22.69'\
             UNS+S'MOA+77:142.09'TAX+7+VAT+++:::19'MOA+124:22.69'",
        ),
        &[
            ("parties[0].references[0].reference", "\"DE1\""),
            ("lines[0].taxes[0].details.rate", "\"19\""),
            ("lines[0].taxes[0].amount.amount", "\"22.69\""),
            ("totals[0].amount", "\"142.09\""),
            ("total_taxes[0].amounts[0].amount", "\"22.69\""),
        ],
    );
}

#[test]
fn an_interchange_can_be_made_of_little() {
    let order = value(
        r#"{"interchange":{"sender":"ME","receiver":"YOU","date":"260301","time":"1200"},
            "groups":[{"messages":[{"type":"850","order":{"purpose":"00","type":"SA","number":"1",
            "date":"20260301"},"lines":[{"number":1,"quantity":2.50,"unit":"EA"}]}]}]}"#,
    );
    assert_eq!(
        String::from_utf8(x12::write(&order).expect("X12")).as_deref(),
        Ok(
            "ISA*00*          *00*          *ZZ*ME             *ZZ*YOU            *260301*1200*U*00401\
            *000000001*0*P*:~\nGS*PO*ME*YOU*20260301*1200*1*X*004010~\nST*850*0001~\n\
            BEG*00*SA*1**20260301~\nPO1*1*2.50*EA~\nSE*4*0001~\nGE*1*1~\nIEA*1*000000001~\n"
        )
    );
    let order = value(
        r#"{"interchange":{"sender":{"id":"ME"},"receiver":{"id":"YOU"},
            "sent":{"date":"260301","time":"1200"}},
            "messages":[{"type":"ORDERS","document":{"name":{"code":"220"},"number":"it's 1+1"},
            "lines":[{"number":1,"quantities":[{"qualifier":"21","quantity":2.50}]}]}]}"#,
    );
    assert_eq!(
        String::from_utf8(edifact::write(&order).expect("EDIFACT")).as_deref(),
        Ok("UNA:+.? '\nUNB+UNOC:3+ME+YOU+260301:1200+1'\nUNH+1+ORDERS:D:96A:UN'\n\
            BGM+220+it?'s 1?+1'\nLIN+1'\nQTY+21:2.50'\nUNS+S'\nUNT+6+1'\nUNZ+1+1'\n")
    );
    let shipment = value(
        r#"{"interchange":{"sender":"ME","receiver":"YOU","date":"260301","time":"1200"},
            "groups":[{"messages":[{"type":"856","notice":{"purpose":"00","number":"1"},
            "shipments":[{"orders":[{"order":{"order_number":"PO-1"},
            "items":[{"item":{"number":"1"}},{"item":{"number":"2"}}]}]}]}]}]}"#,
    );
    let text = String::from_utf8(x12::write(&shipment).expect("X12")).expect("text");
    let levels: Vec<_> = text.lines().filter(|line| line.starts_with("HL")).collect();
    assert_eq!(levels, ["HL*1**S*1~", "HL*2*1*O*1~", "HL*3*2*I*0~", "HL*4*2*I*0~"]);
}

#[test]
fn what_cannot_be_written_is_told_with_its_path() {
    let x12 = |group: &str| {
        format!(
            r#"{{"interchange":{{"sender":"ME","receiver":"YOU","date":"260301","time":"1200"}},
                "groups":[{group}]}}"#
        )
    };
    for (text, expect) in [
        (x12("7"), "`groups[0]` is a number, and an object is needed"),
        (
            x12(r#"{"messages":[{}]}"#),
            "`groups[0].messages[0]` has no `type` that says which message it is",
        ),
        (
            x12(r#"{"messages":[{"type":"850","linez":[]}]}"#),
            "`groups[0].messages[0].linez` is not known here; there is order, ",
        ),
        (
            x12(r#"{"messages":[{"type":"850","lines":[{"qty":1}]}]}"#),
            "`groups[0].messages[0].lines[0].qty` is not known here; there is ",
        ),
        (
            x12(r#"{"messages":[{"type":"850","order":{"number":"A*1"}}]}"#),
            "`groups[0].messages[0].order.BEG03` contains `*`, which separates parts here",
        ),
        (
            x12(r#"{"group":{"from":"ME"},"messages":[{"type":"850"}]}"#),
            "`groups[0].group.from` is not known here; there is code, sender, receiver, ",
        ),
        (
            x12(r#"{"message":[{"type":"850"}]}"#),
            "`groups[0].message` is not known here; there is group, messages, trailer",
        ),
        (
            x12(r#"{"messages":[{"type":"834","segments":[{"tag":"INS","element":[]}]}]}"#),
            "`groups[0].messages[0].segments[0].element` is not known here; there is tag, elements",
        ),
        (
            x12(r#"{"messages":[{"type":"276"}]}"#),
            "`groups[0].group.code` is missing, and there is no usual one for messages of type 276",
        ),
        (
            x12(r#"{"messages":[{"type":"834"}]}"#),
            "`groups[0].messages[0]` is a message of type 834, for which there are no names",
        ),
        (r#"{"interchange":{"sender":"ME"}}"#.to_owned(), "`interchange.receiver` is missing"),
        (
            r#"{"interchange":{"sender":"A NAME THAT IS TOO LONG"}}"#.to_owned(),
            "`interchange.sender` is longer than 15 characters",
        ),
    ] {
        let error = x12::write(&value(&text)).expect_err(&text).to_string();
        assert!(error.starts_with(expect), "{error}");
    }
    let greek = edifact_file("ORDERS", "BGM+220+1+9'").replace("220", "Ω");
    let read = read_edifact(&greek).expect("UTF-8");
    assert_eq!(at(&read, "[0].charset"), "\"utf-8\"");
    let text = read.to_string().replace("utf-8", "iso-8859-1");
    let error = edifact::write(&value(&text)).expect_err("no Greek").to_string();
    assert!(error.contains("has `Ω`, which the character set iso-8859-1 has not"), "{error}");
}

#[test]
fn faults_have_a_place() {
    let order = x12_file("PO", "850BEG*00*SA*1**20260301~CTT*0~");
    let x12 = |from: &str, to: &str, expect: &str| {
        let text = order.replacen(from, to, 1);
        assert_ne!(text, order);
        assert_eq!(read_x12(&text).expect_err(&text).to_string(), expect);
    };
    x12(
        "ISA",
        "YYY",
        "an interchange begins with `ISA`, and here stands `YYY`, at segment 1, line 1",
    );
    x12(
        "BUYER  ",
        "BUYER ",
        "an element of the `ISA` has 14 characters and must have 15 at segment 1 `ISA`, element 6, line 1",
    );
    x12("IEA*1*000000007~", "", "the interchange ends without `IEA` at segment 8, line 1");
    x12(
        "000000007~",
        "000000007",
        "the source ends within a segment, `~` is missing at segment 8 `IEA`, line 1",
    );
    x12("SE*4*0001~", "", "the message has no end, `SE` is missing, at segment 3 `ST`, line 1");
    x12("GE*1*7~", "", "the group has no end, `GE` is missing, at segment 2 `GS`, line 1");
    x12("ST*850*0001~", "", "the segment stands outside of a message at segment 3 `BEG`, line 1");
    x12(
        "GS*PO",
        "XX*PO",
        "the message stands outside of a group, `GS` is missing, at segment 3 `ST`, line 1",
    );
    x12(
        "CTT*0",
        "ctt*0",
        "`ctt` is no tag of a segment, which has two or three large letters or digits, at segment 5 `ctt`, line 1",
    );
    x12(
        "CTT*0",
        "BIN*9*x",
        "the segment does not end after the 9 bytes of data that it announces at segment 5 `BIN`, line 1",
    );
    x12(
        "CTT*0",
        "BIN*x*x",
        "the number of bytes that follow is missing at segment 5 `BIN`, line 1",
    );
    x12("*:~", "***", "`*` is to be two separators at once at segment 1 `ISA`, line 1");

    let order = edifact_file("ORDERS", "BGM+220+1+9'UNS+S'");
    let edifact = |from: &str, to: &str, expect: &str| {
        let text = order.replacen(from, to, 1);
        assert_ne!(text, order);
        assert_eq!(read_edifact(&text).expect_err(&text).to_string(), expect);
    };
    edifact(
        "UNB",
        "UNX",
        "an interchange begins with `UNA` or `UNB`, and here stands `UNX`, at segment 1, line 1",
    );
    edifact("UNZ+1+7'", "", "the interchange ends without `UNZ` at segment 6, line 1");
    edifact("UNT+4+1'", "", "the message has no end, `UNT` is missing, at segment 2 `UNH`, line 1");
    edifact(
        "'UNS",
        "''UNS",
        "`` is no tag of a segment, which has three large letters or digits, at segment 4, line 1",
    );
    edifact(
        "UNH+1+ORDERS:D:96A:UN'",
        "",
        "a message ends that has not begun, `UNH` is missing, at segment 4 `UNT`, line 1",
    );
    assert!(read_x12("").is_err() && read_edifact(" \n").is_err());
}

#[test]
fn counts_and_control_numbers_that_do_not_agree_are_warnings_or_errors() {
    let order = x12_file("PO", "850BEG*00*SA*1**20260301~CTT*0~")
        .replace("SE*4*0001", "SE*5*0002")
        .replace("IEA*1*000000007", "IEA*2*000000007");
    let read = read_x12(&order).expect("warnings");
    assert_eq!(
        at(&read, "[0].warnings"),
        r#"[{"message":"the count says `5` and there are 4 segments","segment":6,"tag":"SE","element":1},{"message":"the control number is `0002` and that of the header `0001`","segment":6,"tag":"SE","element":2},{"message":"the count says `2` and there are 1 groups","segment":8,"tag":"IEA","element":1}]"#
    );
    assert_eq!(x12::write(&read).expect("X12"), order.as_bytes());
    let strict = Options { strict: true, ..Options::default() };
    let error = x12::read(order.as_bytes(), &strict, &Limits::default()).expect_err("strict");
    let expect = "the count says `5` and there are 4 segments at segment 6 `SE`, element 1, line 1";
    assert_eq!(error.to_string(), expect);
    let order = edifact_file("ORDERS", "BGM+220+1+9'UNS+S'").replace("UNT+4", "UNT+9");
    assert_eq!(at(&read_edifact(&order).expect("warnings"), "[0].warnings[0].segment"), "5");
    assert!(edifact::read(order.as_bytes(), &strict, &Limits::default()).is_err());
}

#[test]
fn interchanges_come_one_by_one_within_limits() {
    let one = x12_file("PO", "850BEG*00*SA*1**20260301~CTT*0~");
    let text = format!("{one}\r\n{one}{one}\n\nISA");
    let options = Options::default();
    let read: Vec<_> = x12::interchanges(text.as_bytes(), &options, &Limits::default()).collect();
    assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, true, false]);
    let check = |limits: Limits, expect: &str| {
        let error = x12::read(one.as_bytes(), &options, &limits).expect_err(expect).to_string();
        assert!(error.starts_with(expect), "{error}");
    };
    check(Limits { bytes: 150, ..Limits::default() }, "the interchange is longer than 150 bytes");
    check(Limits { text: 100, ..Limits::default() }, "a segment is longer than 100 bytes");
    let bin = one.replace("CTT*0", "BIN*99999999999*x");
    let error = read_x12(&bin).expect_err("a claim").to_string();
    assert!(error.starts_with("a segment is longer than 268435456 bytes"), "{error}");
}

#[test]
fn groups_services_and_charsets_are_kept() {
    let text = "UNB+UNOC:3+A+B+260301:1200+7'UNG+ORDERS+A+B+260301:1200+1+UN+D:96A'\
        UNH+1+ORDERS:D:96A:UN'BGM+220+M\u{fc}ller+9'UNS+S'UNT+4+1'UNE+1+1'UNZ+1+7'";
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let read = edifact::read(&latin, &Options::default(), &Limits::default()).expect("Latin-1");
    assert_eq!(at(&read, "[0].groups[0].messages[0].document.number"), "\"Müller\"");
    assert_eq!(at(&read, "[0].charset"), "\"iso-8859-1\"");
    assert_eq!(edifact::write(&read).expect("EDIFACT"), latin);
    let wrapped = x12_file("PO", "850BEG*00*SA*1**20260301~CTT*0~");
    let wrapped: Vec<u8> =
        wrapped.as_bytes().chunks(80).flat_map(|line| [line, b"\n"].concat()).collect();
    let read = x12::read(&wrapped, &Options::default(), &Limits::default()).expect("wrapped");
    assert_eq!(at(&read, "[0].groups[0].messages[0].order.date"), "\"20260301\"");
    assert_eq!(x12::write(&read).expect("X12"), wrapped);
    let binary = x12_file("PO", "850BEG*00~").replacen("BEG*00~", "BIN*6*~*:^\n~~", 1);
    let read = read_x12(&binary).expect("a binary segment");
    let data = at(&read, "[0].groups[0].messages[0].other[0].elements[1]");
    assert_eq!(data, r#""~*:^\n~""#);
    assert_eq!(x12::write(&read).expect("X12"), binary.as_bytes());
}

#[test]
fn messages_are_items_of_their_own_and_come_back_into_interchanges() {
    let one = x12_file("PO", "850BEG*00*SA*1**20260301~CTT*0~");
    let two = one
        .replace("SE*4*0001~GE*1", "SE*4*0001~ST*850*0002~BEG*00*SA*2**20260301~SE*3*0002~GE*2")
        .replace("000000007", "000000008");
    let text = format!("{one}{two}");
    let read = read_x12(&text).expect("X12");
    let messages: Value = read.as_list().expect("a list").iter().flat_map(edi::messages).collect();
    assert_eq!(at(&messages, "[2].order.number"), "\"2\"");
    assert_eq!(at(&messages, "[2].interchange.control"), "\"000000008\"");
    assert_eq!(at(&messages, "[2].group.code"), "\"PO\"");
    assert_eq!(String::from_utf8(x12::write(&messages).expect("X12")).as_deref(), Ok(&text[..]));
    let first = x12::write(messages.at(0).expect("a message")).expect("X12");
    assert_eq!(String::from_utf8(first).as_deref(), Ok(&one[..]));

    let text = edifact_file("ORDERS", "BGM+220+1+9'UNS+S'");
    let read = read_edifact(&text).expect("EDIFACT");
    let messages: Value = read.as_list().expect("a list").iter().flat_map(edi::messages).collect();
    assert_eq!(edifact::write(&messages).expect("EDIFACT"), text.as_bytes());
}

fn any_element() -> impl Strategy<Value = Value> {
    let text = || "[A-Za-z0-9 .,?+:'äöü-]{0,6}".prop_map(Value::from);
    let composite = || prop::collection::vec(text(), 2..4).prop_map(Value::from);
    prop_oneof![4 => text(), 1 => composite()]
}

fn any_segments() -> impl Strategy<Value = Vec<Value>> {
    let tag = prop::sample::select(vec![
        "BGM", "DTM", "RFF", "NAD", "LIN", "QTY", "MOA", "UNS", "TAX", "ZZZ", "CPS", "PRI", "CUX",
    ]);
    let segment = (tag, prop::collection::vec(any_element(), 0..5)).prop_map(|(tag, elements)| {
        Value::object([("tag", Value::from(tag)), ("elements", elements.into())])
    });
    prop::collection::vec(segment, 0..14)
}

/// Bytes that mean something to a reader, rather than any.
fn any_byte() -> impl Strategy<Value = u8> {
    let known = b"ISAGSTUNBHZ*~:^+'?> \r\n0123456789".to_vec();
    prop_oneof![3 => prop::sample::select(known), 1 => any::<u8>()]
}

proptest! {
    #[test]
    fn random_segments_are_equal_after_write_and_read(segments in any_segments(), kind in 0..5_usize) {
        let kind = ["ORDERS", "ORDRSP", "DESADV", "INVOIC", "PARTIN"][kind];
        let segments = Value::from(segments);
        let interchange = Value::object([
            ("interchange", value(
                r#"{"sender":{"id":"A"},"receiver":{"id":"B"},"sent":{"date":"260301","time":"1200"}}"#,
            )),
            ("charset", "utf-8".into()),
            ("messages", Value::list([Value::object([
                ("type", Value::from(kind)), ("segments", segments.clone()),
            ])])),
        ]);
        let bytes = edifact::write(&interchange).expect("EDIFACT");
        let read = edifact::read(&bytes, &Options::default(), &Limits::default()).expect("read");
        prop_assert_eq!(&edifact::write(&read).expect("again"), &bytes);
        let message = read.at(0).and_then(|read| read.get("messages")).and_then(|m| m.at(0));
        let plain = edifact::unshape(message.expect("a message")).expect("segments");
        prop_assert_eq!(plain.get("segments"), Some(&segments));
        prop_assert!(kind == "PARTIN" || message.is_some_and(|m| m.get("segments").is_none()));
    }

    #[test]
    fn random_bytes_never_panic(
        bytes in prop::collection::vec(any_byte(), 0..150), at in any::<prop::sample::Index>(),
        is_x12: bool
    ) {
        let sample = if is_x12 {
            x12_file("SH", "856BSN*00*S~HL*1**S~HL*2*1*O~BIN*3*abc~HL*3*2*I~LIN*1~CTT*6~")
        } else {
            edifact_file("INVOIC", "BGM+380+I-1+9'LIN+1++A-1:SA'QTY+47:12'UNS+S'MOA+77:1'")
        };
        let mut changed = sample.into_bytes();
        let at = at.index(changed.len());
        let end = (at + bytes.len() / 8).min(changed.len());
        changed[at..end].copy_from_slice(&bytes[..end - at]);
        for bytes in [&bytes, &changed] {
            if let Ok(read) = x12::read(bytes, &Options::default(), &Limits::default()) {
                if let Ok(written) = x12::write(&read) {
                    let again = x12::read(&written, &Options::default(), &Limits::default());
                    prop_assert_eq!(again.expect("read again"), read);
                }
            }
            if let Ok(read) = edifact::read(bytes, &Options::default(), &Limits::default()) {
                if let Ok(written) = edifact::write(&read) {
                    let again = edifact::read(&written, &Options::default(), &Limits::default());
                    prop_assert_eq!(again.expect("read again"), read);
                }
            }
        }
    }
}
