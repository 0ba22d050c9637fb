//! Writes values as XML, so that reading gives them back.
//! Numbers and booleans become their texts; what has no form in XML is an error with its path.

use std::{borrow::Cow, io};

use super::{ORDER, TEXT, XSI, is_name, is_xml_char};
use crate::{
    Charset, Object, Value,
    fault::{FaultKind, FormatError, Place, a, shown},
    json,
};

/// How values are to be written as XML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteOptions {
    /// The root element for values that are not one named element; `/`-free, as `orders`.
    pub root: Option<String>,
    /// The element for each item of a list that is the whole value, and of [`Writer`].
    pub item: String,
    /// Spaces by which elements are indented; without it nothing is put between them.
    pub indent: Option<usize>,
    /// Whether the XML declaration is written.
    pub declaration: bool,
    /// What `null` becomes.
    pub nulls: Nulls,
    /// The charset of the output.
    pub charset: Charset,
}

/// What `null` becomes in XML.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Nulls {
    /// An element with `xsi:nil="true"`, which is read as `null` again.
    #[default]
    Nil,
    /// An empty element.
    Empty,
    /// Nothing.
    Omit,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            root: None,
            item: "item".to_owned(),
            indent: None,
            declaration: true,
            nulls: Nulls::default(),
            charset: Charset::UTF_8,
        }
    }
}

/// Writes a value as a document.
///
/// An object with one member is the root element of that name. Any other value needs
/// [`WriteOptions::root`]; the items of a list become elements named [`WriteOptions::item`].
///
/// # Errors
/// An [`Error`](super::Error) with the path of what has no form in XML.
pub fn write(
    value: &Value,
    options: &WriteOptions,
    out: &mut impl io::Write,
) -> Result<(), FormatError> {
    let text = to_string(value, options)?;
    let bytes = options.charset.encode(&text)?;
    out.write_all(&bytes).map_err(|error| FormatError::writing(&error))
}

/// Writes a value as the text of a document.
///
/// # Errors
/// As [`write`].
pub fn to_string(value: &Value, options: &WriteOptions) -> Result<String, FormatError> {
    let mut markup = Markup::new(options);
    markup.declaration();
    if let Some(object) = value.as_object().filter(|object| is_element(object)) {
        markup.element(object.keys()[0].as_str(), &object.values()[0], 0)?;
        return Ok(markup.out);
    }
    let Some(root) = &options.root else {
        let problem = format!(
            "XML has one root element, and the value is {}; name a root element",
            match value.as_object() {
                Some(object) => format!("an object with {} members", object.len()),
                None => a(value.kind()),
            }
        );
        return Err(FormatError::new(FaultKind::Value, Place::Whole, problem));
    };
    let wrapped = match value.as_list() {
        Some(_) => Value::object([(options.item.as_str(), value.clone())]),
        None => value.clone(),
    };
    markup.element(root, &wrapped, 0)?;
    Ok(markup.out)
}

/// Whether an object stands for one element.
fn is_element(object: &Object) -> bool {
    object.len() == 1
        && !object.keys()[0].as_str().starts_with(['@', '#'])
        && object.values()[0].as_list().is_none()
}

/// Writes items one by one as elements of one root, in memory that does not grow.
pub struct Writer<W: io::Write> {
    out: W,
    options: WriteOptions,
    has_begun: bool,
}

impl<W: io::Write> Writer<W> {
    /// A writer to `out`; [`WriteOptions::root`] is `items` unless told.
    pub fn new(out: W, options: WriteOptions) -> Self {
        Self { out, options, has_begun: false }
    }

    fn root(&self) -> String {
        self.options.root.clone().unwrap_or_else(|| "items".to_owned())
    }

    fn put(&mut self, text: &str) -> Result<(), FormatError> {
        let bytes = self.options.charset.encode(text)?;
        self.out.write_all(&bytes).map_err(|error| FormatError::writing(&error))
    }

    fn begin(&mut self) -> Result<(), FormatError> {
        if self.has_begun {
            return Ok(());
        }
        self.has_begun = true;
        let root = self.root();
        if !is_name(&root) {
            let problem = format!("{} is no name of a root element", shown(&root));
            return Err(FormatError::new(FaultKind::Option, Place::Whole, problem));
        }
        let mut markup = Markup::new(&self.options);
        markup.declaration();
        let start = format!("{}<{root}>", markup.out);
        self.put(&start)
    }

    /// Writes one item as an element named [`WriteOptions::item`].
    ///
    /// # Errors
    /// As [`write`]; after [`FaultKind::Value`] the next item can be written.
    pub fn write(&mut self, value: &Value) -> Result<(), FormatError> {
        self.begin()?;
        let mut markup = Markup::new(&self.options);
        markup.element(&self.options.item, value, 1)?;
        let text = markup.out;
        self.put(&text)
    }

