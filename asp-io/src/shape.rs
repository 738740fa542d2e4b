//! What a payload type asks of a row, found before the first row by letting it ask for nothing.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

/// How a payload lies in a row, beside the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Named fields.
    Struct(&'static [&'static str]),
    /// Whatever columns there are, by name.
    Map,
    /// The columns in their order.
    Tuple,
    /// One column.
    Scalar,
    /// No column.
    Unit,
}

/// The shape of `T`.
pub(crate) fn of<'de, T: Deserialize<'de>>() -> Shape {
    match T::deserialize(Probe) {
        // It needs nothing.
        Ok(_) => Shape::Unit,
        Err(Asked(shape)) => shape,
    }
}

struct Probe;

/// The probe's error: what was asked for.
#[derive(Debug)]
struct Asked(Shape);

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Asked {}

impl de::Error for Asked {
    fn custom<M: fmt::Display>(_: M) -> Self {
        Asked(Shape::Map)
    }
}

macro_rules! asks {
    ($($method:ident)* => $shape:expr) => {
        $(fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> { Err(Asked($shape)) })*
    };
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Asked;

    asks! { deserialize_any deserialize_map deserialize_ignored_any deserialize_identifier => Shape::Map }
    asks! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
        deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_option deserialize_seq => Shape::Scalar
    }
    asks! { deserialize_unit => Shape::Unit }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Asked> {
        Err(Asked(Shape::Struct(fields)))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, v: V) -> Result<V::Value, Asked> {
        v.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Asked> {
        Err(Asked(Shape::Unit))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Asked> {
        Err(Asked(Shape::Tuple))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Asked> {
        Err(Asked(Shape::Tuple))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Asked> {
        Err(Asked(Shape::Scalar))
    }
}
