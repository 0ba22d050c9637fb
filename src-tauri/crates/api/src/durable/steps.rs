//! What becomes of steps, as bytes: many records one after the other, each to be read by itself.
//! Not where they are kept, nor what follows from them.

use data::Value;
use engine::journal::{StepRecord, StepState};
use engine::step::Effect;
use flow::run::Timestamp;
use store::{LargeValue, Lasts, StepBatch, StoreError};

/// The form of the batches; whoever changes it, or that of values, counts it up.
const FORM: u8 = 1;

/// Values that are larger stand in files of their own.
const LARGE: usize = 256 << 10;

/// A batch that is larger is ended: whoever looks for one record reads a whole batch.
const BATCH_BYTES: usize = 1 << 20;

/// One record, as it stands in a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct KeptStep<'a> {
    pub(crate) place: &'a str,
    pub(crate) effect: Effect,
    pub(crate) content: u64,
    pub(crate) about: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) state: KeptState<'a>,
}

/// How a step stands by a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum KeptState<'a> {
    Begun,
    Undone,
    /// It was done; the value is here.
    Done(&'a [u8]),
    /// It was done; the value is in a file of this name.
    DoneLarge(&'a [u8; 32]),
}

/// Turns records into batches: one, unless they are large.
pub(crate) fn encode(records: Vec<StepRecord>) -> Vec<StepBatch> {
    let mut batches = Vec::with_capacity(1);
    let mut open = new_batch(records.len());
    for record in records {
        if open.bytes.len() > BATCH_BYTES {
            batches.push(std::mem::replace(&mut open, new_batch(16)));
        }
        add(&mut open, &record);
    }
    batches.push(open);
    batches
}

fn new_batch(n_records: usize) -> StepBatch {
    let mut bytes = Vec::with_capacity(64 * n_records);
    bytes.push(FORM);
    StepBatch { bytes, values: Vec::new(), lasts: Lasts::Process }
}

fn add(batch: &mut StepBatch, record: &StepRecord) {
    let StepRecord { place, effect, content, about, at, state } = record;
    let effect = match effect {
        Effect::Local | Effect::Reads => 0,
        Effect::Repeatable => 1,
        Effect::Writes => 2,
    };
    let mut value = Vec::new();
    let state = match state {
        StepState::Begun => {
            batch.lasts = Lasts::Power;
            0
        }
        StepState::Undone => 1,
        StepState::Done { value: done } => {
            data::bin::encode(done, &mut value);
            if value.len() > LARGE { 3 } else { 2 }
        }
    };
    let out = &mut batch.bytes;
    out.push(effect << 4 | state);
    text(place, out);
    out.extend_from_slice(&content.to_le_bytes());
    text(about, out);
    out.extend_from_slice(&at.to_le_bytes());
    match state {
        2 => {
            varint(value.len() as u64, out);
            out.extend_from_slice(&value);
        }
        3 => {
            let large = LargeValue::new(value);
            out.extend_from_slice(&large.hash);
            batch.values.push(large);
        }
        _ => {}
    }
}

fn text(text: &str, out: &mut Vec<u8>) {
    varint(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Goes through the records of a batch, each with its place among the bytes.
pub(crate) fn each(
    batch: &[u8],
    mut visit: impl FnMut(usize, KeptStep<'_>),
) -> Result<(), StoreError> {
    match batch.first() {
        Some(&FORM) => {}
        _ => return Err(damaged("they are of another version of Gantry")),
    }
    let mut cursor = Cursor { bytes: batch, at: 1 };
    while cursor.at < batch.len() {
        let at = cursor.at;
        visit(at, cursor.record()?);
    }
    Ok(())
}

/// The record at a place of a batch.
pub(crate) fn at(batch: &[u8], place: usize) -> Result<KeptStep<'_>, StoreError> {
    Cursor { bytes: batch, at: place }.record()
}

/// What a step came to.
pub(crate) fn value(bytes: &[u8]) -> Result<Value, StoreError> {
    data::bin::decode(bytes).map(|(value, _)| value).map_err(|cause| damaged(&cause.to_string()))
}

pub(crate) fn damaged(why: &str) -> StoreError {
    let cause = format!("the steps of a run cannot be read: {why}");
    StoreError::Corrupt { path: std::path::PathBuf::new(), cause }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn record(&mut self) -> Result<KeptStep<'a>, StoreError> {
        let [tag] = *self.array::<1>()?;
        let effect = match tag >> 4 {
            0 => Effect::Reads,
            1 => Effect::Repeatable,
            2 => Effect::Writes,
            _ => return Err(damaged("an effect is not known")),
        };
        let place = self.text()?;
        let content = u64::from_le_bytes(*self.array()?);
        let about = self.text()?;
        let at = Timestamp::from_le_bytes(*self.array()?);
        let state = match tag & 15 {
            0 => KeptState::Begun,
            1 => KeptState::Undone,
            2 => {
                let len = self.varint()?;
                KeptState::Done(self.take(len)?)
            }
            3 => KeptState::DoneLarge(self.array()?),
            _ => return Err(damaged("a state is not known")),
        };
        Ok(KeptStep { place, effect, content, about, at, state })
    }

    fn text(&mut self) -> Result<&'a str, StoreError> {
        let len = self.varint()?;
        std::str::from_utf8(self.take(len)?).map_err(|_| damaged("a name is no text"))
    }

    fn varint(&mut self) -> Result<usize, StoreError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.array::<1>()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return usize::try_from(number).map_err(|_| damaged("a length is too large"));
            }
        }
        Err(damaged("a length is too long"))
    }

    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], StoreError> {
        self.take(N)?.first_chunk().ok_or_else(|| damaged("they end too early"))
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], StoreError> {
        let end = self.at.checked_add(len).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| damaged("they end too early"))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(place: &str, state: StepState) -> StepRecord {
        let about = "POST http://shop/orders".to_owned();
        let (place, effect) = (place.to_owned(), Effect::Writes);
        StepRecord { place, effect, content: 7, about, at: -3, state }
    }

    #[test]
    fn records_are_read_as_they_were_written() {
        let large = Value::from("x".repeat(LARGE + 1));
        let small = Value::object([("id", Value::from(7))]);
        let batches = encode(vec![
            record("a", StepState::Begun),
            record("b", StepState::Done { value: small.clone() }),
            record("c", StepState::Done { value: large.clone() }),
            record("d", StepState::Undone),
        ]);
        let [batch] = batches.as_slice() else { panic!("they fit one batch") };
        assert_eq!(batch.lasts, Lasts::Power);
        let mut seen = Vec::new();
        each(&batch.bytes, |place, kept| {
            assert_eq!(at(&batch.bytes, place).unwrap(), kept);
            assert_eq!((kept.content, kept.at, kept.effect), (7, -3, Effect::Writes));
            assert_eq!(kept.about, "POST http://shop/orders");
            seen.push(match kept.state {
                KeptState::Begun => format!("{} begun", kept.place),
                KeptState::Undone => format!("{} undone", kept.place),
                KeptState::Done(bytes) => format!("{} {:?}", kept.place, value(bytes).unwrap()),
                KeptState::DoneLarge(hash) => {
                    assert_eq!(*hash, batch.values[0].hash);
                    assert_eq!(value(&batch.values[0].bytes).unwrap(), large);
                    format!("{} large", kept.place)
                }
            });
        })
        .unwrap();
        assert_eq!(seen, ["a begun", &format!("b {small:?}"), "c large", "d undone"]);
    }

    #[test]
    fn a_batch_that_is_damaged_is_refused_at_any_place() {
        let done = StepState::Done { value: Value::from(1) };
        let batches = encode(vec![record("a", StepState::Begun), record("a", done)]);
        let bytes = &batches[0].bytes;
        let mut ends = vec![1];
        each(bytes, |place, _| ends.push(place)).unwrap();
        for len in (0..bytes.len()).filter(|len| !ends.contains(len)) {
            assert!(each(&bytes[..len], |_, _| {}).is_err(), "{len}");
        }
    }

    #[test]
    fn large_batches_are_parted() {
        let value = Value::from("x".repeat(LARGE / 2));
        let records =
            (0..20).map(|n| record(&n.to_string(), StepState::Done { value: value.clone() }));
        let batches = encode(records.collect());
        assert!(batches.len() > 1);
        assert!(batches.iter().all(|batch| batch.bytes.len() < BATCH_BYTES + LARGE));
    }
}
