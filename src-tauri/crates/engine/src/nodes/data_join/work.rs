//! A join at work: the right items are held by key; the left ones stream past them. When the right
//! ones do not fit the memory, both sides are cut into parts by key and joined part by part.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use data::Value;

use super::{JoinKind, Params};
use crate::item::{CHUNK_ITEMS, Chunk, Item};
use crate::lineage::{Lineage, Sets};
use crate::node::{Gathering, broken_spill};
use crate::outbox::Outbox;
use crate::partition::Partitions;
use crate::sorter::Sorter;
use crate::spill::{Origins, Row};
use crate::step::{StepContext, StepError, StepResult};

pub(super) struct AtWork {
    params: Arc<Params>,
    dir: PathBuf,
    is_right: Vec<bool>,
    origins: Origins,
    right: Option<Partitions>,
    n_right: u64,
    /// Once the first left item has come, and the right ones are in memory.
    table: Option<Table>,
    /// Left items, where the right ones are on disk.
    left: Option<Partitions>,
    n_left: u64,
}

/// Bits of a pair's number that tell which match of its left item it is.
const MATCH_BITS: u32 = 24;

/// The right items by key.
#[derive(Default)]
struct Table {
    rows: Vec<Row>,
    is_matched: Vec<bool>,
    by_key: HashMap<Value, Vec<u32>>,
}

/// What is made, before it has its lineage: the places of the items it was made of.
struct Made {
    value: Value,
    left: Option<(u32, u32)>,
    right: Option<(u32, u32)>,
}

impl AtWork {
    pub(super) fn new(params: Arc<Params>, dir: PathBuf, is_right: Vec<bool>) -> Self {
        Self {
            params,
            dir,
            is_right,
            origins: Origins::default(),
            right: None,
            n_right: 0,
            table: None,
            left: None,
            n_left: 0,
        }
    }

    fn key(&self, item: &Item, is_right: bool, cx: &dyn StepContext) -> StepResult<Value> {
        let (key, name) = if is_right {
            (&self.params.right_key, "/params/right_key")
        } else {
            (&self.params.left_key, "/params/left_key")
        };
        let found =
            key.eval(&item.value, cx.names()).map_err(|fault| StepError::fault(&fault, name))?;
        Ok(found.unwrap_or_default())
    }

    /// Ends the right side: what is known of it decides how the left one is taken.
    fn begin_left(&mut self, budget: usize) -> StepResult<()> {
        if self.table.is_some() || self.left.is_some() {
            return Ok(());
        }
        match &mut self.right {
            Some(right) if right.is_spilled() => {
                let mut left = Partitions::new(self.dir.clone(), budget);
                left.spill().map_err(|error| broken_spill(&error))?;
                self.left = Some(left);
            }
            Some(right) => {
                let rows = right.take(0).map_err(|error| broken_spill(&error))?;
                self.table = Some(Table::of(rows));
            }
            None => self.table = Some(Table::default()),
        }
        Ok(())
    }

    /// Joins parts that are on disk, and puts the results back into the order of the left items.
    async fn finish_parts(&mut self, mut left: Partitions, out: &mut Outbox<'_>) -> StepResult<()> {
        let Some(mut right) = self.right.take() else { return Ok(()) };
        let (mut pairs, mut alone) = (self.new_sorter(out), self.new_sorter(out));
        for part in 0..right.n_parts() {
            let mut table = Table::of(right.take(part).map_err(|error| broken_spill(&error))?);
            for row in left.take(part).map_err(|error| broken_spill(&error))? {
                for (nth, made) in table.join(&row, &self.params).into_iter().enumerate() {
                    let seq = row.seq << MATCH_BITS | nth as u64;
                    pairs.push(made.into_row(seq)).map_err(|error| broken_spill(&error))?;
                }
            }
            if self.params.kind == JoinKind::Full {
                for (seq, made) in table.alone(&self.params) {
                    alone.push(made.into_row(seq)).map_err(|error| broken_spill(&error))?;
                }
            }
            tokio::task::yield_now().await;
        }
        for sorter in [pairs, alone] {
            let mut sorted = sorter.finish().map_err(|error| broken_spill(&error))?;
            loop {
                let mut batch = Vec::new();
                while batch.len() < CHUNK_ITEMS {
                    match sorted.next().map_err(|error| broken_spill(&error))? {
                        Some(row) => batch.push(Made::of_row(row)),
                        None => break,
                    }
                }
                if batch.is_empty() {
                    break;
                }
                self.send(batch, out).await?;
            }
        }
        Ok(())
    }

    fn new_sorter(&self, out: &Outbox<'_>) -> Sorter {
        Sorter::by_seq(self.dir.clone(), out.budget() / 2)
    }

