//! The values of one column, collected.

use std::fmt;
use std::sync::Arc;

use arrow_array::types::{Float32Type, Float64Type, Int32Type, Int64Type, UInt64Type};
use arrow_array::{ArrayRef, BinaryArray, BooleanArray, NullArray, PrimitiveArray, StringArray};
use serde::ser::{self, Impossible, Serialize, Serializer};

/// A column of the file.
pub(super) struct Column {
    pub(super) name: Box<str>,
    values: Values,
    /// So many rows without a single value have been encoded, so that the column has no type for good.
    closed_at: usize,
}

/// Narrow numbers are stored in the next type that Parquet has.
enum Values {
    /// So many rows without a value.
    Untyped(usize),
    Bool(Vec<Option<bool>>),
    I32(Vec<Option<i32>>),
    I64(Vec<Option<i64>>),
    U64(Vec<Option<u64>>),
    F32(Vec<Option<f32>>),
    F64(Vec<Option<f64>>),
    Text(Texts),
    Bytes(Texts),
}

/// Texts or bytes, end to end.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<Option<usize>>,
}

impl Texts {
    fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends.push(Some(self.bytes.len()));
    }

    fn iter(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let mut begin = 0;
        self.ends.iter().map(move |end| {
            end.map(|end| {
                let value = &self.bytes[begin..end];
                begin = end;
                value
            })
        })
    }

    fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows);
        self.bytes.truncate(self.ends.iter().rev().find_map(|end| *end).unwrap_or(0));
    }
}

/// The same for all kinds of values.
macro_rules! each {
    ($values:expr, untyped $count:ident => $untyped:expr, typed $typed:ident => $same:expr, texts $texts:ident => $other:expr) => {
        match $values {
            Values::Untyped($count) => $untyped,
            Values::Bool($typed) => $same,
            Values::I32($typed) => $same,
            Values::I64($typed) => $same,
            Values::U64($typed) => $same,
            Values::F32($typed) => $same,
            Values::F64($typed) => $same,
            Values::Text($texts) | Values::Bytes($texts) => $other,
        }
    };
}

impl Column {
    pub(super) fn new(name: &str) -> Self {
        Column { name: name.into(), values: Values::Untyped(0), closed_at: 0 }
    }

    pub(super) fn is_typed(&self) -> bool {
        self.closed_at > 0 || !matches!(self.values, Values::Untyped(_))
    }

    fn rows(&self) -> usize {
        each!(&self.values, untyped count => *count, typed values => values.len(), texts texts => texts.ends.len())
    }

    /// Appends a value to those of so many rows; how many bytes of text it has.
    #[inline]
    pub(super) fn push<V: Serialize + ?Sized>(&mut self, value: &V, rows: usize) -> Result<usize, String> {
        if self.rows() != rows {
            return Err(format!("a row has the field `{}` twice; give each its own name", self.name));
        }
        value
            .serialize(Cell { column: self })
            .map_err(|NoCell(reason)| format!("field `{}`: {reason}", self.name))
    }

    /// Rows without a value, up to so many.
    pub(super) fn fill(&mut self, rows: usize) {
        each!(&mut self.values,
            untyped count => *count = rows,
            typed values => values.resize(rows, None),
            texts texts => texts.ends.resize(rows, None)
        );
    }

    /// Only the first rows.
    pub(super) fn cut(&mut self, rows: usize) {
        each!(&mut self.values,
            untyped count => *count = rows,
            typed values => values.truncate(rows),
            texts texts => texts.truncate(rows)
        );
    }

    /// The values as an array; the column keeps its type.
    pub(super) fn take(&mut self) -> ArrayRef {
        if let Values::Untyped(count) = self.values {
            self.closed_at += count;
        }
        let array: ArrayRef = match &self.values {
            Values::Untyped(count) => Arc::new(NullArray::new(*count)),
            Values::Bool(values) => Arc::new(values.iter().copied().collect::<BooleanArray>()),
            Values::I32(values) => Arc::new(values.iter().copied().collect::<PrimitiveArray<Int32Type>>()),
            Values::I64(values) => Arc::new(values.iter().copied().collect::<PrimitiveArray<Int64Type>>()),
            Values::U64(values) => Arc::new(values.iter().copied().collect::<PrimitiveArray<UInt64Type>>()),
            Values::F32(values) => Arc::new(values.iter().copied().collect::<PrimitiveArray<Float32Type>>()),
            Values::F64(values) => Arc::new(values.iter().copied().collect::<PrimitiveArray<Float64Type>>()),
            Values::Text(texts) => {
                // They come from texts, and are cut between them.
                let texts =
                    texts.iter().map(|text| text.map(|text| str::from_utf8(text).unwrap_or_default()));
                Arc::new(texts.collect::<StringArray>())
            }
            Values::Bytes(bytes) => Arc::new(bytes.iter().collect::<BinaryArray>()),
        };
        self.cut(0);
        array
    }

    /// The list of its values, which are of the type that `is` picks, or become so by `new` if there has been none.
    #[inline]
    fn typed<L>(
        &mut self,
        name: &str,
        new: fn(usize) -> Values,
        is: fn(&mut Values) -> Option<&mut L>,
    ) -> Result<&mut L, NoCell> {
        if let Values::Untyped(rows) = self.values {
            self.begin(rows, new)?;
        }
        let was = self.values.name();
        is(&mut self.values).ok_or_else(|| {
            NoCell(format!("this is {name}, and rows before have {was}; a column has values of one type"))
        })
    }

