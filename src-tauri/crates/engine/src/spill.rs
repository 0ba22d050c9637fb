//! Rows on disk for those who hold more than fits their budget: temporary files, removed with their
//! owner. Not what the rows mean: sorting, grouping and joining are the nodes'.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use data::Value;
use data::bin::{self, Decoder};
use tempfile::NamedTempFile;

use crate::item::Item;
use crate::lineage::{Lineage, Origin};

/// Bytes read and written at once.
const BUFFER_BYTES: usize = 64 << 10;

/// An item held by a barrier: what it sorts or groups by beside it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The order in which it came, from 0.
    pub(crate) seq: u64,
    /// The item's lineage, by an [`Origins`] table.
    pub(crate) place: (u32, u32),
    pub(crate) key: Value,
    pub(crate) value: Value,
}

impl Row {
    /// About how many bytes of memory it takes.
    pub(crate) fn footprint(&self) -> usize {
        size_of::<Self>() + footprint(&self.key) + footprint(&self.value)
    }
}

/// About how many bytes of memory a value takes beyond its own 16.
pub(crate) fn footprint(value: &Value) -> usize {
    if let Some(text) = value.as_str() {
        return if text.len() > 16 { text.len() + 24 } else { 0 };
    }
    let (parts, own): (&[Value], usize) = match (value.as_object(), value.as_list()) {
        (Some(object), _) => (object.values(), 40),
        (_, Some(list)) => (list, 32),
        _ => return 0,
    };
    own + parts.iter().map(|part| 16 + footprint(part)).sum::<usize>()
}

/// The origins of the items that a barrier holds, each kept once, so that an item's lineage is two
/// small numbers on disk.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    list: Vec<Arc<Origin>>,
    numbers: HashMap<usize, u32>,
    last: Option<(usize, u32)>,
}

impl Origins {
    /// The place of a lineage in the table.
    pub(crate) fn place(&mut self, lineage: &Lineage) -> (u32, u32) {
        let address = Arc::as_ptr(lineage.origin()) as usize;
        if let Some((_, number)) = self.last.filter(|(last, _)| *last == address) {
            return (number, lineage.index());
        }
        // The table keeps the origin alive, so its address stays its own.
        let number = *self.numbers.entry(address).or_insert_with(|| {
            self.list.push(Arc::clone(lineage.origin()));
            (self.list.len() - 1) as u32
        });
        self.last = Some((address, number));
        (number, lineage.index())
    }

    /// The lineage at a place that [`place`](Self::place) gave.
    pub(crate) fn lineage(&self, place: (u32, u32)) -> Lineage {
        Lineage::new(&self.list[place.0 as usize], place.1)
    }

    pub(crate) fn list(&self) -> Arc<Vec<Arc<Origin>>> {
        Arc::new(self.list.clone())
    }
}

/// A temporary file of rows, written at its end and read from any place.
pub(crate) struct Spool {
    file: NamedTempFile,
    out: BufWriter<File>,
    n_bytes: u64,
    record: Vec<u8>,
}

impl Spool {
    /// # Errors
    /// Where no file can be made in the folder.
    pub(crate) fn new(dir: &Path) -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix("gantry-").suffix(".spill").tempfile_in(dir)?;
        let out = BufWriter::with_capacity(BUFFER_BYTES, file.reopen()?);
        Ok(Self { file, out, n_bytes: 0, record: Vec::new() })
    }

    /// How many bytes were written: where the next row begins.
    pub(crate) fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    pub(crate) fn write(&mut self, row: &Row) -> io::Result<()> {
        self.record.clear();
        write_varint(&mut self.record, row.seq);
        write_varint(&mut self.record, u64::from(row.place.0));
        write_varint(&mut self.record, u64::from(row.place.1));
        bin::encode(&row.key, &mut self.record);
        bin::encode(&row.value, &mut self.record);
        self.out.write_all(&(self.record.len() as u32).to_le_bytes())?;
        self.out.write_all(&self.record)?;
        self.n_bytes += self.record.len() as u64 + 4;
        Ok(())
    }

    /// A reader of the bytes from `start` to `end`, both where rows begin.
    pub(crate) fn read(&mut self, start: u64, end: u64) -> io::Result<SpoolReader> {
        self.out.flush()?;
        let mut file = self.file.reopen()?;
        file.seek(SeekFrom::Start(start))?;
        Ok(SpoolReader {
            source: BufReader::with_capacity(BUFFER_BYTES, file),
            n_left: end - start,
            record: Vec::new(),
            decoder: Decoder::default(),
        })
    }
}