    /// Writes the end and gives the output back.
    ///
    /// # Errors
    /// As [`write`].
    pub fn finish(mut self) -> Result<W, FormatError> {
        self.begin()?;
        let root = self.root();
        let line = if self.options.indent.is_some() { "\n" } else { "" };
        self.put(&format!("{line}</{root}>{line}"))?;
        Ok(self.out)
    }
}

struct Markup<'o> {
    out: String,
    options: &'o WriteOptions,
    /// The way to the value at hand, for errors.
    path: Vec<String>,
    /// Prefixes declared in what is open, and whether for the namespace of `nil`.
    declared: Vec<(String, bool)>,
}

impl<'o> Markup<'o> {
    fn new(options: &'o WriteOptions) -> Self {
        Self { out: String::new(), options, path: Vec::new(), declared: Vec::new() }
    }

    fn declaration(&mut self) {
        if self.options.declaration {
            let charset = self.options.charset.name();
            self.out.extend(["<?xml version=\"1.0\" encoding=\"", charset, "\"?>"]);
        }
    }

    fn fault(&self, problem: impl Into<String>) -> FormatError {
        let path = format!("`/{}`", self.path.join("/"));
        FormatError::new(FaultKind::Value, Place::Part(path), problem)
    }

    fn start_line(&mut self, depth: usize) {
        if let Some(indent) = self.options.indent {
            if !self.out.is_empty() || depth > 0 {
                self.out.push('\n');
            }
            self.out.extend(std::iter::repeat_n(' ', indent * depth));
        }
    }

    /// Writes an element, or one for each item of a list.
    fn element(&mut self, name: &str, value: &Value, depth: usize) -> Result<(), FormatError> {
        if !is_name(name) {
            return Err(self.fault(format!(
                "{} is no name of an element; rename the field to letters, digits, - _ and .",
                shown(name)
            )));
        }
        self.path.push(name.to_owned());
        let items = value.as_list();
        for item in items.unwrap_or(std::slice::from_ref(value)) {
            if items.is_some() && item.as_list().is_some() {
                let problem = "a list within a list has no form in XML; name its items";
                return Err(self.fault(problem));
            }
            if !(item.is_null() && self.options.nulls == Nulls::Omit) {
                self.start_line(depth);
                self.single(name, item, depth)?;
            }
        }
        self.path.pop();
        Ok(())
    }

    fn single(&mut self, name: &str, value: &Value, depth: usize) -> Result<(), FormatError> {
        self.out.push('<');
        self.out.push_str(name);
        let n_declared = self.declared.len();
        if let Some(object) = value.as_object() {
            self.attributes(object)?;
            let n_before = self.out.len();
            self.out.push('>');
            let n_start = self.out.len();
            self.children(object, depth + 1)?;
            if self.out.len() == n_start {
                self.out.truncate(n_before);
                self.out.push_str("/>");
            } else {
                self.out.extend(["</", name, ">"]);
            }
        } else if value.is_null() {
            if self.options.nulls == Nulls::Nil {
                self.nil();
            }
            self.out.push_str("/>");
        } else {
            let text = self.scalar(value)?;
            if text.is_empty() {
                self.out.push_str("/>");
            } else {
                self.out.push('>');
                self.escape(&text, Within::Element)?;
                self.out.extend(["</", name, ">"]);
            }
        }
        self.declared.truncate(n_declared);
        Ok(())
    }

    fn nil(&mut self) {
        let prefixes = self.declared.iter().enumerate().filter(|(_, (_, is_xsi))| *is_xsi);
        let in_force = prefixes
            .filter(|(at, (prefix, _))| self.declared[at + 1..].iter().all(|(p, _)| p != prefix))
            .map(|(_, (prefix, _))| prefix.as_str())
            .next_back();
        match in_force {
            Some(prefix) => self.out.extend([" ", prefix, ":nil=\"true\""]),
            None => self.out.extend([" xmlns:xsi=\"", XSI, "\" xsi:nil=\"true\""]),
        }
    }

    fn attributes(&mut self, object: &Object) -> Result<(), FormatError> {
        for (key, value) in object {
            let Some(name) = key.as_str().strip_prefix('@') else { continue };
            if value.is_null() {
                continue;
            }
            self.path.push(key.as_str().to_owned());
            if !is_name(name) {
                return Err(self.fault(format!("{} is no name of an attribute", shown(name))));
            }
            let text = self.scalar(value)?;
            if let Some(prefix) = name.strip_prefix("xmlns:") {
                self.declared.push((prefix.to_owned(), text == XSI));
            }
            self.out.extend([" ", name, "=\""]);
            self.escape(&text, Within::Attribute)?;
            self.out.push('"');
            self.path.pop();
        }
        Ok(())
    }