    /// Gives out what was made. Left items that go out alone keep their own lineage.
    async fn send(&self, made: Vec<Made>, out: &mut Outbox<'_>) -> StepResult<()> {
        if self.params.kind == JoinKind::Anti {
            let items = made
                .into_iter()
                .filter_map(|made| Some(Item::new(made.value, self.origins.lineage(made.left?))));
            return out.send(0, items.collect()).await;
        }
        let members: Vec<Vec<Lineage>> = made
            .iter()
            .map(|made| {
                let places = [made.left, made.right].into_iter().flatten();
                places.map(|place| self.origins.lineage(place)).collect()
            })
            .collect();
        let sets = Sets::of(members.iter().map(|set| set.iter()));
        let values = made.into_iter().map(|made| made.value).collect();
        out.send_made(0, values, sets).await
    }
}

#[async_trait]
impl Gathering for AtWork {
    async fn take(
        &mut self,
        lane: usize,
        chunk: Chunk,
        cx: &dyn StepContext,
        out: &mut Outbox<'_>,
    ) -> StepResult<()> {
        let is_right = self.is_right[lane];
        let budget = out.budget();
        if !is_right {
            self.begin_left(budget)?;
        }
        let mut made = Vec::new();
        for item in chunk {
            let key = match self.key(&item, is_right, cx) {
                Ok(key) => key,
                Err(error) => {
                    out.reject(&item, error).await?;
                    continue;
                }
            };
            let place = self.origins.place(&item.lineage);
            let seq = if is_right { &mut self.n_right } else { &mut self.n_left };
            let row = Row { seq: *seq, place, key, value: item.value };
            *seq += 1;
            if is_right {
                let dir = &self.dir;
                let rows = self.right.get_or_insert_with(|| Partitions::new(dir.clone(), budget));
                rows.push(row).map_err(|error| broken_spill(&error))?;
            } else if let Some(left) = &mut self.left {
                left.push(row).map_err(|error| broken_spill(&error))?;
            } else if let Some(table) = &mut self.table {
                made.extend(table.join(&row, &self.params));
                if made.len() >= CHUNK_ITEMS {
                    self.send(std::mem::take(&mut made), out).await?;
                }
            }
        }
        if made.is_empty() { Ok(()) } else { self.send(made, out).await }
    }

    async fn finish(&mut self, _: &dyn StepContext, out: &mut Outbox<'_>) -> StepResult<()> {
        self.begin_left(out.budget())?;
        if let Some(left) = self.left.take() {
            return self.finish_parts(left, out).await;
        }
        let Some(table) = self.table.take() else { return Ok(()) };
        if self.params.kind != JoinKind::Full {
            return Ok(());
        }
        let mut alone = table.alone(&self.params).peekable();
        while alone.peek().is_some() {
            let batch: Vec<Made> = alone.by_ref().take(CHUNK_ITEMS).map(|(_, made)| made).collect();
            self.send(batch, out).await?;
        }
        Ok(())
    }
}

impl Table {
    fn of(rows: Vec<Row>) -> Self {
        let mut by_key: HashMap<Value, Vec<u32>> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            if !row.key.is_null() {
                by_key.entry(row.key.clone()).or_default().push(at as u32);
            }
        }
        Self { is_matched: vec![false; rows.len()], rows, by_key }
    }

    fn join(&mut self, left: &Row, params: &Params) -> Vec<Made> {
        let matches = self.by_key.get(&left.key).filter(|_| !left.key.is_null());
        let matches = matches.map(Vec::as_slice).unwrap_or_default();
        if params.kind == JoinKind::Anti || matches.is_empty() {
            let goes_out = matches.is_empty() && params.kind != JoinKind::Inner;
            let alone = Made { value: left.value.clone(), left: Some(left.place), right: None };
            return goes_out.then_some(alone).into_iter().collect();
        }
        let mut made = Vec::with_capacity(matches.len());
        for at in matches {
            let right = &self.rows[*at as usize];
            self.is_matched[*at as usize] = true;
            let value = params.pair(&left.value, &right.value);
            made.push(Made { value, left: Some(left.place), right: Some(right.place) });
        }
        made
    }

    /// The right items that nothing matched, with their numbers.
    fn alone(self, params: &Params) -> impl Iterator<Item = (u64, Made)> {
        let rows = self.rows.into_iter().zip(self.is_matched);
        rows.filter(|(_, is_matched)| !is_matched).map(|(row, _)| {
            let value = params.alone(&row.value);
            (row.seq, Made { value, left: None, right: Some(row.place) })
        })
    }
}

impl Made {
    /// As it waits on disk: the places stand in the key.
    fn into_row(self, seq: u64) -> Row {
        let place = |place: Option<(u32, u32)>| match place {
            Some((origin, index)) => Value::list([Value::from(origin), Value::from(index)]),
            None => Value::null(),
        };
        let key = Value::list([place(self.left), place(self.right)]);
        Row { seq, place: (0, 0), key, value: self.value }
    }

    fn of_row(row: Row) -> Self {
        let place = |at: usize| {
            let place = row.key.at(at)?;
            Some((place.at(0)?.as_i64()? as u32, place.at(1)?.as_i64()? as u32))
        };
        Self { left: place(0), right: place(1), value: row.value }
    }
}
