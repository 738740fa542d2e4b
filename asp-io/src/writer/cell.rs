//! A single value as text.

use std::fmt;
use std::io::Write;

use serde::ser::{self, Impossible, Serialize, Serializer};

use super::Failure;

/// Appends the text of `value`.
#[inline]
pub(super) fn write<V: Serialize + ?Sized>(value: &V, text: &mut Vec<u8>) -> Result<(), Failure> {
    value.serialize(Cell { text }).map_err(|NoCell(reason)| Failure::Payload(reason))
}

struct Cell<'t> {
    text: &'t mut Vec<u8>,
}

/// Why a value has no text.
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

impl Cell<'_> {
    #[inline]
    fn push(self, value: fmt::Arguments<'_>) -> Result<(), NoCell> {
        self.text.write_fmt(value).map_err(ser::Error::custom)
    }
}

macro_rules! pushed {
    ($($method:ident($argument:ty) $form:literal),* $(,)?) => {
        $(#[inline] fn $method(self, value: $argument) -> Result<(), NoCell> {
            self.push(format_args!($form, value))
        })*
    };
}

impl Serializer for Cell<'_> {
    type Ok = ();
    type Error = NoCell;
    type SerializeSeq = Impossible<(), NoCell>;
    type SerializeTuple = Impossible<(), NoCell>;
    type SerializeTupleStruct = Impossible<(), NoCell>;
    type SerializeTupleVariant = Impossible<(), NoCell>;
    type SerializeMap = Impossible<(), NoCell>;
    type SerializeStruct = Impossible<(), NoCell>;
    type SerializeStructVariant = Impossible<(), NoCell>;

    // The debug form of a float is the shortest that reads back as the same, with an exponent where it is long.
    pushed! {
        serialize_bool(bool) "{}", serialize_i8(i8) "{}", serialize_i16(i16) "{}", serialize_i32(i32) "{}",
        serialize_i64(i64) "{}", serialize_i128(i128) "{}", serialize_u8(u8) "{}", serialize_u16(u16) "{}",
        serialize_u32(u32) "{}", serialize_u64(u64) "{}", serialize_u128(u128) "{}", serialize_f32(f32) "{:?}",
        serialize_f64(f64) "{:?}", serialize_char(char) "{}",
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), NoCell> {
        self.text.extend_from_slice(value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), NoCell> {
        let text = str::from_utf8(value).map_err(|_| nested("a value of bytes"))?;
        self.serialize_str(text)
    }

    fn serialize_none(self) -> Result<(), NoCell> {
        Ok(())
    }

    #[inline]
    fn serialize_some<V: Serialize + ?Sized>(self, value: &V) -> Result<(), NoCell> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NoCell> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NoCell> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), NoCell> {
        self.serialize_str(variant)
    }

    #[inline]
    fn serialize_newtype_struct<V: Serialize + ?Sized>(self, _: &'static str, v: &V) -> Result<(), NoCell> {
        v.serialize(self)
    }

    fn serialize_newtype_variant<V: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &V,
    ) -> Result<(), NoCell> {
        Err(nested("an enum with data"))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, NoCell> {
        Err(nested("a list"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, NoCell> {
        Err(nested("a tuple"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, NoCell> {
        Err(nested("a tuple"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NoCell> {
        Err(nested("an enum with data"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, NoCell> {
        Err(nested("a map"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, NoCell> {
        Err(nested("a struct"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NoCell> {
        Err(nested("an enum with data"))
    }
}
