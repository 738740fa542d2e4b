//! A payload spread into named fields.

use std::fmt;

use serde::ser::{self, Impossible, Serialize, Serializer};

use super::{Failure, cell};

/// Takes the fields of a payload, in their order.
pub(super) trait Fields {
    fn field<V: Serialize + ?Sized>(&mut self, name: &str, value: &V) -> Result<(), Failure>;
}

/// Gives the fields of `value` to `fields`; what has none is one field, of the given name or `value`.
#[inline]
pub(super) fn spread<V: Serialize, F: Fields>(
    value: &V,
    name: Option<&str>,
    fields: &mut F,
) -> Result<(), Failure> {
    if let Some(name) = name {
        return fields.field(name, value);
    }
    match value.serialize(Spread { fields: &mut *fields }) {
        Ok(()) => Ok(()),
        Err(Stop::Single) => fields.field("value", value),
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

struct Spread<'f, F> {
    fields: &'f mut F,
}

/// Why a payload is not spread.
enum Stop {
    /// It is a single value.
    Single,
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failed(failure)
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the payload cannot be written")
    }
}

impl std::error::Error for Stop {}

impl ser::Error for Stop {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Stop::Failed(Failure::Payload(message.to_string()))
    }
}

macro_rules! single {
    ($($method:ident($($argument:ty),*)),* $(,)?) => {
        $(#[inline] fn $method(self, $(_: $argument),*) -> Result<(), Stop> { Err(Stop::Single) })*
    };
}

impl<'f, F: Fields> Serializer for Spread<'f, F> {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Impossible<(), Stop>;
    type SerializeTuple = Numbered<'f, F>;
    type SerializeTupleStruct = Numbered<'f, F>;
    type SerializeTupleVariant = Impossible<(), Stop>;
    type SerializeMap = Keyed<'f, F>;
    type SerializeStruct = Named<'f, F>;
    type SerializeStructVariant = Impossible<(), Stop>;

    single! {
        serialize_bool(bool), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_i128(i128), serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64),
        serialize_u128(u128), serialize_f32(f32), serialize_f64(f64), serialize_char(char), serialize_str(&str),
        serialize_bytes(&[u8]), serialize_none(), serialize_unit_variant(&'static str, u32, &'static str),
    }

    fn serialize_unit(self) -> Result<(), Stop> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Stop> {
        Ok(())
    }

    fn serialize_some<V: Serialize + ?Sized>(self, _: &V) -> Result<(), Stop> {
        Err(Stop::Single)
    }

    fn serialize_newtype_struct<V: Serialize + ?Sized>(self, _: &'static str, value: &V) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<V: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &V,
    ) -> Result<(), Stop> {
        Err(Stop::Single)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Stop> {
        Err(Stop::Single)
    }

    fn serialize_tuple(self, _: usize) -> Result<Numbered<'f, F>, Stop> {
        Ok(Numbered { fields: self.fields, number: 0 })
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Numbered<'f, F>, Stop> {
        Ok(Numbered { fields: self.fields, number: 0 })
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Stop> {
        Err(Stop::Single)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Keyed<'f, F>, Stop> {
        Ok(Keyed { fields: self.fields, key: Vec::new() })
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Named<'f, F>, Stop> {
        Ok(Named { fields: self.fields })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Stop> {
        Err(Stop::Single)
    }
}

/// The fields of a struct.
struct Named<'f, F> {
    fields: &'f mut F,
}

impl<F: Fields> ser::SerializeStruct for Named<'_, F> {
    type Ok = ();
    type Error = Stop;

    #[inline]
    fn serialize_field<V: Serialize + ?Sized>(&mut self, name: &'static str, value: &V) -> Result<(), Stop> {
        Ok(self.fields.field(name, value)?)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

/// The entries of a map.
struct Keyed<'f, F> {
    fields: &'f mut F,
    key: Vec<u8>,
}

impl<F: Fields> ser::SerializeMap for Keyed<'_, F> {
    type Ok = ();
    type Error = Stop;

    fn serialize_key<K: Serialize + ?Sized>(&mut self, key: &K) -> Result<(), Stop> {
        self.key.clear();
        Ok(cell::write(key, &mut self.key)?)
    }

    fn serialize_value<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), Stop> {
        Ok(self.fields.field(&String::from_utf8_lossy(&self.key), value)?)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

/// The elements of a tuple.
struct Numbered<'f, F> {
    fields: &'f mut F,
    number: usize,
}

impl<F: Fields> Numbered<'_, F> {
    fn element<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), Stop> {
        self.fields.field(&self.number.to_string(), value)?;
        self.number += 1;
        Ok(())
    }
}

impl<F: Fields> ser::SerializeTuple for Numbered<'_, F> {
    type Ok = ();
    type Error = Stop;

    fn serialize_element<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), Stop> {
        self.element(value)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

impl<F: Fields> ser::SerializeTupleStruct for Numbered<'_, F> {
    type Ok = ();
    type Error = Stop;

    fn serialize_field<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), Stop> {
        self.element(value)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}
