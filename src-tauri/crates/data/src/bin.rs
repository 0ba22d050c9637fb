//! A compact binary form of values for spill files: exact, self-contained, quick.
//! It is private to one version of the program; nothing that is kept is written in it.

use std::io::{self, Read, Write};

use thiserror::Error;

use crate::{
    Number,
    object::ObjectBuilder,
    value::{Repr, Value},
};

/// Why bytes are not a value in binary form.
#[derive(Debug, Error)]
pub enum BinError {
    /// The source could not be read.
    #[error("the spilled values could not be read")]
    Read(#[from] io::Error),
    /// The bytes were written by something else, or are damaged.
    #[error("the spilled values are damaged ({0})")]
    Damaged(&'static str),
}

mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const FLOAT: u8 = 4;
    pub(super) const NUMBER: u8 = 5;
    pub(super) const TEXT: u8 = 6;
    pub(super) const LIST: u8 = 7;
    pub(super) const OBJECT: u8 = 8;
}

/// Lengths are not believed beyond this many bytes before the bytes have come.
const MAX_TRUSTED: usize = 64 << 10;

/// Adds the binary form of a value to `out`.
pub fn encode(value: &Value, out: &mut Vec<u8>) {
    match &value.0 {
        Repr::Null => out.push(tag::NULL),
        Repr::Bool(false) => out.push(tag::FALSE),
        Repr::Bool(true) => out.push(tag::TRUE),
        Repr::Int(int) => {
            out.push(tag::INT);
            // Zigzag, so that small negative numbers are short too.
            write_varint(((int << 1) ^ (int >> 63)) as u64, out);
        }
        Repr::Float(float) => {
            out.push(tag::FLOAT);
            out.extend_from_slice(&float.to_bits().to_le_bytes());
        }
        Repr::Decimal(_) | Repr::Exact(_) => {
            out.push(tag::NUMBER);
            let text = value.as_number().map(|number| number.text().into_owned());
            write_text(&text.unwrap_or_default(), out);
        }
        Repr::Text(text) => {
            out.push(tag::TEXT);
            write_text(text, out);
        }
        Repr::List(list) => {
            out.push(tag::LIST);
            write_varint(list.items().len() as u64, out);
            for item in list.items() {
                encode(item, out);
            }
        }
        Repr::Object(object) => {
            out.push(tag::OBJECT);
            write_varint(object.len() as u64, out);
            for (key, value) in object {
                write_text(key.as_str(), out);
                encode(value, out);
            }
        }
    }
}

/// Reads the value at the start of `bytes`; returns it with the number of bytes it took.
///
/// # Errors
/// [`BinError::Damaged`] when the bytes are not what [`encode`] writes.
pub fn decode(bytes: &[u8]) -> Result<(Value, usize), BinError> {
    Decoder::default().decode(bytes)
}

/// Reads many values; those with the same keys share them.
#[derive(Default)]
pub struct Decoder {
    /// One for each level, for an object is not finished before those within it.
    builders: Vec<ObjectBuilder>,
}

impl Decoder {
    /// As [`decode`], remembering the shapes.
    ///
    /// # Errors
    /// As [`decode`].
    pub fn decode(&mut self, bytes: &[u8]) -> Result<(Value, usize), BinError> {
        let mut cursor = Cursor { bytes, pos: 0, builders: &mut self.builders };
        let value = cursor.value(0)?;
        Ok((value, cursor.pos))
    }
}

/// Writes values one after another, each with its length before it.
pub struct Writer<W> {
    out: W,
    buffer: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// A writer to `out`, which should be buffered.
    pub fn new(out: W) -> Self {
        Self { out, buffer: Vec::new() }
    }

    /// Writes one value; returns the bytes it took.
    ///
    /// # Errors
    /// What `out` answers.
    pub fn write(&mut self, value: &Value) -> io::Result<usize> {
        self.buffer.clear();
        encode(value, &mut self.buffer);
        let mut head = Vec::with_capacity(10);
        write_varint(self.buffer.len() as u64, &mut head);
        self.out.write_all(&head)?;
        self.out.write_all(&self.buffer)?;
        Ok(head.len() + self.buffer.len())
    }

