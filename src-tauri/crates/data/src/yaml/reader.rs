//! Builds values from the events of the YAML parser, document by document.
//! Holds the limits that the parser has not: depth, bytes, and what aliases add up to.

use std::{
    collections::{HashMap, HashSet},
    io::{self, BufRead, Read},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use saphyr_parser::{BufferedInput, Event, Input, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::{Options, scalar};
use crate::{
    Charset, Limits, Object, Value, charset,
    charset::Decoder,
    fault::{FaultKind, FormatError, Place, shown},
};

pub(super) fn single(
    bytes: &[u8],
    options: Options,
    limits: &Limits,
) -> Result<Value, FormatError> {
    if bytes.len() > limits.bytes {
        return Err(too_long("the source", limits.bytes, Place::Whole));
    }
    let text = charset::read_all(bytes, Some(options.charset.unwrap_or(Charset::UTF_8)))?;
    let mut documents = Documents::new(Parser::new_from_str(&text), *limits);
    let first = documents.next_document()?;
    if first.is_some() && documents.begin_document()? {
        let problem = "a second document begins; read the source as several documents";
        return Err(FormatError::new(FaultKind::Syntax, documents.place(), problem));
    }
    Ok(first.unwrap_or_default())
}

/// The documents of a YAML source, one by one.
///
/// The source needs no buffer of its own. After an error nothing follows.
///
/// ```
/// use data::{Limits, yaml};
///
/// let source: &[u8] = b"id: 1\n---\nid: 2\n";
/// let items = yaml::Items::new(source, yaml::Options::default(), Limits::default())?;
/// let items = items.collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(data::Value::from(items).to_string(), r#"[{"id":1},{"id":2}]"#);
/// # Ok::<(), yaml::Error>(())
/// ```
pub struct Items<R: Read> {
    documents: Documents<'static, BufferedInput<Chars<R>>>,
    feed: Feed,
    is_done: bool,
}

impl<R: Read + 'static> Items<R> {
    /// A reader of `source`.
    ///
    /// # Errors
    /// An [`Error`](super::Error) when the start of the source cannot be read.
    pub fn new(source: R, options: Options, limits: Limits) -> Result<Self, FormatError> {
        let charset = options.charset.unwrap_or(Charset::UTF_8);
        let decoder = Decoder::new(source, |_| Some(charset))
            .map_err(|error| FormatError::reading(&error, Place::Whole))?;
        let feed = Feed(Arc::new(Mutex::new(FeedState { n_left: limits.bytes, error: None })));
        let chars = Chars { decoder, chunk: String::new(), at: 0, feed: feed.clone() };
        let documents = Documents::new(Parser::new_from_iter(chars), limits);
        Ok(Self { documents, feed, is_done: false })
    }
}

impl<R: Read + 'static> Iterator for Items<R> {
    type Item = Result<Value, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        self.feed.state().n_left = self.documents.limits.bytes;
        let item = self.documents.next_document();
        // What the parser saw as the end may be where the source broke off.
        let item = match self.feed.state().error.take() {
            Some(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                Err(too_long("a document", self.documents.limits.bytes, self.documents.place()))
            }
            Some(error) => Err(FormatError::reading(&error, self.documents.place())),
            None => item,
        };
        self.is_done = !matches!(item, Ok(Some(_)));
        item.transpose()
    }
}

/// What the characters and their reader have to tell each other; the parser owns the former.
#[derive(Clone)]
struct Feed(Arc<Mutex<FeedState>>);

struct FeedState {
    n_left: usize,
    error: Option<io::Error>,
}

impl Feed {
    fn state(&self) -> MutexGuard<'_, FeedState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The characters of a source; ends where it breaks off.
struct Chars<R> {
    decoder: Decoder<R>,
    chunk: String,
    at: usize,
    feed: Feed,
}

impl<R: Read> Chars<R> {
    fn fill(&mut self) -> io::Result<()> {
        self.chunk.clear();
        self.at = 0;
        let bytes = self.decoder.fill_buf()?;
        let n_bytes = match std::str::from_utf8(bytes) {
            Ok(text) => {
                self.chunk.push_str(text);
                bytes.len()
            }
            Err(error) if error.valid_up_to() > 0 => {
                let text = std::str::from_utf8(&bytes[..error.valid_up_to()]);
                self.chunk.push_str(text.unwrap_or_default());
                error.valid_up_to()
            }
            // A character may be cut in two by the end of the chunk.
            Err(_) => {
                let mut bytes = bytes.get(..4).unwrap_or(bytes).to_vec();
                let n_first = bytes.len();
                self.decoder.consume(n_first);
                if n_first < 4 {
                    let mut more = self.decoder.by_ref().take(4 - n_first as u64);
                    more.read_to_end(&mut bytes)?;
                }
                self.chunk.push_str(std::str::from_utf8(&bytes).map_err(|error| {
                    io::Error::new(io::ErrorKind::InvalidData, format!("it is not UTF-8 ({error})"))
                })?);
                0
            }
        };
        self.decoder.consume(n_bytes);
        let mut feed = self.feed.state();
        let left = feed.n_left.checked_sub(self.chunk.len());
        feed.n_left = left.ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(())
    }
}

impl<R: Read> Iterator for Chars<R> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        if self.at == self.chunk.len() {
            if let Err(error) = self.fill() {
                self.chunk.clear();
                self.at = 0;
                self.feed.state().error = Some(error);
            }
        }
        let c = self.chunk[self.at..].chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }
}

