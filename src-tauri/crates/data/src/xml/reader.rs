//! Reads XML event by event: whole documents, and the elements at a path one by one.
//! What the events become is in `tree`, the text of the markup in quick-xml.

use std::{
    borrow::Cow,
    collections::HashSet,
    io::{self, Read},
};

use quick_xml::{
    Error as XmlError, Reader, XmlVersion,
    errors::{IllFormedError, SyntaxError},
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};

use super::{
    ElementPath, Options, Prefixes, XSI, is_name, is_xml_char,
    names::{NameId, Names},
    source::Source,
    tree::{Tree, is_blank},
};
use crate::{
    Limits, Value,
    fault::{FaultKind, FormatError, Place, shown},
};

/// The elements at a path, one by one, in memory that does not grow with their number.
///
/// An item is what the element holds, without its name. The source needs no buffer of its own.
/// After an error nothing follows.
///
/// ```
/// use data::{Limits, xml};
///
/// let source: &[u8] = b"<orders><at>1</at><order><id>7</id></order><order><id>8</id></order></orders>";
/// let orders = xml::Items::new(source, "/orders/order".parse()?, xml::Options::default(), Limits::default())?;
/// let orders = orders.collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(data::Value::from(orders).to_string(), r#"[{"id":"7"},{"id":"8"}]"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Items<R> {
    events: Events<R>,
    path: ElementPath,
    /// Whether any element was at the path.
    was_found: bool,
    is_done: bool,
}

impl<R: Read> Items<R> {
    /// A reader of the elements at `path`.
    ///
    /// # Errors
    /// An [`Error`](super::Error) when the start of the source cannot be read.
    pub fn new(
        source: R,
        path: ElementPath,
        options: Options,
        limits: Limits,
    ) -> Result<Self, FormatError> {
        let events = Events::new(source, options, limits)?;
        Ok(Self { events, path, was_found: false, is_done: false })
    }

    fn read(&mut self) -> Result<Option<Value>, FormatError> {
        if let Some(value) = self.events.next(Some(&self.path))? {
            self.was_found = true;
            return Ok(Some(value));
        }
        if self.was_found {
            return Ok(None);
        }
        let problem = format!("no element is at `{}`; check the names and their case", self.path);
        Err(FormatError::new(FaultKind::Missing, Place::Whole, problem))
    }
}

impl<R: Read> Iterator for Items<R> {
    type Item = Result<Value, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let item = self.read();
        self.is_done = !matches!(item, Ok(Some(_)));
        item.transpose()
    }
}

pub(super) fn document(
    source: impl Read,
    options: &Options,
    limits: &Limits,
) -> Result<Value, FormatError> {
    let mut events = Events::new(source, options.clone(), *limits)?;
    let mut root = None;
    while let Some(closed) = events.next(None)? {
        root = Some(closed);
    }
    let name = events.root.as_deref().unwrap_or_default();
    Ok(Value::object([(name, root.unwrap_or_default())]))
}

/// An element that is open, be it read or passed over.
struct Open {
    name: Box<str>,
    place: Place,
    /// Declarations in force outside of it.
    n_declared: usize,
}

/// The name, so that what is open can be matched by a path.
impl AsRef<str> for Open {
    fn as_ref(&self) -> &str {
        &self.name
    }
}

struct Events<R> {
    reader: Reader<Source<R>>,
    buffer: Vec<u8>,
    options: Options,
    limits: Limits,
    names: Names,
    tree: Tree,
    open: Vec<Open>,
    /// Prefixes declared, and whether for the namespace of `nil`.
    declared: Vec<(Box<str>, bool)>,
    root: Option<Box<str>>,
    scratch: String,
    /// The element that the last event ended.
    done: Option<Value>,
}

impl<R: Read> Events<R> {
    fn new(source: R, options: Options, limits: Limits) -> Result<Self, FormatError> {
        let mut reader = Reader::from_reader(Source::new(source, options.charset)?);
        reader.config_mut().check_comments = true;
        let tree = Tree::new(options.trim);
        Ok(Self {
            reader,
            buffer: Vec::new(),
            options,
            limits,
            names: Names::default(),
            tree,
            open: Vec::new(),
            declared: Vec::new(),
            root: None,
            scratch: String::new(),
            done: None,
        })
    }