/// Reads rows of a [`Spool`].
pub(crate) struct SpoolReader {
    source: BufReader<File>,
    n_left: u64,
    record: Vec<u8>,
    decoder: Decoder,
}

impl SpoolReader {
    pub(crate) fn next(&mut self) -> io::Result<Option<Row>> {
        if self.n_left == 0 {
            return Ok(None);
        }
        let mut length = [0; 4];
        self.source.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length) as usize;
        self.record.resize(length, 0);
        self.source.read_exact(&mut self.record)?;
        self.n_left -= length as u64 + 4;
        let mut bytes = &self.record[..];
        let seq = read_varint(&mut bytes);
        let place = (read_varint(&mut bytes) as u32, read_varint(&mut bytes) as u32);
        let (key, key_len) = self.decoder.decode(bytes).map_err(io::Error::other)?;
        let (value, _) = self.decoder.decode(&bytes[key_len..]).map_err(io::Error::other)?;
        Ok(Some(Row { seq, place, key, value }))
    }
}

/// Items first in, first out: in memory up to a budget, the rest on disk.
pub(crate) struct Queue {
    budget: usize,
    n_bytes: usize,
    memory: VecDeque<Item>,
    origins: Origins,
    disk: Option<(Spool, SpoolReader, u64)>,
}

impl Queue {
    pub(crate) fn new(budget: usize) -> Self {
        let memory = VecDeque::new();
        Self { budget, n_bytes: 0, memory, origins: Origins::default(), disk: None }
    }

    pub(crate) fn push(&mut self, item: Item, dir: &Path) -> io::Result<()> {
        if self.disk.is_none() {
            self.n_bytes += size_of::<Item>() + footprint(&item.value);
            if self.n_bytes <= self.budget {
                self.memory.push_back(item);
                return Ok(());
            }
            let mut spool = Spool::new(dir)?;
            let reader = spool.read(0, 0)?;
            self.disk = Some((spool, reader, 0));
        }
        if let Some((spool, _, _)) = &mut self.disk {
            let place = self.origins.place(&item.lineage);
            spool.write(&Row { seq: 0, place, key: Value::null(), value: item.value })?;
        }
        Ok(())
    }

    pub(crate) fn pop(&mut self) -> io::Result<Option<Item>> {
        if let Some(item) = self.memory.pop_front() {
            return Ok(Some(item));
        }
        let Some((spool, reader, read)) = &mut self.disk else {
            self.n_bytes = 0;
            return Ok(None);
        };
        if reader.n_left == 0 && *read < spool.n_bytes() {
            *reader = spool.read(*read, spool.n_bytes())?;
            *read = spool.n_bytes();
        }
        let Some(row) = reader.next()? else { return Ok(None) };
        Ok(Some(Item::new(row.value, self.origins.lineage(row.place))))
    }
}

fn write_varint(bytes: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
}

fn read_varint(bytes: &mut &[u8]) -> u64 {
    let (mut n, mut shift) = (0_u64, 0);
    while let Some((first, rest)) = bytes.split_first() {
        *bytes = rest;
        n |= u64::from(first & 0x7f) << shift;
        shift += 7;
        if first & 0x80 == 0 || shift > 63 {
            break;
        }
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_gives_back_its_items_in_order_from_memory_and_disk() {
        let dir = tempfile::tempdir().unwrap();
        let origin = Arc::new(Origin::start("start".into(), 3, false));
        let item = |n: u32| Item::new(Value::from(n), Lineage::new(&origin, n));
        for budget in [0, 200, 1 << 20] {
            let mut queue = Queue::new(budget);
            let mut next = 0;
            for n in 0..100 {
                queue.push(item(n), dir.path()).unwrap();
                if n % 3 == 0 {
                    let got = queue.pop().unwrap().unwrap();
                    assert_eq!(got.value, Value::from(next));
                    assert_eq!(got.lineage.to_string(), format!("start:3/{next}"));
                    next += 1;
                }
            }
            while let Some(got) = queue.pop().unwrap() {
                assert_eq!(got.value, Value::from(next));
                next += 1;
            }
            assert_eq!(next, 100);
        }
        assert_eq!(dir.path().read_dir().unwrap().count(), 0);
    }
}
