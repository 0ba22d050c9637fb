//! The path that an item came by: `orders:3/17.lines/2`. Not the items themselves, but for the
//! values that a later `$node("orders")` asks for.

use std::fmt;
use std::sync::Arc;

use data::Value;
use flow::id::NodeId;

/// The path of one item: the batch it was born in, and its place there. 16 bytes.
#[derive(Clone)]
pub struct Lineage {
    origin: Arc<Origin>,
    index: u32,
}

/// The batch that some items were born in, shared by all of them.
#[derive(Debug)]
pub struct Origin {
    node: NodeId,
    /// The number of the batch among those that the node made of the same parent, from 0. It
    /// depends on the data only, never on scheduling.
    ordinal: u64,
    kind: Kind,
    parents: Parents,
    /// What the items were when they left the node, where a later node asks for them.
    values: Option<Box<[Value]>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Made from nothing or page by page: written `node:ordinal/index`.
    Rows,
    /// The only item of a trigger: left out where another item comes from it.
    Sole,
    /// Parts of one item: written `node/index`.
    Parts,
    /// Items that passed one to one and are remembered: not written.
    Kept,
    /// Items that came in by a further wire of one input: told apart in step keys only, for the
    /// same item may come by several.
    Wire,
    /// Made of several items: written like rows.
    Gathered,
}

#[derive(Debug)]
enum Parents {
    None,
    One(Lineage),
    Each(Box<[Lineage]>),
    Sets { sets: Sets, within: Option<Lineage> },
}

impl Lineage {
    /// The place of an item among the `index`es of its batch.
    pub fn new(origin: &Arc<Origin>, index: u32) -> Self {
        Self { origin: Arc::clone(origin), index }
    }

    /// The batch.
    pub fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// The place in the batch, from 0.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Whether this is the only item of a trigger.
    pub(crate) fn is_sole(&self) -> bool {
        match (&self.origin.kind, &self.origin.parents) {
            (Kind::Sole, _) => true,
            (Kind::Kept | Kind::Wire, Parents::Each(parents)) => {
                parents.get(self.index as usize).is_some_and(Self::is_sole)
            }
            _ => false,
        }
    }

    /// Finds the value that this item was, or was made from, when it left `node`.
    ///
    /// # Errors
    /// [`Unresolved`] where the item did not come by that node, or by several of its items: never
    /// a guess.
    pub fn value_at(&self, node: &str) -> Result<Value, Unresolved> {
        let mut search = Search { node, found: None, passed: false, n_left: MAX_SEARCHED };
        search.visit(self)?;
        match search.found {
            Some((_, _, value)) => Ok(value),
            None if search.passed => Err(Unresolved::NotKept),
            None => Err(Unresolved::NotOnPath),
        }
    }
}

/// Why `$node("…")` has no value for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// The item did not come by that node.
    #[error("this item did not come by that node")]
    NotOnPath,
    /// The item was made of several items of that node.
    #[error("this item was made of several items of that node")]
    Several,
    /// The item came by that node, but what it was there was not kept.
    #[error("what the item was at that node was not kept")]
    NotKept,
}

/// The most links followed for one lookup, so that a set of a million ends at once.
const MAX_SEARCHED: usize = 10_000;

struct Search<'a> {
    node: &'a str,
    found: Option<(*const Origin, u32, Value)>,
    passed: bool,
    n_left: usize,
}

impl Search<'_> {
    /// Goes up one line of ancestors; only sets make it branch.
    fn visit(&mut self, from: &Lineage) -> Result<(), Unresolved> {
        let mut at = from.clone();
        loop {
            self.n_left = self.n_left.checked_sub(1).ok_or(Unresolved::Several)?;
            if at.origin.node.as_str() == self.node {
                return self.arrive(&at);
            }
            let next = match &at.origin.parents {
                Parents::None => return Ok(()),
                Parents::One(parent) => parent.clone(),
                Parents::Each(parents) => match parents.get(at.index as usize) {
                    Some(parent) => parent.clone(),
                    None => return Ok(()),
                },
                Parents::Sets { sets, within } => {
                    for parent in sets.members(at.index) {
                        self.visit(&parent)?;
                    }
                    match within {
                        Some(parent) if self.found.is_none() => parent.clone(),
                        _ => return Ok(()),
                    }
                }
            };
            at = next;
        }
    }

    fn arrive(&mut self, at: &Lineage) -> Result<(), Unresolved> {
        self.passed = true;
        let Some(value) = at.origin.values.as_ref().and_then(|v| v.get(at.index as usize)) else {
            return Ok(());
        };
        let place = (Arc::as_ptr(&at.origin), at.index);
        match &self.found {
            Some((origin, index, _)) if (*origin, *index) != place => Err(Unresolved::Several),
            Some(_) => Ok(()),
            None => {
                self.found = Some((place.0, place.1, value.clone()));
                Ok(())
            }
        }
    }
}