    /// Reads on to the end of the next element at `path`, or of the root.
    fn next(&mut self, path: Option<&ElementPath>) -> Result<Option<Value>, FormatError> {
        while self.done.is_none() && self.read_event(path)? {}
        Ok(self.done.take())
    }

    /// Reads one event; whether there is more.
    fn read_event(&mut self, path: Option<&ElementPath>) -> Result<bool, FormatError> {
        if self.tree.is_empty() {
            self.reader.get_mut().n_left = self.limits.bytes;
        }
        let place = self.reader.get_ref().place();
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let result = match self.reader.read_event_into(&mut buffer) {
            Ok(event) => self.take(&event, path, &place),
            Err(error) => Err(self.fault(error, place)),
        };
        self.buffer = buffer;
        if result.is_err() {
            self.tree.clear();
        }
        result
    }

    /// Whether there is more to read.
    fn take(
        &mut self,
        event: &Event<'_>,
        path: Option<&ElementPath>,
        place: &Place,
    ) -> Result<bool, FormatError> {
        match event {
            Event::Start(tag) => self.start(tag, path, place)?,
            Event::Empty(tag) => {
                self.start(tag, path, place)?;
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&text.xml10_content(), place)?,
            Event::CData(text) => {
                self.outside(!self.open.is_empty(), place)?;
                self.text(&text.xml10_content(), place)?;
            }
            Event::GeneralRef(name) => {
                self.outside(!self.open.is_empty(), place)?;
                let text = reference(name, place)?;
                self.text(&text, place)?;
            }
            Event::DocType(text) => check_doctype(text, place)?,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return self.end_of_source(place),
        }
        Ok(true)
    }

    fn end_of_source(&self, place: &Place) -> Result<bool, FormatError> {
        if let Some(open) = self.open.last() {
            let problem = format!("the element `{}` is never closed", open.name);
            return Err(syntax(problem, &open.place));
        }
        if self.root.is_none() {
            return Err(syntax("there is no element, so this is no XML document", place));
        }
        Ok(false)
    }

    fn outside(&self, is_inside: bool, place: &Place) -> Result<(), FormatError> {
        if is_inside {
            return Ok(());
        }
        let problem = match &self.root {
            Some(root) => format!("text stands after the end of `{root}`"),
            None => "text stands before the first element; XML begins with `<`".to_owned(),
        };
        Err(syntax(problem, place))
    }

    fn text(&mut self, text: &str, place: &Place) -> Result<(), FormatError> {
        self.outside(!self.open.is_empty() || is_blank(text), place)?;
        check_chars(text, place)?;
        let limit = self.limits.text;
        if let Some(frame) = self.tree.top() {
            if frame.run.len() + text.len() > limit {
                return Err(too_long("a text", limit, place));
            }
            frame.run.push_str(text);
        }
        Ok(())
    }

    fn start(
        &mut self,
        tag: &BytesStart<'_>,
        path: Option<&ElementPath>,
        place: &Place,
    ) -> Result<(), FormatError> {
        let name = tag.name().into_inner();
        if !is_name(name) {
            return Err(syntax(format!("{} is no name of an element", shown(name)), place));
        }
        if self.open.is_empty() {
            if let Some(root) = &self.root {
                let problem = format!("`{name}` follows the end of `{root}`; XML has one root");
                return Err(syntax(problem, place));
            }
            self.root = Some(self.shown_name(name).into());
        }
        let max_depth = self.limits.depth.min(Limits::MAX_DEPTH) / 2;
        if self.open.len() >= max_depth {
            let problem = format!("more than {max_depth} elements are within each other");
            return Err(FormatError::new(FaultKind::Limit, place.clone(), problem));
        }
        let n_declared = self.declared.len();
        self.open.push(Open { name: name.into(), place: place.clone(), n_declared });
        if self.tree.is_empty() && path.is_some_and(|path| !path.matches(&self.open)) {
            return self.declare(tag, place);
        }
        if self.tree.is_empty() {
            self.reader.get_mut().n_left = self.limits.bytes;
            self.names.make_room();
        }
        self.tree.open();
        self.attributes(tag, place)
    }

