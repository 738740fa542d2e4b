//! One cell as `serde` sees it: a text that is read as what the payload asks for.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserializer, Visitor};

use crate::fault::{Fault, What};

/// The bytes of a cell, without quotes.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'r> {
    bytes: &'r [u8],
}

impl<'r> Cell<'r> {
    #[inline]
    pub(super) fn new(bytes: &'r [u8]) -> Self {
        Cell { bytes }
    }

    #[inline]
    fn text(self) -> Result<&'r str, Fault> {
        str::from_utf8(self.bytes).map_err(|_| Fault::new(What::NotUtf8))
    }

    #[inline]
    fn parse<N: std::str::FromStr>(self, type_name: &'static str) -> Result<N, Fault> {
        match self.text()?.parse() {
            Ok(number) => Ok(number),
            Err(_) => Err(self.not_a(type_name)),
        }
    }

    #[cold]
    fn not_a(self, type_name: &'static str) -> Fault {
        let digits = match self.bytes {
            [b'-' | b'+', digits @ ..] => digits,
            digits => digits,
        };
        let is_whole = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        // All digits make a float, so this is an integer that the type is too small for.
        Fault::new(if is_whole { What::OutOfRange(type_name) } else { What::NotA(type_name) })
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $number:ident),*) => {$(
        #[inline]
        fn $method<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(self.parse::<$number>(stringify!($number))?)
        }
    )*};
}

macro_rules! nested {
    ($($method:ident($($argument:ty),*) $what:literal),*) => {$(
        fn $method<V: Visitor<'r>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Fault> {
            Err(Fault::new(What::Nested($what)))
        }
    )*};
}

impl<'r> Deserializer<'r> for Cell<'r> {
    type Error = Fault;

    numbers! {
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64, deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64, deserialize_u128 visit_u128 u128,
        deserialize_f32 visit_f32 f32, deserialize_f64 visit_f64 f64
    }

    nested! {
        deserialize_seq() "a list",
        deserialize_tuple(usize) "a tuple",
        deserialize_tuple_struct(&'static str, usize) "a tuple",
        deserialize_map() "a map",
        deserialize_struct(&'static str, &'static [&'static str]) "a struct"
    }

    fn deserialize_bool<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.bytes {
            b"true" | b"True" | b"TRUE" => visitor.visit_bool(true),
            b"false" | b"False" | b"FALSE" => visitor.visit_bool(false),
            _ => Err(Fault::new(What::NotA("bool"))),
        }
    }

    fn deserialize_char<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
        let mut chars = self.text()?.chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => visitor.visit_char(only),
            _ => Err(Fault::new(What::NotA("char"))),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(self.text()?)
    }

    #[inline]
    fn deserialize_string<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_bytes(self.bytes)
    }

    fn deserialize_byte_buf<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_bytes(self.bytes)
    }

    /// An empty cell is nothing.
    #[inline]
    fn deserialize_option<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.bytes.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.bytes.is_empty() { visitor.visit_unit() } else { Err(Fault::new(What::NotA("unit"))) }
    }

    fn deserialize_unit_struct<V: Visitor<'r>>(self, _: &'static str, v: V) -> Result<V::Value, Fault> {
        self.deserialize_unit(v)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'r>>(self, _: &'static str, v: V) -> Result<V::Value, Fault> {
        v.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'r>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.text()?))
    }

    fn deserialize_identifier<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    /// What the text looks like: a number, true or false, or else a text.
    fn deserialize_any<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Fault> {
        let text = self.text()?;
        if let Ok(number) = text.parse() {
            visitor.visit_u64(number)
        } else if let Ok(number) = text.parse() {
            visitor.visit_i64(number)
        } else if let Ok(number) = text.parse() {
            visitor.visit_f64(number)
        } else if let Ok(truth) = text.parse() {
            visitor.visit_bool(truth)
        } else {
            visitor.visit_borrowed_str(text)
        }
    }
}
