//! A record as `serde` sees it: a map from column names to cells, or a sequence of cells.

use serde::de::value::{BorrowedStrDeserializer, U64Deserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::fault::Fault;
use crate::plan::Plan;

/// What has a value in each column.
pub(crate) trait Record<'r>: Copy {
    /// One value.
    type Cell: Deserializer<'r, Error = Fault>;

    fn cell(self, column: usize) -> Self::Cell;
}

/// One record under its plan.
#[derive(Clone, Copy)]
pub(crate) struct Row<'r, R> {
    record: R,
    plan: &'r Plan,
}

impl<'r, R: Record<'r>> Row<'r, R> {
    #[inline]
    pub(crate) fn new(record: R, plan: &'r Plan) -> Self {
        Row { record, plan }
    }

    #[inline]
    fn cells(self, columns: &'r [usize]) -> Cells<'r, R> {
        Cells { row: self, columns: columns.iter(), column: 0 }
    }
}

impl<'de, R: Record<'de>> Deserializer<'de> for Row<'de, R> {
    type Error = Fault;

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.plan.in_order() {
            Some(columns) => visitor.visit_seq(self.cells(columns)),
            None => visitor.visit_map(self.cells(self.plan.named())),
        }
    }

    /// Whatever names there are; a type of this kind has no fields to choose columns by.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(self.cells(self.plan.offered()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(self.cells(self.plan.offered()))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(length, visitor)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, v: V) -> Result<V::Value, Fault> {
        v.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, v: V) -> Result<V::Value, Fault> {
        v.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option seq map enum
        identifier ignored_any
    }
}

/// Cells of some columns, one after the other.
struct Cells<'r, R> {
    row: Row<'r, R>,
    columns: std::slice::Iter<'r, usize>,
    column: usize,
}

impl<'r, R: Record<'r>> Cells<'r, R> {
    #[inline]
    fn read<S: DeserializeSeed<'r>>(&self, seed: S) -> Result<S::Value, Fault> {
        let cell = self.row.record.cell(self.column);
        seed.deserialize(cell).map_err(|fault| fault.at(self.column))
    }
}

impl<'r, R: Record<'r>> MapAccess<'r> for Cells<'r, R> {
    type Error = Fault;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'r>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some(&column) = self.columns.next() else { return Ok(None) };
        self.column = column;
        match self.row.plan.number(column) {
            Some(number) => seed.deserialize(U64Deserializer::new(number)).map(Some),
            None => seed.deserialize(BorrowedStrDeserializer::new(self.row.plan.name(column))).map(Some),
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'r>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        self.read(seed)
    }
}

impl<'r, R: Record<'r>> SeqAccess<'r> for Cells<'r, R> {
    type Error = Fault;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'r>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let Some(&column) = self.columns.next() else { return Ok(None) };
        self.column = column;
        self.read(seed).map(Some)
    }
}