    /// Notes the namespaces of an element that is passed over.
    fn declare(&mut self, tag: &BytesStart<'_>, place: &Place) -> Result<(), FormatError> {
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| syntax(error.to_string(), place))?;
            let name = attribute.key.into_inner();
            if let Some(prefix) = name.strip_prefix("xmlns:") {
                self.declared.push((prefix.into(), *attribute.value == *XSI));
            }
        }
        Ok(())
    }

    fn attributes(&mut self, tag: &BytesStart<'_>, place: &Place) -> Result<(), FormatError> {
        let mut is_nil = None;
        let mut nil_prefix: Box<str> = "".into();
        let mut attributes: Vec<(NameId, Value)> = Vec::new();
        if let Some(frame) = self.tree.top() {
            attributes.append(&mut frame.attributes);
        }
        self.declare(tag, place)?;
        let mut seen = HashSet::new();
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute
                .map_err(|error| syntax(format!("in `{}`: {error}", tag.name().0), place))?;
            let name = attribute.key.into_inner();
            if !is_name(name) {
                return Err(syntax(format!("{} is no name of an attribute", shown(name)), place));
            }
            let value = attribute_value(&attribute, place)?;
            if value.len() > self.limits.text {
                return Err(too_long("an attribute", self.limits.text, place));
            }
            if let Some((prefix, "nil")) = name.split_once(':') {
                let is_xsi = self.declared.iter().rev().find(|(other, _)| **other == *prefix);
                if is_xsi.is_some_and(|(_, is_xsi)| *is_xsi) {
                    is_nil = Some(is_nil != Some(false) && matches!(&*value, "true" | "1"));
                    nil_prefix = prefix.into();
                }
            }
            let drops = self.options.prefixes == Prefixes::Drop;
            if drops && (name == "xmlns" || name.starts_with("xmlns:")) {
                continue;
            }
            self.scratch.clear();
            self.scratch.push('@');
            self.scratch.push_str(if drops { local(name) } else { name });
            let id = self.names.id(&self.scratch);
            if !seen.insert(id) {
                let problem = format!("`{}` has the attribute `{name}` twice", tag.name().0);
                return Err(syntax(problem, place));
            }
            attributes.push((id, Value::from(&*value)));
        }
        let is_of_nil = |id: &NameId| {
            let name = self.names.text(*id);
            let declares = name.strip_prefix("@xmlns:").is_some_and(|p| *p == *nil_prefix);
            declares || name.strip_prefix('@').is_some_and(|name| local(name) == "nil")
        };
        let is_nil = is_nil == Some(true) && attributes.iter().all(|(id, _)| is_of_nil(id));
        if let Some(frame) = self.tree.top() {
            frame.attributes = attributes;
            frame.is_nil = is_nil;
        }
        Ok(())
    }

    fn end(&mut self) {
        let is_list = !self.tree.is_empty()
            && (self.options.always_lists
                || self.options.lists.iter().any(|path| path.matches(&self.open)));
        let Some(open) = self.open.pop() else { return };
        self.declared.truncate(open.n_declared);
        if self.tree.is_empty() {
            return;
        }
        let value = self.tree.close(&self.names);
        let drops = self.options.prefixes == Prefixes::Drop;
        let name = self.names.id(if drops { local(&open.name) } else { &open.name });
        match self.tree.top() {
            Some(parent) => parent.add_child(name, value, is_list),
            None => self.done = Some(value),
        }
    }

    fn shown_name<'n>(&self, name: &'n str) -> &'n str {
        if self.options.prefixes == Prefixes::Drop { local(name) } else { name }
    }

    fn fault(&self, error: XmlError, place: Place) -> FormatError {
        match error {
            XmlError::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                too_long("an element", self.limits.bytes, &place)
            }
            XmlError::Io(error) => FormatError::reading(&error, self.reader.get_ref().place()),
            XmlError::Encoding(_) => {
                let problem = "here or soon after are bytes that are not UTF-8; name the charset in the XML declaration";
                FormatError::new(FaultKind::Charset, place, problem)
            }
            error => syntax(sentence(&error), &place),
        }
    }
}