    /// The first value comes, after so many rows without one.
    #[cold]
    fn begin(&mut self, rows: usize, new: fn(usize) -> Values) -> Result<(), NoCell> {
        if self.closed_at > 0 {
            return Err(NoCell(format!(
                "a value comes after {} rows without one, and the column was written without a type; emit a value \
                 earlier, or write CSV or JSON lines",
                self.closed_at
            )));
        }
        self.values = new(rows);
        Ok(())
    }
}

impl Values {
    /// As messages call it.
    fn name(&self) -> &'static str {
        match self {
            Values::Untyped(_) => "nothing",
            Values::Bool(_) => "true or false",
            Values::I32(_) => "a whole number of 32 bits",
            Values::I64(_) => "a whole number of 64 bits",
            Values::U64(_) => "a whole number of 64 bits without a sign",
            Values::F32(_) => "a number of 32 bits",
            Values::F64(_) => "a number of 64 bits",
            Values::Text(_) => "a text",
            Values::Bytes(_) => "bytes",
        }
    }
}

/// Why a value has no place in the column.
#[derive(Debug)]
struct NoCell(String);

impl fmt::Display for NoCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoCell {}

impl ser::Error for NoCell {
    fn custom<M: fmt::Display>(message: M) -> Self {
        NoCell(message.to_string())
    }
}

#[cold]
fn nested(what: &str) -> NoCell {
    NoCell(format!("{what} does not fit into one column; emit single values, or write JSON lines"))
}

/// Takes one value; tells how many bytes of text it has.
struct Cell<'c> {
    column: &'c mut Column,
}

impl Cell<'_> {
    #[inline]
    fn text(self, value: &str) -> Result<usize, NoCell> {
        let new = |rows| Values::Text(Texts { bytes: Vec::new(), ends: vec![None; rows] });
        let texts = self.column.typed("a text", new, |values| match values {
            Values::Text(texts) => Some(texts),
            _ => None,
        })?;
        texts.push(value.as_bytes());
        Ok(value.len())
    }
}

macro_rules! plain {
    ($($method:ident($argument:ty) $kind:ident $name:literal),* $(,)?) => {$(
        #[inline]
        fn $method(self, value: $argument) -> Result<usize, NoCell> {
            let new = |rows| Values::$kind(vec![None; rows]);
            let values = self.column.typed($name, new, |values| match values {
                Values::$kind(values) => Some(values),
                _ => None,
            })?;
            values.push(Some(value.into()));
            Ok(0)
        }
    )*};
}

macro_rules! refused {
    ($($method:ident($($argument:ty),*) -> $some:ty, $what:literal),* $(,)?) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$some, NoCell> {
            Err(nested($what))
        }
    )*};
}

type Never = Impossible<usize, NoCell>;

impl Serializer for Cell<'_> {
    type Ok = usize;
    type Error = NoCell;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    plain! {
        serialize_bool(bool) Bool "true or false",
        serialize_i8(i8) I32 "a whole number of 8 bits", serialize_i16(i16) I32 "a whole number of 16 bits",
        serialize_i32(i32) I32 "a whole number of 32 bits", serialize_i64(i64) I64 "a whole number of 64 bits",
        serialize_u8(u8) I32 "a whole number of 8 bits", serialize_u16(u16) I32 "a whole number of 16 bits",
        serialize_u32(u32) I64 "a whole number of 32 bits without a sign",
        serialize_u64(u64) U64 "a whole number of 64 bits without a sign",
        serialize_f32(f32) F32 "a number of 32 bits", serialize_f64(f64) F64 "a number of 64 bits",
    }

    refused! {
        serialize_i128(i128) -> usize, "a whole number of 128 bits",
        serialize_u128(u128) -> usize, "a whole number of 128 bits",
        serialize_seq(Option<usize>) -> Never, "a list",
        serialize_tuple(usize) -> Never, "a tuple",
        serialize_tuple_struct(&'static str, usize) -> Never, "a tuple",
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never, "an enum with data",
        serialize_map(Option<usize>) -> Never, "a map",
        serialize_struct(&'static str, usize) -> Never, "a struct",
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never, "an enum with data",
    }

    fn serialize_char(self, value: char) -> Result<usize, NoCell> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<usize, NoCell> {
        self.text(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<usize, NoCell> {
        let new = |rows| Values::Bytes(Texts { bytes: Vec::new(), ends: vec![None; rows] });
        let bytes = self.column.typed("bytes", new, |values| match values {
            Values::Bytes(bytes) => Some(bytes),
            _ => None,
        })?;
        bytes.push(value);
        Ok(value.len())
    }

    fn serialize_none(self) -> Result<usize, NoCell> {
        let rows = self.column.rows();
        self.column.fill(rows + 1);
        Ok(0)
    }

    #[inline]
    fn serialize_some<V: Serialize + ?Sized>(self, value: &V) -> Result<usize, NoCell> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<usize, NoCell> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<usize, NoCell> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<usize, NoCell> {
        self.text(variant)
    }

    #[inline]
    fn serialize_newtype_struct<V: Serialize + ?Sized>(
        self,
        _: &'static str,
        v: &V,
    ) -> Result<usize, NoCell> {
        v.serialize(self)
    }

    fn serialize_newtype_variant<V: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &V,
    ) -> Result<usize, NoCell> {
        Err(nested("an enum with data"))
    }
}