/// A value and what writing it out takes.
#[derive(Clone)]
struct Node {
    value: Value,
    size: usize,
    depth: usize,
}

/// A list or an object that is open.
struct Open {
    anchor: usize,
    size: usize,
    depth: usize,
    is_list: bool,
    items: Vec<Value>,
    keys: Vec<String>,
    seen: HashSet<String>,
    /// The key whose value comes next; `None` for a merge.
    key: Option<Key>,
    merged: Vec<Value>,
}

enum Key {
    Named(String),
    Merge,
}

struct Documents<'i, T: Input> {
    parser: Parser<'i, T>,
    limits: Limits,
    anchors: HashMap<usize, Node>,
    stack: Vec<Open>,
    /// What aliases have added so far, in bytes as written out.
    aliased: usize,
    mark: Marker,
}

impl<'i, T: Input> Documents<'i, T> {
    fn new(parser: Parser<'i, T>, limits: Limits) -> Self {
        let (anchors, mark) = (HashMap::new(), Marker::new(0, 1, 0));
        Self { parser, limits, anchors, stack: Vec::new(), aliased: 0, mark }
    }

    fn place(&self) -> Place {
        Place::Character { line: self.mark.line() as u64, column: self.mark.col() as u64 + 1 }
    }

    fn fault(&self, kind: FaultKind, problem: impl Into<String>) -> FormatError {
        FormatError::new(kind, self.place(), problem)
    }

