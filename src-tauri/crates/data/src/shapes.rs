//! The key lists a reader has met, as a tree of steps from key to key.
//! Each step remembers which came next last time, so that a repeated object costs no hashing.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::{
    key::Key,
    shape::{DistinctKeys, Shape},
};

/// One reader's tree of shapes; bounded, and emptied between documents once it is full.
pub(crate) struct Shapes {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    by_key: HashTable<u32>,
    hasher: RandomState,
}

/// A list of keys: those on the way from the root.
struct Node {
    parent: u32,
    /// The edge that leads here; `NONE` at the root.
    edge: u32,
    n_keys: u32,
    /// The edge taken from here last time.
    next: u32,
    /// Where the keys of the last object led that was the value of this node's key.
    last_within: u32,
    /// The edges that lead here and their shape, once an object has ended here.
    path: Box<[u32]>,
    shape: Option<Shape>,
}

/// A key after a list of keys.
struct Edge {
    from: u32,
    /// A node; for a key that came before, the place of its value.
    to: u32,
    is_repeat: bool,
    key: Key,
}

/// No such edge.
pub(crate) const NONE: u32 = u32::MAX;

/// About 2 MB of steps; more only helps input that shares little.
const MAX_EDGES: usize = 16_384;
/// Wider objects are not kept as steps.
const MAX_KEYS: u32 = 1024;

impl Default for Shapes {
    fn default() -> Self {
        let mut shapes = Self {
            nodes: Vec::new(),
            edges: Vec::new(),
            by_key: HashTable::new(),
            hasher: RandomState::default(),
        };
        shapes.clear();
        shapes
    }
}

impl Shapes {
    /// The list of no keys.
    pub(crate) const ROOT: u32 = 0;

    fn clear(&mut self) {
        self.nodes.clear();
        self.edges.clear();
        self.by_key.clear();
        self.nodes.push(Node {
            parent: NONE,
            edge: NONE,
            n_keys: 0,
            next: NONE,
            last_within: Self::ROOT,
            path: Box::default(),
            shape: Some(Shape::empty()),
        });
    }

    /// Empties a full tree. Only between documents: nodes and edges lose their meaning.
    #[inline]
    pub(crate) fn make_room(&mut self) {
        if self.edges.len() >= MAX_EDGES {
            self.clear();
        }
    }

    /// The node at which the last object within `context` ended.
    #[inline]
    pub(crate) fn last_within(&self, context: u32) -> u32 {
        self.nodes[context as usize].last_within
    }

    #[inline]
    pub(crate) fn remember(&mut self, context: u32, node: u32) {
        self.nodes[context as usize].last_within = node;
    }

    /// The edge of the key at `at` of the objects that ended at `node`, or `NONE`.
    #[inline]
    pub(crate) fn edge_at(&self, node: u32, at: usize) -> u32 {
        self.nodes[node as usize].path.get(at).copied().unwrap_or(NONE)
    }

    /// The edge that followed `node` last time.
    #[inline]
    pub(crate) fn expected_next(&self, node: u32) -> u32 {
        self.nodes[node as usize].next
    }

    /// The key of an edge in quotes, without the colon.
    #[inline]
    pub(crate) fn quoted(&self, edge: u32) -> &[u8] {
        let quoted = self.edges[edge as usize].key.quoted().as_bytes();
        &quoted[..quoted.len() - 1]
    }

    /// The node after an edge, and the place of the value if the key was there before.
    #[inline]
    pub(crate) fn target(&self, from: u32, edge: u32) -> (u32, Option<usize>) {
        let edge = &self.edges[edge as usize];
        if edge.is_repeat { (from, Some(edge.to as usize)) } else { (edge.to, None) }
    }

    /// The edge for `key` after `node`, new if need be; `None` when the tree is full.
    #[inline]
    pub(crate) fn follow(&mut self, node: u32, key: &str) -> Option<u32> {
        let expected = self.nodes[node as usize].next;
        if expected != NONE && self.edges[expected as usize].key.as_str() == key {
            return Some(expected);
        }
        self.search(node, key)
    }

    fn search(&mut self, node: u32, key: &str) -> Option<u32> {
        let hash = self.hasher.hash_one((node, key));
        let edges = &self.edges;
        let found = self.by_key.find(hash, |&at| {
            let edge = &edges[at as usize];
            edge.from == node && edge.key.as_str() == key
        });
        let edge = match found {
            Some(&at) => at,
            None => self.add(node, key, hash)?,
        };
        self.nodes[node as usize].next = edge;
        Some(edge)
    }

    fn add(&mut self, node: u32, key: &str, hash: u64) -> Option<u32> {
        let n_keys = self.nodes[node as usize].n_keys;
        if self.edges.len() >= MAX_EDGES || n_keys >= MAX_KEYS {
            return None;
        }
        let key = Key::new(key);
        let at = self.edges.len() as u32;
        let repeat = self.place_of(node, &key);
        let to = repeat.unwrap_or(self.nodes.len() as u32);
        if repeat.is_none() {
            self.nodes.push(Node {
                parent: node,
                edge: at,
                n_keys: n_keys + 1,
                next: NONE,
                last_within: Self::ROOT,
                path: Box::default(),
                shape: None,
            });
        }
        self.edges.push(Edge { from: node, to, is_repeat: repeat.is_some(), key });
        let (edges, hasher) = (&self.edges, &self.hasher);
        self.by_key.insert_unique(hash, at, |&at| {
            let edge = &edges[at as usize];
            hasher.hash_one((edge.from, edge.key.as_str()))
        });
        Some(at)
    }

    /// Where the key stands among those that lead to `node`.
    fn place_of(&self, node: u32, key: &Key) -> Option<u32> {
        let mut node = &self.nodes[node as usize];
        while node.edge != NONE {
            if self.edges[node.edge as usize].key == *key {
                return Some(node.n_keys - 1);
            }
            node = &self.nodes[node.parent as usize];
        }
        None
    }

    /// The shape of the keys that lead to `node`.
    #[inline]
    pub(crate) fn shape(&mut self, node: u32) -> Shape {
        if let Some(shape) = &self.nodes[node as usize].shape {
            return shape.clone();
        }
        let path = self.path_of(node);
        let keys = path.iter().map(|&edge| self.edges[edge as usize].key.clone()).collect();
        let shape = Shape::from_distinct(keys);
        let node = &mut self.nodes[node as usize];
        node.path = path.into_boxed_slice();
        node.shape = Some(shape.clone());
        shape
    }

    /// The keys that lead to `node`, for an object that leaves the tree there.
    pub(crate) fn keys_of(&self, node: u32) -> DistinctKeys {
        let mut keys = DistinctKeys::default();
        for edge in self.path_of(node) {
            // Every key on a way through the tree is there once.
            let _ = keys.insert(self.edges[edge as usize].key.clone());
        }
        keys
    }

    fn path_of(&self, node: u32) -> Vec<u32> {
        let mut path = Vec::new();
        let mut node = &self.nodes[node as usize];
        while node.edge != NONE {
            path.push(node.edge);
            node = &self.nodes[node.parent as usize];
        }
        path.reverse();
        path
    }
}
