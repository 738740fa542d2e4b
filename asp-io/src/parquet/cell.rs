//! One value as `serde` sees it: of the column's type, as what the payload asks for.

use std::borrow::Cow;

use arrow_array::Array;
use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};

use super::column::Column;
use crate::fault::{Fault, What};

/// The value of a column in a row.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'b> {
    column: &'b Column,
    row: usize,
}

impl<'b> Cell<'b> {
    #[inline]
    pub(super) fn new(column: &'b Column, row: usize) -> Self {
        Cell { column, row }
    }

    /// There is no such value here: the row has none, or the column has others.
    #[cold]
    fn lacks(self, type_name: &'static str) -> Fault {
        let is_null = self.column.is_null(self.row);
        Fault::new(if is_null { What::Null(type_name) } else { What::Unfit(type_name) })
    }

    /// The whole number of a column of any type that has such.
    #[inline(never)]
    fn whole_number<N>(self, type_name: &'static str) -> Result<N, Fault>
    where
        N: TryFrom<i32> + TryFrom<i64> + TryFrom<u64> + TryFrom<i128>,
    {
        let row = self.row;
        match self.column {
            Column::I64(values) if values.is_valid(row) => narrowed(values.value(row), type_name),
            Column::I32(values) if values.is_valid(row) => narrowed(values.value(row), type_name),
            Column::U64(values) if values.is_valid(row) => narrowed(values.value(row), type_name),
            Column::Timestamp { values, .. } | Column::TimeOfDay { values, .. } if values.is_valid(row) => {
                narrowed(values.value(row), type_name)
            }
            Column::Date(values) if values.is_valid(row) => narrowed(values.value(row), type_name),
            Column::Decimal(values) if values.scale() == 0 && values.is_valid(row) => {
                narrowed(values.value(row), type_name)
            }
            _ => Err(self.lacks(type_name)),
        }
    }

    #[inline(never)]
    fn f32(self) -> Result<f32, Fault> {
        match self.column {
            Column::F64(values) if values.is_valid(self.row) => Ok(values.value(self.row) as f32),
            Column::Decimal(_) => self.decimal("f32"),
            Column::I32(_) | Column::I64(_) | Column::U64(_) => Ok(self.whole_number::<i128>("f32")? as f32),
            _ => Err(self.lacks("f32")),
        }
    }

    #[inline(never)]
    fn f64(self) -> Result<f64, Fault> {
        match self.column {
            Column::F32(values) if values.is_valid(self.row) => Ok(values.value(self.row).into()),
            Column::Decimal(_) => self.decimal("f64"),
            Column::I32(_) | Column::I64(_) | Column::U64(_) => Ok(self.whole_number::<i128>("f64")? as f64),
            _ => Err(self.lacks("f64")),
        }
    }

    /// By its digits, so that it is the number nearest to them.
    fn decimal<N: std::str::FromStr>(self, type_name: &'static str) -> Result<N, Fault> {
        let number =
            if self.column.is_null(self.row) { None } else { self.column.text(self.row).parse().ok() };
        number.ok_or_else(|| self.lacks(type_name))
    }

    /// The text, where the column holds texts, or bytes that are one.
    #[inline]
    fn str(self) -> Result<Option<&'b str>, Fault> {
        match self.column {
            Column::Text(values) if values.is_valid(self.row) => Ok(Some(values.value(self.row))),
            Column::Bytes(values) if values.is_valid(self.row) => {
                str::from_utf8(values.value(self.row)).map(Some).map_err(|_| Fault::new(What::NotUtf8))
            }
            _ => Ok(None),
        }
    }

    /// The text of a column that does not hold texts, if it has one.
    #[inline(never)]
    fn other_text(self) -> Result<Cow<'b, str>, Fault> {
        match self.str()? {
            Some(text) => Ok(text.into()),
            None if self.has_text() => Ok(self.column.text(self.row).into()),
            None => Err(self.lacks("a string")),
        }
    }

    fn bytes(self) -> Option<&'b [u8]> {
        match self.column {
            Column::Text(values) if values.is_valid(self.row) => Some(values.value(self.row).as_bytes()),
            Column::Bytes(values) if values.is_valid(self.row) => Some(values.value(self.row)),
            Column::Fixed(values) if values.is_valid(self.row) => Some(values.value(self.row)),
            _ => None,
        }
    }

    /// Whether a text stands for the value where one is asked for.
    fn has_text(self) -> bool {
        let is_told = matches!(
            self.column,
            Column::Timestamp { .. } | Column::Date(_) | Column::TimeOfDay { .. } | Column::Decimal(_)
        );
        is_told && !self.column.is_null(self.row)
    }
}

