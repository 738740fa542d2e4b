//! The numbers in a payload, found by a visit of serde, each with the path of its field.

mod key;
#[cfg(test)]
mod tests;

use serde::ser::{self, Serialize};

use self::key::Key;
use crate::sample::{Sampler, Series};

/// The most numbers of one payload that are charted.
const MOST_FIELDS: usize = 16;

/// The most fields that are known, charted or not.
const MOST_NODES: usize = 256;

/// The most items of a sequence that are looked at.
const MOST_ITEMS: u32 = 16;

/// The fields of a payload as they were met, and the series of those that are numbers. Once all fields are known a visit
/// allocates nothing.
#[derive(Debug)]
pub(crate) struct Numbers {
    nodes: Vec<Node>,
    series: Vec<Sampler>,
    /// Numbers that have no series, as there are too many.
    is_cut: bool,
}

#[derive(Debug)]
struct Node {
    step: Step,
    parent: usize,
    child: Option<usize>,
    sibling: Option<usize>,
    series: Option<usize>,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Field(Box<str>),
    Item(u32),
}

impl Numbers {
    pub(crate) fn new() -> Self {
        let root = Node { step: Step::Item(0), parent: 0, child: None, sibling: None, series: None };
        Numbers { nodes: vec![root], series: Vec::new(), is_cut: false }
    }

    /// Takes the numbers of a payload.
    pub(crate) fn take(&mut self, nanos: i64, payload: &impl Serialize) {
        // What cannot be serialized has no numbers, or no more of them.
        let _ = payload.serialize(Visit { numbers: self, at: Some(0), nanos });
    }

    /// The series of a stream.
    pub(crate) fn series(&self, stream: &str, start: i64) -> Vec<Series> {
        let fields = self.nodes.iter().enumerate().filter_map(|(node, Node { series, .. })| {
            self.series[(*series)?].series(stream, &self.path(node), start)
        });
        fields.collect()
    }

    /// True if some numbers are not among them.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    fn path(&self, mut node: usize) -> String {
        let mut path = String::new();
        while node != 0 {
            let Node { step, parent, .. } = &self.nodes[node];
            let step = match step {
                Step::Field(name) => name.to_string(),
                Step::Item(index) => index.to_string(),
            };
            path = if path.is_empty() { step } else { format!("{step}.{path}") };
            node = *parent;
        }
        path
    }

    fn number(&mut self, at: Option<usize>, nanos: i64, value: f64) {
        let Some(node) = at else { return };
        let series = match self.nodes[node].series {
            Some(series) => series,
            None if self.series.len() < MOST_FIELDS => {
                self.series.push(Sampler::new());
                *self.nodes[node].series.insert(self.series.len() - 1)
            }
            None => {
                self.is_cut = true;
                return;
            }
        };
        self.series[series].push(nanos, value);
    }

    fn field(&mut self, at: Option<usize>, name: &str) -> Option<usize> {
        self.child(
            at?,
            |step| matches!(step, Step::Field(field) if **field == *name),
            || Step::Field(name.into()),
        )
    }

    fn item(&mut self, at: Option<usize>, index: u32) -> Option<usize> {
        if index >= MOST_ITEMS {
            self.is_cut = true;
            return None;
        }
        self.child(at?, |step| *step == Step::Item(index), || Step::Item(index))
    }

    fn child(
        &mut self,
        parent: usize,
        is_it: impl Fn(&Step) -> bool,
        step: impl FnOnce() -> Step,
    ) -> Option<usize> {
        let (mut next, mut last) = (self.nodes[parent].child, None);
        while let Some(node) = next {
            if is_it(&self.nodes[node].step) {
                return Some(node);
            }
            (next, last) = (self.nodes[node].sibling, Some(node));
        }
        if self.nodes.len() == MOST_NODES {
            self.is_cut = true;
            return None;
        }
        let new = self.nodes.len();
        self.nodes.push(Node { step: step(), parent, child: None, sibling: None, series: None });
        match last {
            Some(last) => self.nodes[last].sibling = Some(new),
            None => self.nodes[parent].child = Some(new),
        }
        Some(new)
    }
}

