//! Tables of messages: which segments make which loops, and what both are called.
//! The tables themselves are texts, in `x12::tables` and `edifact::tables`.

use std::collections::HashMap;

use super::named::Field;

/// A segment or a loop at its place in a message.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) key: &'static str,
    pub(super) tag: &'static str,
    /// Whether it may come again: its value is a list.
    pub(super) is_many: bool,
    /// The only element that it ever has; a segment like this is not told unless it is missing.
    pub(super) constant: Option<&'static str>,
    /// Whether it is the loop whose members say themselves what they are part of (X12's `HL`).
    pub(super) is_level: bool,
    pub(super) fields: Vec<Field>,
    /// What follows within the loop.
    pub(super) children: Vec<Node>,
}

/// The messages of one syntax.
pub(super) struct Tables {
    messages: HashMap<&'static str, Vec<Node>>,
}

impl Tables {
    /// Reads the tables of messages and of segments.
    ///
    /// A message is `key:TAG`, one after another, `key*:TAG` where it may repeat, with
    /// `{ … }` after it where it begins a loop; `key:TAG=X` for a segment that is always `TAG+X`
    /// and `key^:TAG` for the loop of levels. A segment is its tag and [`Field::parse_all`].
    pub(super) fn parse(
        messages: &[(&'static str, &'static str)],
        segments: &[&'static str],
    ) -> Self {
        let fields: HashMap<_, _> = segments
            .iter()
            .filter_map(|line| line.split_once(' '))
            .map(|(tag, names)| (tag, Field::parse_all(names)))
            .collect();
        let parse = |text: &'static str| nodes(&mut text.split_ascii_whitespace(), &fields);
        Self { messages: messages.iter().map(|(name, text)| (*name, parse(text))).collect() }
    }

    /// The table of a message, if there is one.
    pub(super) fn message(&self, name: &str) -> Option<&[Node]> {
        self.messages.get(name).map(Vec::as_slice)
    }

    #[cfg(test)]
    pub(super) fn messages(&self) -> impl Iterator<Item = (&'static str, &[Node])> {
        self.messages.iter().map(|(name, nodes)| (*name, nodes.as_slice()))
    }
}

fn nodes(
    tokens: &mut impl Iterator<Item = &'static str>,
    fields: &HashMap<&'static str, Vec<Field>>,
) -> Vec<Node> {
    let mut found: Vec<Node> = Vec::new();
    while let Some(token) = tokens.next() {
        match (token, found.last_mut()) {
            ("}", _) => break,
            ("{", Some(last)) => last.children = nodes(tokens, fields),
            _ => found.extend(node(token, fields)),
        }
    }
    found
}

fn node(token: &'static str, fields: &HashMap<&'static str, Vec<Field>>) -> Option<Node> {
    let (name, tag) = token.split_once(':')?;
    let (tag, constant) = tag.split_once('=').map_or((tag, None), |(tag, only)| (tag, Some(only)));
    Some(Node {
        key: name.trim_end_matches(['*', '^']),
        tag,
        is_many: name.ends_with(['*', '^']),
        constant,
        is_level: name.ends_with('^'),
        fields: fields.get(tag).cloned().unwrap_or_default(),
        children: Vec::new(),
    })
}

/// Asserts that every segment of the tables has names, and that no two members share one.
#[cfg(test)]
pub(super) fn check(tables: &Tables) {
    use std::collections::HashSet;

    use super::{message::OF_MESSAGE, named::ELEMENTS, shape};

    fn check_nodes(nodes: &[Node], taken: &[&'static str], trail: &str) {
        let mut keys: HashSet<&str> = taken.iter().copied().collect();
        keys.extend([ELEMENTS, shape::OTHER, shape::SEQUENCE]);
        for node in nodes {
            let trail = format!("{trail}.{}", node.key);
            assert!(keys.insert(node.key), "{trail} comes twice");
            let names: Vec<_> = node.fields.iter().flat_map(Field::keys).copied().collect();
            let distinct: HashSet<_> = names.iter().collect();
            assert_eq!(distinct.len(), names.len(), "{trail} names two elements alike");
            assert!(node.constant.is_none() || node.fields.is_empty(), "{trail}");
            check_nodes(&node.children, &names, &trail);
        }
    }
    for (name, nodes) in tables.messages() {
        assert!(nodes.len() > 3, "{name}");
        check_nodes(nodes, &OF_MESSAGE, name);
    }
}
