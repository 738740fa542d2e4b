//! What a payload type asks of a row, found before the first row by letting it ask for nothing.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::de::value::{BorrowedStrDeserializer, U64Deserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

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

/// The fields of a struct by their numbers, which are told apart faster than names.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    /// The number of each name that has one.
    pub(crate) of_names: Vec<(&'static str, u64)>,
    /// How many fields a sequence of all of them has, in the order of their numbers; 0 where none is taken.
    pub(crate) in_sequence: usize,
}

/// The numbers of the fields of `T`, as far as `T` takes such.
///
/// What `serde` derives does. Each name and each number is put to `T` alone; a field is an enum there, private to `T`, of
/// which two values can be compared by their discriminants. Where it is no enum all look the same, and names are kept.
pub(crate) fn numbers<'de, T: Deserialize<'de>>(shape: Shape) -> Numbers {
    let Shape::Struct(names) = shape else { return Numbers::default() };
    let field_of = |key: Key| {
        let mut field = None;
        let _ = T::deserialize(KeyProbe { key, field: &mut field });
        field
    };
    let unknown = field_of(Key::Name("\0"));
    let numbered: Vec<_> = (0..names.len() as u64).map(|number| field_of(Key::Number(number))).collect();
    let number_of = |&name: &&'static str| {
        let field = field_of(Key::Name(name)).filter(|field| unknown != Some(*field))?;
        let mut same = (0..).zip(&numbered).filter(|(_, other)| **other == Some(field));
        match (same.next(), same.next()) {
            (Some((number, _)), None) => Some((name, number)),
            _ => None,
        }
    };
    let takes_sequence = field_of(Key::Element).is_some();
    let fields = numbered.iter().filter(|field| field.is_some() && **field != unknown).count();
    Numbers {
        of_names: names.iter().filter_map(number_of).collect(),
        in_sequence: if takes_sequence { fields } else { 0 },
    }
}

/// How a field is named to a payload.
#[derive(Clone, Copy)]
enum Key {
    Name(&'static str),
    Number(u64),
    /// Not at all: it is the first of a sequence.
    Element,
}

/// Puts one key to a struct, and keeps a mark of the field that it is.
struct KeyProbe<'k> {
    key: Key,
    field: &'k mut Option<u64>,
}

impl<'de> Deserializer<'de> for KeyProbe<'_> {
    type Error = Asked;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> {
        Err(Asked(Shape::Map))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Asked> {
        match self.key {
            Key::Element => visitor.visit_seq(self),
            _ => visitor.visit_map(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, v: V) -> Result<V::Value, Asked> {
        v.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for KeyProbe<'_> {
    type Error = Asked;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Asked> {
        let field = match self.key {
            Key::Name(name) => seed.deserialize(BorrowedStrDeserializer::new(name))?,
            Key::Number(number) => seed.deserialize(U64Deserializer::new(number))?,
            Key::Element => return Ok(None),
        };
        let mut mark = DefaultHasher::new();
        std::mem::discriminant(&field).hash(&mut mark);
        *self.field = Some(mark.finish());
        Ok(Some(field))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, _: V) -> Result<V::Value, Asked> {
        Err(Asked(Shape::Map))
    }
}

impl<'de> SeqAccess<'de> for KeyProbe<'_> {
    type Error = Asked;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, _: S) -> Result<Option<S::Value>, Asked> {
        *self.field = Some(0);
        Err(Asked(Shape::Map))
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only the names count")]
    struct Trade {
        price: f64,
        #[serde(skip)]
        note: String,
        #[serde(rename = "size", alias = "quantity")]
        count: u64,
        #[serde(default)]
        symbol: String,
    }

    fn numbers_of<T: de::DeserializeOwned>() -> Numbers {
        numbers::<T>(of::<T>())
    }

    #[test]
    fn fields_have_the_numbers_that_serde_gives_them() {
        let numbers = numbers_of::<Trade>();
        assert_eq!(numbers.in_sequence, 3);
        for (name, expected) in [("price", 0), ("size", 1), ("symbol", 2)] {
            assert!(numbers.of_names.contains(&(name, expected)), "{numbers:?}");
        }
        let numbered = numbers.of_names.iter().all(|&(name, number)| name != "quantity" || number == 1);
        assert!(numbered, "an alias is the same field: {numbers:?}");
    }

    #[test]
    fn where_numbers_are_not_taken_names_are_kept() {
        // Its fields are written by hand in `serde`, and go by name alone.
        assert_eq!(numbers_of::<std::time::Duration>().of_names, []);
        assert_eq!(numbers_of::<f64>().of_names, []);
    }

    #[test]
    fn unknown_fields_have_no_number() {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only the names count")]
        struct Strict {
            a: f64,
            b: f64,
        }
        let numbers = numbers_of::<Strict>();
        assert_eq!((numbers.of_names, numbers.in_sequence), (vec![("a", 0), ("b", 1)], 2));
    }
}