impl Origin {
    /// The start items of a trigger; `sole` where there is only one, which then is not written in
    /// the paths of what comes from it.
    pub fn start(node: NodeId, ordinal: u64, sole: bool) -> Self {
        let kind = if sole { Kind::Sole } else { Kind::Rows };
        Self { node, ordinal, kind, parents: Parents::None, values: None }
    }

    /// The `ordinal`th page of what a node made of `parent`.
    pub fn page(node: NodeId, ordinal: u64, parent: Lineage) -> Self {
        Self { node, ordinal, kind: Kind::Rows, parents: Parents::One(parent), values: None }
    }

    /// The parts that a node made of `parent`.
    pub fn parts(node: NodeId, parent: Lineage) -> Self {
        Self { node, ordinal: 0, kind: Kind::Parts, parents: Parents::One(parent), values: None }
    }

    /// Items that a node made one to one, remembered for `$node`.
    pub fn kept(node: NodeId, parents: Box<[Lineage]>) -> Self {
        Self { node, ordinal: 0, kind: Kind::Kept, parents: Parents::Each(parents), values: None }
    }

    /// Items that came into `node` by the `wire`th of several wires.
    pub fn by_wire(node: NodeId, wire: u64, parents: Box<[Lineage]>) -> Self {
        Self {
            node,
            ordinal: wire,
            kind: Kind::Wire,
            parents: Parents::Each(parents),
            values: None,
        }
    }

    /// Items each made of a set of items; `within` is the item of the scope that this happened in.
    pub fn gathered(node: NodeId, ordinal: u64, sets: Sets, within: Option<Lineage>) -> Self {
        let parents = Parents::Sets { sets, within };
        Self { node, ordinal, kind: Kind::Gathered, parents, values: None }
    }

    /// The same batch, with what its items were when they left the node.
    pub fn with_values(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        self.values = Some(values.into_iter().collect());
        self
    }

    /// The node.
    pub fn node(&self) -> &NodeId {
        &self.node
    }
}

/// Which items each item of a batch was made of, in a few bytes per item.
///
/// Members are told by the origins they stem from, as differences to the one before.
#[derive(Debug, Clone)]
pub struct Sets {
    origins: Arc<Vec<Arc<Origin>>>,
    /// Where each set ends in `bytes`.
    ends: Box<[u32]>,
    bytes: Box<[u8]>,
}

impl Sets {
    /// How many sets there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The members of one set, in order.
    pub fn members(&self, set: u32) -> impl Iterator<Item = Lineage> {
        let set = set as usize;
        let start = set.checked_sub(1).and_then(|at| self.ends.get(at)).copied().unwrap_or(0);
        let end = self.ends.get(set).copied().unwrap_or(start);
        let mut bytes = &self.bytes[start as usize..end as usize];
        let (mut origin_no, mut index) = (0_u64, 0_u64);
        let (mut delta, mut n_more) = (0, 0);
        std::iter::from_fn(move || {
            if n_more > 0 {
                n_more -= 1;
                index = index.wrapping_add_signed(delta);
            } else if let step @ 1.. = read_varint(&mut bytes)? {
                origin_no = origin_no.wrapping_add_signed(unzigzag(step - 1));
                index = read_varint(&mut bytes)?;
            } else {
                let head = read_varint(&mut bytes)?;
                delta = unzigzag(head >> 1);
                n_more = if head & 1 == 1 { read_varint(&mut bytes)?.saturating_sub(1) } else { 0 };
                index = index.wrapping_add_signed(delta);
            }
            let origin = self.origins.get(origin_no as usize)?;
            Some(Lineage::new(origin, index as u32))
        })
    }
}

/// The origins that the members of sets stem from, each counted once in a row.
#[derive(Debug, Default)]
struct OriginTable {
    origins: Vec<Arc<Origin>>,
}

impl OriginTable {
    /// The number of the lineage's origin; the last one's where it is the same.
    fn number(&mut self, lineage: &Lineage) -> u32 {
        // Items come in the order of their origins, so looking back a little finds nearly all.
        let recent =
            self.origins.iter().rev().take(4).position(|o| Arc::ptr_eq(o, &lineage.origin));
        if let Some(back) = recent {
            return (self.origins.len() - 1 - back) as u32;
        }
        self.origins.push(Arc::clone(&lineage.origin));
        (self.origins.len() - 1) as u32
    }

    /// The table, no longer growing, as sets share it.
    fn freeze(self) -> Arc<Vec<Arc<Origin>>> {
        Arc::new(self.origins)
    }
}

/// One set while it grows: items that follow one another at the same distance take a few bytes
/// together, however many they are.
#[derive(Debug, Clone, Default)]
pub struct SetBuilder {
    bytes: Vec<u8>,
    last: Option<(u32, u32)>,
    run: Run,
}

