//! The formats that nodes read and write, with their settings. Not the formats themselves: those
//! are `data`'s; nor when bytes come and go: that is the nodes'.

mod read;
mod write;

use data::fixed::Layout;
use data::xml::ElementPath;
use flow::catalogue::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub(super) use self::read::{Records, is_list};
pub(super) use self::write::Encoder;

/// A format, with how it is written and what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Format {
    /// One JSON document.
    #[schemars(title = "JSON")]
    Json(JsonSettings),
    /// A JSON value on each line.
    #[schemars(title = "JSON lines (NDJSON)")]
    Ndjson,
    /// Rows with columns.
    #[schemars(title = "CSV")]
    Csv(CsvSettings),
    /// Elements within each other; attributes are members that begin with `@`.
    #[schemars(title = "XML")]
    Xml(XmlSettings),
    /// YAML documents.
    #[schemars(title = "YAML")]
    Yaml,
    /// Lines with columns at fixed places.
    #[schemars(title = "Fixed width")]
    Fixed(FixedSettings),
    /// What a form in a browser sends: `name=Ada&city=London`.
    #[schemars(title = "Form")]
    Form(FormSettings),
    /// EDI as ANSI X12: 850, 855, 856, 810 and all others.
    #[schemars(title = "EDI X12")]
    X12(EdiSettings),
    /// EDI as UN/EDIFACT: ORDERS, ORDRSP, DESADV, INVOIC and all others.
    #[schemars(title = "EDI EDIFACT")]
    Edifact(EdiSettings),
    /// HL7 v2 messages, as hospitals send them.
    #[schemars(title = "HL7 v2")]
    Hl7(Hl7Settings),
    /// A sheet of an Excel workbook; as a text it is Base64.
    #[schemars(title = "Excel (XLSX)")]
    Xlsx(XlsxSettings),
}

/// How JSON is written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct JsonSettings {
    /// Whether it is written on many lines, for people to read.
    #[schemars(title = "On many lines")]
    pub(super) indent: bool,
}

/// How CSV is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CsvSettings {
    /// The letter between the columns; found out from the first lines, and a comma when written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Separator")]
    pub(super) delimiter: Option<char>,
    /// Whether the first row names the columns.
    #[schemars(title = "First row has the names")]
    pub(super) header: bool,
    /// Whether spaces around names and values are dropped.
    #[schemars(title = "Drop spaces around values")]
    pub(super) trim: bool,
}

impl Default for CsvSettings {
    fn default() -> Self {
        Self { delimiter: None, header: true, trim: false }
    }
}

/// How XML is written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct XmlSettings {
    /// Elements that are lists also where they come once: `/orders/order`, or `line` wherever it
    /// is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(title = "Always lists")]
    pub(super) lists: Vec<String>,
    /// Whether prefixes such as `ns2:` and declarations of namespaces are dropped.
    #[schemars(title = "Drop prefixes")]
    pub(super) drop_prefixes: bool,
    /// The root element, where what is written is not one named element.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Root element")]
    pub(super) root: Option<String>,
    /// The element for each entry of a list; `item` without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Element of an entry")]
    pub(super) item: Option<String>,
    /// Whether it is written on many lines, for people to read.
    #[schemars(title = "On many lines")]
    pub(super) indent: bool,
}

/// How lines with fixed columns are written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FixedSettings {
    /// Where the columns stand: `{"records": [{"columns": [{"name": "sku", "start": 1,
    /// "length": 6}, {"name": "price", "start": 7, "length": 8, "type": "decimal",
    /// "decimals": 2}]}]}`; or `"nacha"` for ACH files.
    #[schemars(extend("format" = "json"))]
    pub(super) layout: Json,
}

/// How forms are written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FormSettings {
    /// Whether `customer[name]` is a field within a field and `tags[]` an entry of a list.
    #[schemars(title = "Brackets nest")]
    pub(super) nested: bool,
}

/// How EDI is read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct EdiSettings {
    /// Whether messages stay segments and elements; without it orders, shipments and invoices have
    /// names such as `lines.quantity`.
    #[schemars(title = "Keep segments")]
    pub(super) segments: bool,
    /// Whether counts and control numbers that do not agree are errors.
    pub(super) strict: bool,
}

/// How HL7 is read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Hl7Settings {
    /// Whether counts that do not agree are errors.
    pub(super) strict: bool,
}

/// How workbooks are written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct XlsxSettings {
    /// The sheet; the first one without it, and `Sheet1` when written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sheet: Option<String>,
}

impl Format {
    /// Its name, as a sentence has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Json(_) => "JSON",
            Self::Ndjson => "NDJSON",
            Self::Csv(_) => "CSV",
            Self::Xml(_) => "XML",
            Self::Yaml => "YAML",
            Self::Fixed(_) => "fixed-width",
            Self::Form(_) => "form",
            Self::X12(_) => "X12",
            Self::Edifact(_) => "EDIFACT",
            Self::Hl7(_) => "HL7",
            Self::Xlsx(_) => "XLSX",
        }
    }

    /// What is wrong with the settings; `key` is where they stand.
    pub(super) fn problems(&self, key: &str) -> Vec<Problem> {
        let problem =
            |name: &str, message: String| Problem { key: format!("{key}/{name}"), message };
        match self {
            Self::Csv(csv) if csv.delimiter.is_some_and(|letter| !letter.is_ascii()) => {
                let message = "The letter between columns must be an ASCII one.";
                vec![problem("delimiter", message.to_owned())]
            }
            Self::Xml(xml) => {
                let paths = xml.lists.iter().enumerate();
                let wrong = paths.filter_map(|(at, path)| {
                    let error = path.parse::<ElementPath>().err()?;
                    Some(problem(&format!("lists/{at}"), format!("{error}.")))
                });
                wrong.collect()
            }
            Self::Fixed(fixed) => {
                let wrong = fixed.ready().err();
                wrong.into_iter().map(|message| problem("layout", message)).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl FixedSettings {
    /// The layout, as `data` has it.
    fn ready(&self) -> Result<Layout, String> {
        match &self.layout {
            Json::Null => Err("Say where the columns stand: give a layout.".to_owned()),
            Json::String(name) if name == "nacha" => Ok(Layout::nacha()),
            Json::String(name) => {
                Err(format!("There is no layout \"{name}\"; \"nacha\" is the only one by name."))
            }
            layout => {
                let layout: Layout = serde_json::from_value(layout.clone())
                    .map_err(|error| format!("This is no layout: {error}."))?;
                layout.check().map_err(|error| format!("This layout cannot be used: {error}."))?;
                Ok(layout)
            }
        }
    }
}

/// A message of a format's own, as the end of one of ours: without a full stop.
fn words(error: impl std::fmt::Display) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