    /// Ends the writing.
    ///
    /// # Errors
    /// What `out` answers.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Reads what [`Writer`] wrote, value by value.
pub struct Reader<R> {
    source: R,
    buffer: Vec<u8>,
    decoder: Decoder,
}

impl<R: Read> Reader<R> {
    /// A reader of `source`, which should be buffered.
    pub fn new(source: R) -> Self {
        Self { source, buffer: Vec::new(), decoder: Decoder::default() }
    }

    fn length(&mut self) -> Result<Option<u64>, BinError> {
        let mut length = 0_u64;
        for shift in (0..64).step_by(7) {
            let mut byte = [0];
            match self.source.read_exact(&mut byte) {
                Ok(()) => {}
                Err(error) if shift == 0 && error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
            length |= u64::from(byte[0] & 0x7F) << shift;
            if byte[0] < 0x80 {
                return Ok(Some(length));
            }
        }
        Err(BinError::Damaged("a length is too long"))
    }

    fn value(&mut self) -> Result<Option<Value>, BinError> {
        let Some(length) = self.length()? else {
            return Ok(None);
        };
        self.buffer.clear();
        // Grows with what really comes, so that a damaged length cannot claim the memory.
        let n_read = self.source.by_ref().take(length).read_to_end(&mut self.buffer)?;
        if n_read as u64 != length {
            return Err(BinError::Damaged("the last value is cut off"));
        }
        let (value, end) = self.decoder.decode(&self.buffer)?;
        if end != self.buffer.len() {
            return Err(BinError::Damaged("a value is shorter than its length"));
        }
        Ok(Some(value))
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Value, BinError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.value().transpose()
    }
}

fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    write_varint(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

struct Cursor<'b, 'd> {
    bytes: &'b [u8],
    pos: usize,
    builders: &'d mut Vec<ObjectBuilder>,
}

/// Deeper than any value that can be read from JSON; guards the stack against damaged bytes.
const MAX_DEPTH: usize = 1024;

impl<'b> Cursor<'b, '_> {
    fn byte(&mut self) -> Result<u8, BinError> {
        let byte = self.bytes.get(self.pos).copied();
        self.pos += 1;
        byte.ok_or(BinError::Damaged("a value is cut off"))
    }

    fn varint(&mut self) -> Result<u64, BinError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(BinError::Damaged("a number is too long"))
    }

    fn slice(&mut self, len: usize) -> Result<&'b [u8], BinError> {
        let end = self.pos.checked_add(len).ok_or(BinError::Damaged("a length is too long"))?;
        let slice = self.bytes.get(self.pos..end).ok_or(BinError::Damaged("a value is cut off"))?;
        self.pos = end;
        Ok(slice)
    }

    fn text(&mut self) -> Result<&'b str, BinError> {
        let len = self.varint()? as usize;
        let bytes = self.slice(len)?;
        std::str::from_utf8(bytes).map_err(|_| BinError::Damaged("a text is not UTF-8"))
    }

    fn value(&mut self, depth: usize) -> Result<Value, BinError> {
        if depth > MAX_DEPTH {
            return Err(BinError::Damaged("values are nested too deep"));
        }
        Ok(match self.byte()? {
            tag::NULL => Value::null(),
            tag::FALSE => false.into(),
            tag::TRUE => true.into(),
            tag::INT => {
                let zigzag = self.varint()?;
                ((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64)).into()
            }
            tag::FLOAT => {
                let bits = self.slice(8)?.first_chunk().copied().unwrap_or_default();
                Value(Repr::Float(f64::from_bits(u64::from_le_bytes(bits))))
            }
            tag::NUMBER => {
                Number::parse(self.text()?).ok_or(BinError::Damaged("not a number"))?.into()
            }
            tag::TEXT => self.text()?.into(),
            tag::LIST => {
                let len = self.varint()? as usize;
                let mut items = Vec::with_capacity(len.min(MAX_TRUSTED / size_of::<Value>()));
                for _ in 0..len {
                    items.push(self.value(depth + 1)?);
                }
                items.into()
            }
            tag::OBJECT => self.object(depth)?,
            _ => return Err(BinError::Damaged("unknown kind of value")),
        })
    }

    fn object(&mut self, depth: usize) -> Result<Value, BinError> {
        let len = self.varint()?;
        let mut builder = self.builders.pop().unwrap_or_default();
        for _ in 0..len {
            let key = self.text()?;
            builder.push(key, self.value(depth + 1)?);
        }
        let object = builder.finish();
        self.builders.push(builder);
        Ok(object.into())
    }
}