impl Names {
    /// Forgets the names when there are too many, as hostile sources have.
    fn make_room(&mut self) {
        const MAX_NAMES: usize = 100_000;
        if self.len() > MAX_NAMES {
            *self = Self::default();
        }
    }
}

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

fn syntax(problem: impl Into<String>, place: &Place) -> FormatError {
    FormatError::new(FaultKind::Syntax, place.clone(), problem)
}

fn too_long(what: &str, limit: usize, place: &Place) -> FormatError {
    let problem = format!("{what} is longer than {limit} bytes");
    FormatError::new(FaultKind::Limit, place.clone(), problem)
}

fn sentence(error: &XmlError) -> String {
    match error {
        XmlError::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            format!("`</{found}>` stands where `</{expected}>` is expected")
        }
        XmlError::IllFormed(IllFormedError::UnmatchedEndTag(name)) => {
            format!("`</{name}>` closes an element that is not open")
        }
        XmlError::IllFormed(IllFormedError::UnclosedReference) => {
            "a `&` begins no reference; write `&amp;` for the character".to_owned()
        }
        XmlError::Syntax(SyntaxError::UnclosedTag) => {
            "a tag that begins here is never closed by `>`; write `&lt;` for the character `<`"
                .to_owned()
        }
        other => other.to_string(),
    }
}

fn check_chars(text: &str, place: &Place) -> Result<(), FormatError> {
    let is_suspect = |b: &u8| *b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r') || *b == 0xEF;
    if text.as_bytes().iter().any(is_suspect) {
        if let Some(c) = text.chars().find(|c| !is_xml_char(*c)) {
            let problem = format!("the character U+{:04X} is not allowed in XML", u32::from(c));
            return Err(syntax(problem, place));
        }
    }
    Ok(())
}

fn attribute_value<'a>(
    attribute: &quick_xml::events::attributes::Attribute<'a>,
    place: &Place,
) -> Result<Cow<'a, str>, FormatError> {
    if attribute.value.contains('<') {
        return Err(syntax("a `<` stands within an attribute; write `&lt;`", place));
    }
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| {
        let name = attribute.key.0;
        let problem = format!("the attribute `{name}` has a reference that is not known ({error})");
        syntax(problem, place)
    })?;
    check_chars(&value, place)?;
    Ok(value)
}

/// The text that a reference stands for; only what XML itself defines is known.
fn reference(name: &quick_xml::events::BytesRef<'_>, place: &Place) -> Result<String, FormatError> {
    if let Some(text) = resolve_predefined_entity(name) {
        return Ok(text.to_owned());
    }
    let unknown = || {
        let problem = format!(
            "the entity {} is not known; write the character itself, or its number as `&#160;`",
            shown(&format!("&{};", &**name))
        );
        FormatError::new(FaultKind::Refused, place.clone(), problem)
    };
    match name.resolve_char_ref() {
        Ok(Some(c)) if is_xml_char(c) => Ok(c.to_string()),
        Ok(Some(_)) | Err(_) => {
            let problem = format!("{} is no character of XML", shown(&format!("&{};", &**name)));
            Err(syntax(problem, place))
        }
        Ok(None) => Err(unknown()),
    }
}

/// A document type may name its rules, which are not read, but declare no entities.
fn check_doctype(text: &str, place: &Place) -> Result<(), FormatError> {
    let subset = text.split_once('[').map_or("", |(_, subset)| subset);
    if subset.contains("<!ENTITY") || subset.contains('%') {
        let problem = "the document type declares entities, which are refused as they can blow up or reach outside; write out what they stand for";
        return Err(FormatError::new(FaultKind::Refused, place.clone(), problem));
    }
    Ok(())
}
