use super::*;
use crate::file::{write, write_layout};

const CANONICAL: &str = r#"{
  "$schema": "../assets/schemas/flow.schema.json",
  "gantry": 1,
  "id": "orders-to-erp",
  "name": "Orders to ERP",
  "vars": {
    "shop": { "value": "http://127.0.0.1:8080" }
  },
  "nodes": [
    { "id": "start", "type": "trigger.manual" },
    {
      "id": "orders",
      "type": "http.request",
      "name": "Fetch orders",
      "params": { "method": "GET", "url": "{{ $vars.shop }}/orders", "items": "orders" },
      "retry": { "tries": 5, "base_ms": 200, "max_ms": 60000 },
      "on_error": { "substitute": 1.50 },
      "colour": "blue"
    },
    {
      "id": "each",
      "type": "scope.loop",
      "body": {
        "nodes": [
          { "id": "inner", "type": "data.map" }
        ],
        "wires": []
      }
    }
  ],
  "wires": [
    { "from": "start", "to": "orders" },
    { "from": "orders.out", "to": "each", "order": 1 }
  ],
  "later": [1, 2]
}
"#;

#[test]
fn a_canonical_file_is_written_as_it_was_read() {
    assert_eq!(write(&read(CANONICAL).unwrap()), CANONICAL);
}

#[test]
fn a_file_of_any_form_is_canonical_once_written() {
    let squeezed = serde_json::from_str::<Json>(CANONICAL).unwrap().to_string();
    assert_eq!(write(&read(&squeezed).unwrap()), CANONICAL);
}

#[test]
fn what_cannot_be_read_is_kept_and_the_rest_opens() {
    let text = r#"{"gantry": 1, "id": "f", "name": "F", "vars": {"a": 5},
        "nodes": [
            {"id": "a", "type": "x", "retry": {"tries": 0}, "timeout_ms": "soon", "name": null},
            7,
            {"id": 3, "type": "y", "body": {"nodes": ["z"], "more": 1}}],
        "wires": [{"from": "a"}, {"from": "a", "to": "b", "label": "x"}]}"#;
    let flow = read(text).unwrap();
    assert_eq!(flow.vars["a"].value, 5);
    assert_eq!(flow.nodes.len(), 2);
    assert_eq!(flow.nodes[0].rest.keys().collect::<Vec<_>>(), ["retry", "timeout_ms"]);
    assert_eq!(flow.nodes[1].id.as_str(), "");
    assert_eq!(flow.wires.len(), 1);
    let unread: Vec<_> = flow.rest[UNREAD]
        .as_array()
        .unwrap()
        .iter()
        .map(|kept| kept["at"].as_str().unwrap())
        .collect();
    assert_eq!(
        unread,
        ["/nodes/1", "/nodes/2/body/nodes/0", "/nodes/2/body/more", "/wires/0", "/wires/1/label"]
    );
    let written = write(&flow);
    assert!(written.contains("\"retry\": { \"tries\": 0 }") && written.contains("\"id\": 3"));
    assert_eq!(write(&read(&written).unwrap()), written);
}

#[test]
fn older_versions_are_upgraded_step_by_step() {
    fn title_becomes_name(fields: &mut Map<String, Json>) {
        let title = fields.remove("title").unwrap();
        fields.insert("name".to_owned(), title);
    }
    fn name_is_shouted(fields: &mut Map<String, Json>) {
        let name = fields["name"].as_str().unwrap().to_uppercase();
        fields.insert("name".to_owned(), name.into());
    }
    let steps: [Upgrade; 2] = [title_becomes_name, name_is_shouted];
    let check = |text: &str| {
        let mut fields = object(text)?;
        upgrade(&mut fields, &steps)?;
        Ok(Json::Object(fields).to_string())
    };
    assert_eq!(check(r#"{"gantry": 1, "title": "a"}"#).unwrap(), r#"{"gantry":3,"name":"A"}"#);
    assert_eq!(check(r#"{"gantry": 2, "name": "a"}"#).unwrap(), r#"{"gantry":3,"name":"A"}"#);
    assert_eq!(check(r#"{"gantry": 3, "name": "a"}"#).unwrap(), r#"{"gantry":3,"name":"a"}"#);
    assert_eq!(check(r#"{"gantry": 4}"#), Err(ReadError::Newer { found: 4 }));
}

#[test]
fn what_is_no_flow_is_told_in_words() {
    let told = |text: &str| read(text).unwrap_err().to_string();
    assert!(told("{\n  \"gantry\": 1,,\n}").contains("in line 2, column 15"));
    assert!(told("[]").contains("it is not an object"));
    assert!(told("{}").contains("\"gantry\""));
    assert!(told(r#"{"gantry": 0}"#).contains("no version"));
    assert!(told(r#"{"gantry": 99}"#).contains("newer Gantry"));
}

#[test]
fn a_layout_is_written_by_id_with_short_numbers() {
    let layout = read_layout(
        r#"{"nodes": {"b": {"x": 1.0, "y": 2.5}, "a": {"x": 0, "y": -4, "folded": true}, "c": 7}}"#,
    )
    .unwrap();
    let text = "{\n  \"nodes\": {\n    \"a\": { \"x\": 0, \"y\": -4, \"folded\": true },\n    \"b\": { \"x\": 1, \"y\": 2.5 }\n  }\n}\n";
    assert_eq!(write_layout(&layout), text);
    assert_eq!(write_layout(&read_layout(text).unwrap()), text);
}