/// The members at the end of a set that follow one another at the same distance.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    /// Where it is written.
    at: usize,
    delta: i64,
    n: u64,
}

impl SetBuilder {
    /// Adds a member by its origin's number in the table that the set is finished with, and its
    /// index there.
    pub fn push(&mut self, origin: u32, index: u32) {
        if let Some((same, before)) = self.last
            && same == origin
        {
            self.push_near(i64::from(index) - i64::from(before));
        } else {
            let before = self.last.map_or(0, |(origin, _)| origin);
            let step = zigzag(i64::from(origin) - i64::from(before));
            write_varint(&mut self.bytes, step + 1);
            write_varint(&mut self.bytes, u64::from(index));
            self.run.n = 0;
        }
        self.last = Some((origin, index));
    }

    fn push_near(&mut self, delta: i64) {
        if self.run.n > 0 && self.run.delta == delta {
            self.run.n += 1;
            self.bytes.truncate(self.run.at);
            write_varint(&mut self.bytes, (zigzag(delta) << 1) | 1);
            write_varint(&mut self.bytes, self.run.n);
        } else {
            write_varint(&mut self.bytes, 0);
            self.run = Run { at: self.bytes.len(), delta, n: 1 };
            write_varint(&mut self.bytes, zigzag(delta) << 1);
        }
    }

    /// The bytes that the set takes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Puts sets together, whose members' numbers are those of `origins`.
    pub fn finish<'a>(
        origins: Arc<Vec<Arc<Origin>>>,
        sets: impl IntoIterator<Item = &'a [u8]>,
    ) -> Sets {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for set in sets {
            bytes.extend_from_slice(set);
            ends.push(bytes.len() as u32);
        }
        Sets { origins, ends: ends.into(), bytes: bytes.into() }
    }
}

impl Sets {
    /// Sets given member by member, for the few that a join or a zip makes at once.
    pub fn of<'a, S>(sets: impl IntoIterator<Item = S>) -> Self
    where
        S: IntoIterator<Item = &'a Lineage>,
    {
        let mut table = OriginTable::default();
        let builders: Vec<SetBuilder> = sets
            .into_iter()
            .map(|members| {
                let mut set = SetBuilder::default();
                for member in members {
                    set.push(table.number(member), member.index);
                }
                set
            })
            .collect();
        SetBuilder::finish(table.freeze(), builders.iter().map(SetBuilder::as_bytes))
    }
}

fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

fn unzigzag(n: u64) -> i64 {
    ((n >> 1) as i64) ^ -((n & 1) as i64)
}

fn write_varint(bytes: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
}

fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let (mut n, mut shift) = (0_u64, 0);
    loop {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        n |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(n);
        }
        shift += 7;
        if shift > 63 {
            return None;
        }
    }
}

impl fmt::Display for Lineage {
    /// Writes the path from its beginning: `orders:3/17.lines/2`. The alternate form `{:#}` tells
    /// further wires too (`orders:3/17~1`), so that no two items at one node are written alike.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path = Vec::new();
        let mut at = Some(self.clone());
        while let Some(lineage) = at {
            at = lineage.shown_parent();
            let is_shown = match lineage.origin.kind {
                Kind::Kept => false,
                Kind::Wire => f.alternate(),
                Kind::Sole => path.iter().all(|after: &Self| after.origin.kind == Kind::Wire),
                _ => true,
            };
            if is_shown {
                path.push(lineage);
            }
        }
        for (n, lineage) in path.iter().rev().enumerate() {
            let Origin { node, ordinal, kind, .. } = &*lineage.origin;
            let dot = if n == 0 { "" } else { "." };
            if *kind == Kind::Wire {
                write!(f, "~{ordinal}")?;
            } else if *kind == Kind::Parts && n > 0 {
                write!(f, "{dot}{node}/{}", lineage.index)?;
            } else {
                write!(f, "{dot}{node}:{ordinal}/{}", lineage.index)?;
            }
        }
        Ok(())
    }
}

impl Lineage {
    fn shown_parent(&self) -> Option<Self> {
        match &self.origin.parents {
            Parents::None => None,
            Parents::One(parent) => Some(parent.clone()),
            Parents::Each(parents) => parents.get(self.index as usize).cloned(),
            Parents::Sets { within, .. } => within.clone(),
        }
    }
}

