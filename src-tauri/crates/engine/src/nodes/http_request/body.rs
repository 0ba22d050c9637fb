//! What a request sends: the form of it in the params, and filling it in for an item. Not the
//! sending.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data::Value;
use indexmap::IndexMap;
use mapping::{JsonTemplate, Names, Template};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use transport::{Body, Content, Part};

use super::call::{encode_pairs, render_pairs};
use crate::services::Services;
use crate::step::{StepError, StepResult};

/// What a request sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum BodyParams {
    /// JSON.
    #[schemars(title = "JSON")]
    Json {
        /// The JSON; its texts may hold expressions. Without it the item itself is sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(title = "JSON")]
        value: Option<JsonTemplate>,
    },
    /// A form, `application/x-www-form-urlencoded`.
    #[schemars(title = "Form")]
    Form {
        /// The fields. A field whose expression gives nothing is left out, a list gives the field
        /// several times.
        #[schemars(title = "Fields")]
        value: IndexMap<String, Template>,
    },
    /// A form with files, `multipart/form-data`.
    #[schemars(title = "Form with files")]
    Multipart {
        /// The parts, in order.
        #[schemars(title = "Parts")]
        value: Vec<PartParams>,
    },
    /// XML.
    #[schemars(title = "XML")]
    Xml {
        /// The XML, as text.
        #[schemars(title = "XML")]
        value: Template,
        /// The media type.
        #[serde(default = "xml_type")]
        #[schemars(title = "Media type", extend("x-advanced" = true))]
        content_type: String,
    },
    /// Text.
    Text {
        /// The text.
        #[schemars(title = "Text")]
        value: Template,
        /// The media type.
        #[serde(default = "text_type")]
        #[schemars(title = "Media type", extend("x-advanced" = true))]
        content_type: String,
    },
    /// Bytes: a file, or a text in Base64.
    #[schemars(title = "File or bytes")]
    Binary {
        /// The path of the file that is sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<Template>,
        /// The bytes in Base64, where no file is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(title = "Bytes in Base64")]
        value: Option<Template>,
        /// The media type.
        #[serde(default = "binary_type")]
        #[schemars(title = "Media type", extend("x-advanced" = true))]
        content_type: String,
    },
}

/// One part of a form with files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct PartParams {
    /// The field's name.
    name: String,
    /// The field's value, where it is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Template>,
    /// The path of the file that is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<Template>,
    /// The name that the file is given; its own without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Name of the file", extend("x-advanced" = true))]
    file_name: Option<Template>,
    /// The media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Media type", extend("x-advanced" = true))]
    content_type: Option<String>,
}

/// What a request sends, filled in.
#[derive(Debug, Clone)]
pub(super) enum Filled {
    Empty,
    /// Kept as a value, because paging may put a cursor into it.
    Json(Value),
    Other {
        body: Body,
        content_type: Option<String>,
    },
}

impl Filled {
    /// The body as it is sent, and its media type.
    pub(super) fn wire(&self) -> (Body, Option<String>) {
        match self {
            Self::Empty => (Body::Empty, None),
            Self::Json(value) => (
                Body::Bytes(data::json::to_string(value).into()),
                Some("application/json".to_owned()),
            ),
            Self::Other { body, content_type } => (body.clone(), content_type.clone()),
        }
    }
}

/// Fills the body in for an item.
pub(super) fn fill(
    params: Option<&BodyParams>,
    item: &Value,
    names: &dyn Names,
    services: &Services,
) -> StepResult<Filled> {
    let text = |template: &Template, key: &str| {
        template.text(item, names).map_err(|fault| StepError::fault(&fault, body_key(key)))
    };
    let plain = |text: String, content_type: &str| Filled::Other {
        body: Body::Bytes(text.into()),
        content_type: Some(content_type.to_owned()),
    };
    Ok(match params {
        None => Filled::Empty,
        Some(BodyParams::Json { value: None }) => Filled::Json(item.clone()),
        Some(BodyParams::Json { value: Some(value) }) => {
            let value = value.render(item, names);
            let value = value.map_err(|fault| StepError::fault(&fault, body_key("value")))?;
            value.map_or(Filled::Empty, Filled::Json)
        }
        Some(BodyParams::Form { value }) => {
            let pairs = render_pairs(value, item, names, "/params/body/value")?;
            plain(encode_pairs(&pairs, '+'), "application/x-www-form-urlencoded")
        }
        Some(BodyParams::Multipart { value }) => {
            let parts = value.iter().enumerate().map(|(n, part)| {
                fill_part(part, item, names, services, &format!("/params/body/value/{n}"))
            });
            let body = Body::Multipart(parts.collect::<StepResult<_>>()?);
            Filled::Other { body, content_type: None }
        }
        Some(
            BodyParams::Xml { value, content_type } | BodyParams::Text { value, content_type },
        ) => plain(text(value, "value")?, content_type),
        Some(BodyParams::Binary { file, value, content_type }) => {
            let body = match (file, value) {
                (Some(file), _) => Body::File(services.path(&text(file, "file")?)),
                (None, Some(value)) => Body::Bytes(unpack(&text(value, "value")?)?.into()),
                (None, None) => Body::Empty,
            };
            Filled::Other { body, content_type: Some(content_type.clone()) }
        }
    })
}

fn fill_part(
    part: &PartParams,
    item: &Value,
    names: &dyn Names,
    services: &Services,
    key: &str,
) -> StepResult<Part> {
    let text = |template: &Template, name: &str| {
        template
            .text(item, names)
            .map_err(|fault| StepError::fault(&fault, format!("{key}/{name}")))
    };
    let file_name = part.file_name.as_ref().map(|name| text(name, "file_name")).transpose()?;
    Ok(match (&part.file, &part.value) {
        (Some(file), _) => {
            let path = services.path(&text(file, "file")?);
            let own_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            Part {
                name: part.name.clone(),
                file_name: file_name.or(own_name),
                content_type: part.content_type.clone(),
                content: Content::File(path),
            }
        }
        (None, value) => {
            let value = value.as_ref().map(|value| text(value, "value")).transpose()?;
            Part {
                name: part.name.clone(),
                file_name,
                content_type: part.content_type.clone(),
                content: Content::Bytes(value.unwrap_or_default().into()),
            }
        }
    })
}

fn unpack(base64: &str) -> StepResult<Vec<u8>> {
    STANDARD.decode(base64.trim()).map_err(|error| {
        let message = format!("The bytes to be sent are not valid Base64: {error}.");
        StepError::terminal(flow::run::ErrorClass::Validation, message).key("/params/body/value")
    })
}

fn body_key(key: &str) -> String {
    format!("/params/body/{key}")
}

fn xml_type() -> String {
    "application/xml".to_owned()
}

fn text_type() -> String {
    "text/plain; charset=utf-8".to_owned()
}

fn binary_type() -> String {
    "application/octet-stream".to_owned()
}
