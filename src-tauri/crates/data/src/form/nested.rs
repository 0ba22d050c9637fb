//! Names with brackets, `order[lines][0][sku]`, as members within members.
//! Which names are lists is told by their parts: `[]`, or `[0]`, `[1]` … in order.

use std::collections::HashMap;

use super::{Error, one_or_list, push_pair};
use crate::{
    Value,
    fault::{FaultKind, Place, shown},
};

/// Members by name, in the order in which they came.
#[derive(Default)]
pub(super) struct Tree {
    index: HashMap<String, usize>,
    members: Vec<(String, Node)>,
}

enum Node {
    Texts(Vec<Value>),
    Tree(Tree),
}

impl Tree {
    pub(super) fn insert(&mut self, name: &str, value: Value, depth: usize) -> Result<(), String> {
        let parts = split(name);
        if parts.len() > depth {
            return Err(format!("{} has more than {depth} brackets", shown(name)));
        }
        let mut tree = self;
        let (last, path) = parts.split_last().unwrap_or((&"", &[]));
        for part in path {
            match tree.member(part, || Node::Tree(Self::default())) {
                Node::Tree(inner) => tree = inner,
                Node::Texts(_) => return Err(both(name)),
            }
        }
        match tree.member(last, || Node::Texts(Vec::new())) {
            Node::Texts(values) => values.push(value),
            Node::Tree(_) => return Err(both(name)),
        }
        Ok(())
    }

    /// The member of this name, made if need be; of no name, a new one.
    fn member(&mut self, name: &str, make: impl FnOnce() -> Node) -> &mut Node {
        let name = if name.is_empty() { self.members.len().to_string() } else { name.to_owned() };
        let at = *self.index.entry(name.clone()).or_insert(self.members.len());
        if at == self.members.len() {
            self.members.push((name, make()));
        }
        &mut self.members[at].1
    }

    pub(super) fn into_value(self) -> Value {
        Value::object(self.members.into_iter().map(|(name, node)| (name, node.into_value())))
    }
}

impl Node {
    fn into_value(self) -> Value {
        match self {
            Self::Texts(values) => one_or_list(values),
            Self::Tree(tree) => {
                let is_place = |(at, (name, _)): (usize, &(String, _))| *name == at.to_string();
                if tree.members.iter().enumerate().all(is_place) {
                    return Value::list(
                        tree.members.into_iter().map(|(_, node)| node.into_value()),
                    );
                }
                tree.into_value()
            }
        }
    }
}

fn both(name: &str) -> String {
    format!("{} is both a text and something with parts", shown(name))
}

/// `a[b][c]` as `a`, `b`, `c`; a name whose brackets do not fit is one part.
fn split(name: &str) -> Vec<&str> {
    let Some(open) = name.find('[').filter(|open| *open > 0 && name.ends_with(']')) else {
        return vec![name];
    };
    let mut parts = vec![&name[..open]];
    parts.extend(name[open + 1..name.len() - 1].split("]["));
    if parts.iter().any(|part| part.contains(['[', ']'])) { vec![name] } else { parts }
}

pub(super) fn write(name: &str, value: &Value, out: &mut String) -> Result<(), Error> {
    if let Some(items) = value.as_list() {
        for (at, item) in items.iter().enumerate() {
            write(&format!("{name}[{at}]"), item, out)?;
        }
        return Ok(());
    }
    let Some(object) = value.as_object() else { return push_pair(name, value, out) };
    for (key, value) in object {
        if key.as_str().is_empty() || key.as_str().contains(['[', ']']) {
            let problem = format!("{} cannot stand in brackets", shown(key.as_str()));
            return Err(Error::new(FaultKind::Value, Place::Part(format!("`{name}`")), problem));
        }
        write(&format!("{name}[{key}]"), value, out)?;
    }
    Ok(())
}