impl fmt::Debug for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Long chains of parents (an item made from an item, again and again) are taken down one by one,
/// so that their depth never ends a thread's stack.
impl Drop for Origin {
    fn drop(&mut self) {
        let mut next = match std::mem::replace(&mut self.parents, Parents::None) {
            Parents::One(parent) => Some(parent.origin),
            _ => None,
        };
        while let Some(origin) = next {
            let Ok(mut origin) = Arc::try_unwrap(origin) else { return };
            next = match std::mem::replace(&mut origin.parents, Parents::None) {
                Parents::One(parent) => Some(parent.origin),
                _ => None,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(node: &str, ordinal: u64) -> Arc<Origin> {
        Arc::new(Origin::start(node.into(), ordinal, false))
    }

    #[test]
    fn a_path_is_written_from_its_beginning() {
        let start = Arc::new(Origin::start("start".into(), 0, true));
        let start = Lineage::new(&start, 0);
        assert_eq!(start.to_string(), "start:0/0");
        let page = Arc::new(Origin::page("orders".into(), 3, start));
        let order = Lineage::new(&page, 17);
        assert_eq!(order.to_string(), "orders:3/17");
        let kept = Arc::new(Origin::kept("shape".into(), [order].into()));
        let lines = Arc::new(Origin::parts("lines".into(), Lineage::new(&kept, 0)));
        assert_eq!(Lineage::new(&lines, 2).to_string(), "orders:3/17.lines/2");
    }

    #[test]
    fn a_node_s_value_is_found_by_lineage_or_not_at_all() {
        let orders = Origin::start("orders".into(), 0, false)
            .with_values([Value::from("a"), Value::from("b")]);
        let orders = Arc::new(orders);
        let line = Arc::new(Origin::parts("lines".into(), Lineage::new(&orders, 1)));
        let line = Lineage::new(&line, 0);
        assert_eq!(line.value_at("orders"), Ok(Value::from("b")));
        assert_eq!(line.value_at("lines"), Err(Unresolved::NotKept));
        assert_eq!(line.value_at("other"), Err(Unresolved::NotOnPath));
    }

    #[test]
    fn a_set_of_several_is_no_answer_but_a_set_of_one_is() {
        let orders = Origin::start("orders".into(), 0, false)
            .with_values([Value::from("a"), Value::from("b")]);
        let orders = Arc::new(orders);
        let [a, b] = [0, 1].map(|index| Lineage::new(&orders, index));
        let sets = Sets::of([vec![&a, &b], vec![&b, &b]]);
        let groups = Arc::new(Origin::gathered("group".into(), 0, sets, None));
        assert_eq!(Lineage::new(&groups, 0).value_at("orders"), Err(Unresolved::Several));
        assert_eq!(Lineage::new(&groups, 1).value_at("orders"), Ok(Value::from("b")));
        assert_eq!(Lineage::new(&groups, 1).to_string(), "group:0/1");
    }

    #[test]
    fn sets_give_back_their_members_in_a_few_bytes_each() {
        let pages: Vec<_> = (0..200).map(|n| rows("orders", n)).collect();
        let members: Vec<_> = pages
            .iter()
            .flat_map(|page| (0..500).filter(|i| i % 3 == 0).map(|i| Lineage::new(page, i)))
            .collect();
        let sets = Sets::of([members.iter().collect::<Vec<_>>(), vec![&members[7]], vec![]]);
        let names = |set| sets.members(set).map(|l| l.to_string()).collect::<Vec<_>>();
        assert_eq!(names(0), members.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(names(1), [members[7].to_string()]);
        assert_eq!(names(2), Vec::<String>::new());
        assert!(sets.bytes.len() < members.len() / 10, "{} bytes", sets.bytes.len());
        // Whatever the distances are.
        let pages = &pages[..2];
        let odd = |n: u32| Lineage::new(&pages[(n / 97 % 2) as usize], n * n % 89 / (n % 3 + 1));
        let odd: Vec<_> = (0..1_000).map(odd).collect();
        let sets = Sets::of([odd.iter()]);
        let names: Vec<_> = sets.members(0).map(|l| l.to_string()).collect();
        assert_eq!(names, odd.iter().map(ToString::to_string).collect::<Vec<_>>());
    }

    #[test]
    fn an_item_that_comes_by_two_wires_is_told_apart_in_keys_only() {
        let item = Lineage::new(&rows("orders", 3), 17);
        let by_wire = Origin::by_wire("merge".into(), 1, [item].into());
        let by_wire = Lineage::new(&Arc::new(by_wire), 0);
        assert_eq!(by_wire.to_string(), "orders:3/17");
        let parts = Arc::new(Origin::parts("lines".into(), by_wire));
        assert_eq!(format!("{:#}", Lineage::new(&parts, 2)), "orders:3/17~1.lines/2");
    }

    #[test]
    fn a_very_long_path_is_dropped_without_deep_recursion() {
        let mut at = Lineage::new(&rows("start", 0), 0);
        for _ in 0..200_000 {
            at = Lineage::new(&Arc::new(Origin::parts("again".into(), at)), 0);
        }
        drop(at);
    }
}