    fn children(&mut self, object: &Object, depth: usize) -> Result<(), FormatError> {
        // White space added to mixed text would be text.
        let is_mixed = object.get(TEXT).is_some();
        let n_start = self.out.len();
        if let Some(order) = object.get(ORDER) {
            self.in_order(object, order, depth, is_mixed)?;
        } else {
            if let Some(text) = object.get(TEXT) {
                for piece in text.as_list().unwrap_or(std::slice::from_ref(text)) {
                    self.text(piece)?;
                }
            }
            for (key, value) in object {
                self.child(key.as_str(), value, depth, is_mixed)?;
            }
        }
        if !is_mixed && self.out.len() > n_start {
            self.start_line(depth - 1);
        }
        Ok(())
    }

    fn child(
        &mut self,
        name: &str,
        value: &Value,
        depth: usize,
        is_mixed: bool,
    ) -> Result<(), FormatError> {
        if name.starts_with('@') || name == TEXT || name == ORDER {
            return Ok(());
        }
        if !is_mixed {
            return self.element(name, value, depth);
        }
        let options = WriteOptions { indent: None, ..self.options.clone() };
        let mut markup = Markup {
            out: std::mem::take(&mut self.out),
            options: &options,
            path: std::mem::take(&mut self.path),
            declared: std::mem::take(&mut self.declared),
        };
        let result = markup.element(name, value, depth);
        self.out = markup.out;
        self.path = markup.path;
        self.declared = markup.declared;
        result
    }

    /// Writes the children as `#order` has them, and then those that it does not name.
    fn in_order(
        &mut self,
        object: &Object,
        order: &Value,
        depth: usize,
        is_mixed: bool,
    ) -> Result<(), FormatError> {
        let Some(order) = order.as_list() else {
            return Err(self.fault("`#order` is no list of names; remove it or make it one"));
        };
        // How many values of each member are written.
        let mut n_written = vec![0; object.len()];
        for name in order {
            let Some(name) = name.as_str() else {
                return Err(self.fault("`#order` holds something that is no name"));
            };
            // What was mapped away is not written.
            let Some(at) = object.shape().index_of(name) else { continue };
            let values = object.values()[at].as_list();
            let values = values.unwrap_or(std::slice::from_ref(&object.values()[at]));
            let Some(value) = values.get(n_written[at]) else { continue };
            n_written[at] += 1;
            if name == TEXT {
                self.text(value)?;
            } else {
                self.child(name, value, depth, is_mixed)?;
            }
        }
        for (at, (key, value)) in object.iter().enumerate() {
            let values = value.as_list().unwrap_or(std::slice::from_ref(value));
            for value in values.iter().skip(n_written[at]) {
                if key == TEXT {
                    self.text(value)?;
                } else {
                    self.child(key.as_str(), value, depth, is_mixed)?;
                }
            }
        }
        Ok(())
    }

    fn text(&mut self, value: &Value) -> Result<(), FormatError> {
        let text = self.scalar(value)?;
        self.escape(&text, Within::Element)
    }

    fn scalar<'v>(&self, value: &'v Value) -> Result<Cow<'v, str>, FormatError> {
        if value.is_null() {
            return Ok(Cow::Borrowed(""));
        }
        if let Some(text) = value.as_str() {
            return Ok(Cow::Borrowed(text));
        }
        if value.as_list().is_some() || value.as_object().is_some() {
            let problem = format!("{} stands where XML has text only", a(value.kind()));
            return Err(self.fault(problem));
        }
        Ok(Cow::Owned(json::to_string(value)))
    }

    fn escape(&mut self, text: &str, within: Within) -> Result<(), FormatError> {
        let mut done = 0;
        for (at, c) in text.char_indices() {
            let escaped = match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' if within == Within::Attribute => "&quot;",
                // Readers make spaces of these in attributes, and a line feed of CR anywhere.
                '\t' if within == Within::Attribute => "&#9;",
                '\n' if within == Within::Attribute => "&#10;",
                '\r' => "&#13;",
                _ if is_xml_char(c) => continue,
                _ => {
                    let code = u32::from(c);
                    return Err(self.fault(format!(
                        "the character U+{code:04X} has no form in XML; remove it or encode the text"
                    )));
                }
            };
            self.out.extend([&text[done..at], escaped]);
            done = at + c.len_utf8();
        }
        self.out.push_str(&text[done..]);
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Element,
    Attribute,
}
