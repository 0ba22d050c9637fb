//! Nodes that see all items: the same results from memory and from disk.