/// The number in another type, if that holds it.
#[inline]
fn narrowed<A, N: TryFrom<A>>(number: A, type_name: &'static str) -> Result<N, Fault> {
    N::try_from(number).map_err(|_| Fault::new(What::OutOfRange(type_name)))
}

// The type that the column mostly has comes first, and alone, so that the whole is small enough to be inlined.
macro_rules! whole_numbers {
    ($($method:ident $visit:ident $number:ident $kind:ident),*) => {$(
        #[inline]
        fn $method<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(match self.column {
                Column::$kind(values) if values.is_valid(self.row) => {
                    narrowed(values.value(self.row), stringify!($number))?
                }
                _ => self.whole_number(stringify!($number))?,
            })
        }
    )*};
}

macro_rules! numbers {
    ($($method:ident $visit:ident $kind:ident $other:ident),*) => {$(
        #[inline]
        fn $method<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(match self.column {
                Column::$kind(values) if values.is_valid(self.row) => values.value(self.row),
                _ => self.$other()?,
            })
        }
    )*};
}

macro_rules! nested {
    ($($method:ident($($argument:ty),*) $what:literal),*) => {$(
        fn $method<V: Visitor<'b>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Fault> {
            Err(Fault::new(What::Nested($what)))
        }
    )*};
}

impl<'b> Deserializer<'b> for Cell<'b> {
    type Error = Fault;

    whole_numbers! {
        deserialize_i8 visit_i8 i8 I32, deserialize_i16 visit_i16 i16 I32, deserialize_i32 visit_i32 i32 I32,
        deserialize_i64 visit_i64 i64 I64, deserialize_i128 visit_i128 i128 I64,
        deserialize_u8 visit_u8 u8 I32, deserialize_u16 visit_u16 u16 I32, deserialize_u32 visit_u32 u32 I64,
        deserialize_u64 visit_u64 u64 U64, deserialize_u128 visit_u128 u128 U64
    }

    numbers! { deserialize_f32 visit_f32 F32 f32, deserialize_f64 visit_f64 F64 f64 }

    nested! {
        deserialize_tuple(usize) "a tuple",
        deserialize_tuple_struct(&'static str, usize) "a tuple",
        deserialize_map() "a map",
        deserialize_struct(&'static str, &'static [&'static str]) "a struct"
    }

    fn deserialize_bool<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.column {
            Column::Bool(values) if values.is_valid(self.row) => visitor.visit_bool(values.value(self.row)),
            _ => Err(self.lacks("bool")),
        }
    }

    fn deserialize_char<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Some(text) = self.str()? else { return Err(self.lacks("char")) };
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => visitor.visit_char(only),
            _ => Err(Fault::new(What::NotA("char"))),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.column {
            Column::Text(values) if values.is_valid(self.row) => {
                visitor.visit_borrowed_str(values.value(self.row))
            }
            _ => match self.other_text()? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.bytes() {
            Some(bytes) => visitor.visit_borrowed_bytes(bytes),
            None => Err(self.lacks("bytes")),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_bytes(visitor)
    }

    /// Bytes are a list of numbers too, which is what a `Vec<u8>` asks for.
    fn deserialize_seq<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        match (self.column, self.bytes()) {
            (Column::Bytes(_) | Column::Fixed(_), Some(bytes)) => {
                visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied()))
            }
            _ if self.column.is_null(self.row) => Err(self.lacks("a list")),
            _ => Err(Fault::new(What::Nested("a list"))),
        }
    }

    #[inline]
    fn deserialize_option<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.column.is_null(self.row) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.column.is_null(self.row) { visitor.visit_unit() } else { Err(self.lacks("unit")) }
    }

    fn deserialize_unit_struct<V: Visitor<'b>>(self, _: &'static str, v: V) -> Result<V::Value, Fault> {
        self.deserialize_unit(v)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'b>>(self, _: &'static str, v: V) -> Result<V::Value, Fault> {
        v.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'b>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Some(name) = self.str()? else { return Err(self.lacks("a string")) };
        let name: StrDeserializer<'b, Fault> = name.into_deserializer();
        visitor.visit_enum(name)
    }

    fn deserialize_identifier<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    /// What the column holds.
    fn deserialize_any<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.column.is_null(self.row) {
            return visitor.visit_none();
        }
        match self.column {
            Column::Bool(_) => self.deserialize_bool(visitor),
            Column::I32(_) => self.deserialize_i32(visitor),
            Column::I64(_) => self.deserialize_i64(visitor),
            Column::U64(_) => self.deserialize_u64(visitor),
            Column::F32(_) => self.deserialize_f32(visitor),
            Column::F64(_) => self.deserialize_f64(visitor),
            Column::Bytes(_) | Column::Fixed(_) => self.deserialize_bytes(visitor),
            _ => self.deserialize_str(visitor),
        }
    }
}