    fn event(&mut self) -> Result<Option<Event<'i>>, FormatError> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => {
                self.mark = span.start;
                Ok(Some(event))
            }
            Some(Err(error)) => Err(self.scan_fault(&error)),
        }
    }

    fn scan_fault(&mut self, error: &ScanError) -> FormatError {
        self.mark = *error.marker();
        let problem = match error.info() {
            "simple key expected" | "simple key expect ':'" => {
                "a key without its colon; write `key: value`, or indent the text below its key"
            }
            info => info,
        };
        self.fault(FaultKind::Syntax, problem)
    }

    /// Whether another document begins.
    fn begin_document(&mut self) -> Result<bool, FormatError> {
        loop {
            match self.event()? {
                None | Some(Event::StreamEnd) => return Ok(false),
                Some(Event::DocumentStart(_)) => return Ok(true),
                Some(_) => {}
            }
        }
    }

    fn next_document(&mut self) -> Result<Option<Value>, FormatError> {
        if !self.begin_document()? {
            return Ok(None);
        }
        self.anchors.clear();
        self.stack.clear();
        self.aliased = 0;
        let mut root = None;
        while let Some(event) = self.event()? {
            let node = match event {
                Event::DocumentEnd => return Ok(Some(root.unwrap_or_default())),
                Event::Alias(id) => self.alias(id)?,
                Event::Scalar(text, style, anchor, tag) => {
                    match self.scalar(&text, style, anchor, tag.as_deref())? {
                        Some(node) => node,
                        None => continue,
                    }
                }
                Event::SequenceStart(anchor, _) => {
                    self.open(anchor, true)?;
                    continue;
                }
                Event::MappingStart(anchor, _) => {
                    self.open(anchor, false)?;
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => match self.close() {
                    Some(node) => node,
                    None => continue,
                },
                _ => continue,
            };
            if let Some(node) = self.add(node)? {
                root = Some(node.value);
            }
        }
        Ok(root)
    }

    fn alias(&mut self, id: usize) -> Result<Node, FormatError> {
        // What aliases may add beyond the source: enough for all that people write by hand.
        const ALIASED_BYTES: usize = 1 << 20;
        let Some(node) = self.anchors.get(&id).cloned() else {
            return Err(self.fault(FaultKind::Refused, "the alias stands within what it names"));
        };
        self.aliased = self.aliased.saturating_add(node.size);
        let limit = self.limits.bytes.min(ALIASED_BYTES + 10 * self.mark.index());
        if self.aliased > limit {
            let problem = format!("the aliases so far stand for more than {limit} bytes");
            return Err(self.fault(FaultKind::Limit, problem));
        }
        Ok(node)
    }

    /// A scalar; nothing for the `<<` of a merge.
    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<Option<Node>, FormatError> {
        if text.len() > self.limits.text {
            return Err(too_long("a text", self.limits.text, self.place()));
        }
        let value = match tag {
            Some(tag) if tag.is_yaml_core_schema() => {
                scalar::tagged(&tag.suffix, text).map_err(|wanted| {
                    let problem =
                        format!("{} is tagged `!!{}` but is not {wanted}", shown(text), tag.suffix);
                    self.fault(FaultKind::Syntax, problem)
                })?
            }
            Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => Value::from(text),
            // A key is the text as it stands, and `<<` is known by its style.
            _ if style != ScalarStyle::Plain => Value::from(text),
            _ if self.wants_key() => {
                let is_merge = text == "<<" && anchor == 0;
                let node = Node { value: Value::from(text), size: text.len() + 3, depth: 0 };
                if is_merge {
                    self.set_key(Key::Merge);
                    return Ok(None);
                }
                return Ok(Some(self.anchored(anchor, node)));
            }
            _ => scalar::resolve(text),
        };
        let node = Node { size: value.size(), value, depth: 0 };
        Ok(Some(self.anchored(anchor, node)))
    }

    fn anchored(&mut self, anchor: usize, node: Node) -> Node {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        node
    }

    fn wants_key(&self) -> bool {
        self.stack.last().is_some_and(|open| !open.is_list && open.key.is_none())
    }

    fn set_key(&mut self, key: Key) {
        if let Some(open) = self.stack.last_mut() {
            open.key = Some(key);
        }
    }

    fn open(&mut self, anchor: usize, is_list: bool) -> Result<(), FormatError> {
        if self.wants_key() {
            let problem = "a list or an object stands as a key; write a text";
            return Err(self.fault(FaultKind::Syntax, problem));
        }
        let limit = self.limits.depth.min(Limits::MAX_DEPTH);
        if self.stack.len() >= limit {
            return Err(self.too_deep(limit));
        }
        self.stack.push(Open {
            anchor,
            size: 2,
            depth: 1,
            is_list,
            items: Vec::new(),
            keys: Vec::new(),
            seen: HashSet::new(),
            key: None,
            merged: Vec::new(),
        });
        Ok(())
    }

    fn too_deep(&self, limit: usize) -> FormatError {
        let problem = format!("more than {limit} lists and objects are within each other");
        self.fault(FaultKind::Limit, problem)
    }

    fn close(&mut self) -> Option<Node> {
        let open = self.stack.pop()?;
        let (anchor, size, depth) = (open.anchor, open.size, open.depth);
        let value = if open.is_list {
            Value::from(open.items)
        } else if open.merged.is_empty() {
            Value::object(open.keys.into_iter().zip(open.items))
        } else {
            merge(open)
        };
        Some(self.anchored(anchor, Node { value, size, depth }))
    }

    /// Puts a value where it belongs; gives it back if it is the document.
    fn add(&mut self, node: Node) -> Result<Option<Node>, FormatError> {
        let limit = self.limits.depth.min(Limits::MAX_DEPTH);
        if self.stack.len() + node.depth > limit {
            return Err(self.too_deep(limit));
        }
        let Some(mut open) = self.stack.pop() else { return Ok(Some(node)) };
        let result = self.add_to(&mut open, node);
        self.stack.push(open);
        result.map(|()| None)
    }

    fn add_to(&self, open: &mut Open, node: Node) -> Result<(), FormatError> {
        open.size = open.size.saturating_add(node.size).saturating_add(1);
        open.depth = open.depth.max(node.depth + 1);
        if open.is_list {
            open.items.push(node.value);
            return Ok(());
        }
        match open.key.take() {
            None => {
                let name = match node.value.as_str() {
                    Some(text) => text.to_owned(),
                    None if node.depth == 0 => node.value.to_string(),
                    None => {
                        let problem = "a list or an object stands as a key; write a text";
                        return Err(self.fault(FaultKind::Syntax, problem));
                    }
                };
                if !open.seen.insert(name.clone()) {
                    let problem = format!("the key {} comes twice", shown(&name));
                    return Err(self.fault(FaultKind::Syntax, problem));
                }
                open.key = Some(Key::Named(name));
            }
            Some(Key::Named(name)) => {
                open.keys.push(name);
                open.items.push(node.value);
            }
            Some(Key::Merge) => {
                let values = node.value.as_list().unwrap_or(std::slice::from_ref(&node.value));
                if values.iter().any(|value| value.as_object().is_none()) {
                    let problem = "`<<` merges objects, and something else stands here";
                    return Err(self.fault(FaultKind::Syntax, problem));
                }
                open.merged.extend_from_slice(values);
            }
        }
        Ok(())
    }
}

/// The object's own members, then those of the merged objects that it has not, the first first.
fn merge(open: Open) -> Value {
    let mut seen = open.seen;
    let mut members: Vec<(String, Value)> = open.keys.into_iter().zip(open.items).collect();
    for object in open.merged.iter().filter_map(Value::as_object) {
        for (key, value) in object {
            if seen.insert(key.as_str().to_owned()) {
                members.push((key.as_str().to_owned(), value.clone()));
            }
        }
    }
    Object::new(members).into()
}

fn too_long(what: &str, limit: usize, place: Place) -> FormatError {
    FormatError::new(FaultKind::Limit, place, format!("{what} is longer than {limit} bytes"))
}