/// Where the visit stands.
struct Visit<'a> {
    numbers: &'a mut Numbers,
    /// None where fields are too many to be known.
    at: Option<usize>,
    nanos: i64,
}

impl<'a> Visit<'a> {
    fn number(self, value: f64) -> Result<(), Stop> {
        self.numbers.number(self.at, self.nanos, value);
        Ok(())
    }

    fn compound(self) -> Compound<'a> {
        Compound { numbers: self.numbers, at: self.at, nanos: self.nanos, index: 0, key: None }
    }

    fn variant(self, name: &str) -> Visit<'a> {
        let at = self.numbers.field(self.at, name);
        Visit { at, ..self }
    }
}

/// A struct, map or sequence that is visited.
struct Compound<'a> {
    numbers: &'a mut Numbers,
    at: Option<usize>,
    nanos: i64,
    index: u32,
    key: Option<usize>,
}

impl Compound<'_> {
    fn visit(&mut self, at: Option<usize>, value: &(impl Serialize + ?Sized)) -> Result<(), Stop> {
        value.serialize(Visit { numbers: self.numbers, at, nanos: self.nanos })
    }

    fn next(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Stop> {
        let at = self.numbers.item(self.at, self.index);
        self.index = self.index.saturating_add(1);
        if at.is_none() { Ok(()) } else { self.visit(at, value) }
    }

    fn named(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Stop> {
        let at = self.numbers.field(self.at, name);
        self.visit(at, value)
    }
}

/// A payload did not want to be serialized.
#[derive(Debug)]
struct Stop;

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the payload cannot be serialized")
    }
}

impl std::error::Error for Stop {}

impl ser::Error for Stop {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Stop
    }
}

macro_rules! numbers {
    ($($method:ident: $number:ty),*) => {
        $(
            fn $method(self, value: $number) -> Result<(), Stop> {
                self.number(value as f64)
            }
        )*
    };
}

macro_rules! nothing {
    ($($method:ident($($argument:ty),*)),*) => {
        $(
            fn $method(self $(, _: $argument)*) -> Result<(), Stop> {
                Ok(())
            }
        )*
    };
}

impl<'a> ser::Serializer for Visit<'a> {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    numbers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_f32: f32, serialize_f64: f64
    );
    nothing!(
        serialize_bool(bool),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8]),
        serialize_none(),
        serialize_unit(),
        serialize_unit_struct(&'static str),
        serialize_unit_variant(&'static str, u32, &'static str)
    );

    fn collect_str<T: std::fmt::Display + ?Sized>(self, _: &T) -> Result<(), Stop> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        value.serialize(self.variant(variant))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'a>, Stop> {
        Ok(self.compound())
    }

    fn serialize_tuple(self, _: usize) -> Result<Compound<'a>, Stop> {
        Ok(self.compound())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, Stop> {
        Ok(self.compound())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, Stop> {
        Ok(self.variant(variant).compound())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'a>, Stop> {
        Ok(self.compound())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, Stop> {
        Ok(self.compound())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, Stop> {
        Ok(self.variant(variant).compound())
    }
}

macro_rules! items {
    ($($of:ident::$method:ident),*) => {
        $(
            impl ser::$of for Compound<'_> {
                type Ok = ();
                type Error = Stop;

                fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
                    self.next(value)
                }

                fn end(self) -> Result<(), Stop> {
                    Ok(())
                }
            }
        )*
    };
}

items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($of:ident),*) => {
        $(
            impl ser::$of for Compound<'_> {
                type Ok = ();
                type Error = Stop;

                fn serialize_field<T: Serialize + ?Sized>(
                    &mut self,
                    name: &'static str,
                    value: &T,
                ) -> Result<(), Stop> {
                    self.named(name, value)
                }

                fn end(self) -> Result<(), Stop> {
                    Ok(())
                }
            }
        )*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Stop;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stop> {
        self.key = None;
        key.serialize(Key { numbers: self.numbers, at: self.at, found: &mut self.key })
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        let at = self.key.take();
        if at.is_none() { Ok(()) } else { self.visit(at, value) }
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}
