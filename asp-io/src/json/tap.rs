//! One pass over an object that takes the time out of it and gives the payload the rest.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{BorrowedStrDeserializer, StringDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use crate::rows::Request;
use crate::shape::Shape;

/// What a pass looks for, and what it found.
pub(super) struct Found<'de> {
    time_name: &'de str,
    value_name: Option<&'de str>,
    /// The payload has a field of the time's name.
    time_is_shared: bool,
    /// Times may be numbers, whose text is wanted.
    time_is_counted: bool,
    /// The time as text; what stands there if it is neither text nor number.
    pub(super) time: Option<Result<Cow<'de, str>, &'de str>>,
    /// How many fields have been begun.
    fields: usize,
    /// The field whose value is at fault, counting from 0.
    pub(super) failed: Option<usize>,
}

impl<'de> Found<'de> {
    #[inline]
    pub(super) fn new(request: &'de Request) -> Self {
        let time_name = request.uri.time();
        Found {
            time_name,
            value_name: request.uri.value(),
            time_is_shared: matches!(request.shape, Shape::Struct(fields) if fields.contains(&time_name)),
            time_is_counted: request.times.unit.is_some(),
            time: None,
            fields: 0,
            failed: None,
        }
    }

    #[inline]
    fn next_name<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
        let name = map.next_key::<Text<'de>>()?;
        self.fields += 1;
        Ok(name.map(|Text(name)| name))
    }

    /// Notes that the field begun last is at fault.
    #[cold]
    fn blame<E>(&mut self, error: E) -> E {
        self.failed = Some(self.fields - 1);
        error
    }

    /// Reads the time's value, and returns it for a payload that wants it too.
    #[inline]
    fn take_time<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<TimeValue<'de>, A::Error> {
        if self.time.is_some() {
            return Err(de::Error::custom(format_args!("duplicate field `{}`", self.time_name)));
        }
        if self.time_is_counted {
            let raw: &'de RawValue = map.next_value().map_err(|error| self.blame(error))?;
            self.time = Some(text_of(raw.get()));
            return Ok(TimeValue::Raw(raw));
        }
        let Text(text) = map.next_value().map_err(|error| self.blame(error))?;
        self.time = Some(Ok(text.clone()));
        Ok(TimeValue::Text(text))
    }
}

/// The text of a value in quotes, or of a number.
fn text_of(json: &str) -> Result<Cow<'_, str>, &str> {
    match json.as_bytes() {
        [b'"', ..] => serde_json::from_str(json).map(Cow::Owned).map_err(|_| json),
        [b'-' | b'0'..=b'9', ..] => Ok(Cow::Borrowed(json)),
        _ => Err(json),
    }
}

/// A time as it stands in the file.
enum TimeValue<'de> {
    Text(Cow<'de, str>),
    Raw(&'de RawValue),
}

impl<'de> TimeValue<'de> {
    fn read<S: DeserializeSeed<'de>, E: de::Error>(self, seed: S) -> Result<S::Value, E> {
        match self {
            TimeValue::Text(Cow::Borrowed(text)) => seed.deserialize(BorrowedStrDeserializer::new(text)),
            TimeValue::Text(Cow::Owned(text)) => seed.deserialize(StringDeserializer::new(text)),
            TimeValue::Raw(raw) => seed.deserialize(raw).map_err(E::custom),
        }
    }
}

/// A text, borrowed unless it has escapes: the name of a field, or a time.
struct Text<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_str(TextVisitor).map(Text)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// The line as a payload of several fields sees it: without the time.
pub(super) struct Tap<'t, 'de, D> {
    json: D,
    found: &'t mut Found<'de>,
}

impl<'t, 'de, D> Tap<'t, 'de, D> {
    #[inline]
    pub(super) fn new(json: D, found: &'t mut Found<'de>) -> Self {
        Tap { json, found }
    }
}

impl<'de, D: Deserializer<'de, Error = serde_json::Error>> Deserializer<'de> for Tap<'_, 'de, D> {
    type Error = serde_json::Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.json.deserialize_map(Named { visitor, found: self.found })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Self::Error> {
        self.json.deserialize_map(InOrder { visitor, found: self.found })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.deserialize_tuple(length, visitor)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.json.deserialize_map(InOrder { visitor: Nothing, found: self.found })?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.deserialize_unit(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option seq map struct
        enum identifier ignored_any
    }
}

/// Takes no value of a row.
struct Nothing;

impl<'de> Visitor<'de> for Nothing {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while fields.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// An object whose fields have names.
struct Named<'t, 'de, V> {
    visitor: V,
    found: &'t mut Found<'de>,
}

/// An object whose fields have an order.
struct InOrder<'t, 'de, V> {
    visitor: V,
    found: &'t mut Found<'de>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Named<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Fields { map, found: self.found, shared: None })
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for InOrder<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let mut fields = Fields { map, found: self.found, shared: None };
        let value = self.visitor.visit_seq(&mut fields)?;
        // A tuple stops asking when it is full.
        while fields.next_name()?.is_some() {
            fields.map.next_value::<IgnoredAny>()?;
        }
        Ok(value)
    }
}

/// The fields of an object without the time.
struct Fields<'t, 'de, A> {
    map: A,
    found: &'t mut Found<'de>,
    /// The time, if the payload has asked for its name and not yet for its value.
    shared: Option<TimeValue<'de>>,
}

impl<'de, A: MapAccess<'de>> Fields<'_, 'de, A> {
    #[inline]
    fn next_name(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        while let Some(name) = self.found.next_name(&mut self.map)? {
            if name != self.found.time_name {
                return Ok(Some(name));
            }
            let time = self.found.take_time(&mut self.map)?;
            if self.found.time_is_shared {
                self.shared = Some(time);
                return Ok(Some(name));
            }
        }
        Ok(None)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'_, 'de, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.next_name()? {
            Some(Cow::Borrowed(name)) => seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some),
            Some(Cow::Owned(name)) => seed.deserialize(StringDeserializer::new(name)).map(Some),
            None => Ok(None),
        }
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let value = match self.shared.take() {
            Some(time) => time.read(seed),
            None => self.map.next_value_seed(seed),
        };
        value.map_err(|error| self.found.blame(error))
    }
}

impl<'de, A: MapAccess<'de>> SeqAccess<'de> for &mut Fields<'_, 'de, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        match self.next_name()? {
            Some(_) => self.next_value_seed(seed).map(Some),
            None => Ok(None),
        }
    }
}

/// The line as a payload of one field sees it.
pub(super) struct Only<'t, 'de, T> {
    found: &'t mut Found<'de>,
    yields: PhantomData<T>,
}

impl<'t, 'de, T> Only<'t, 'de, T> {
    #[inline]
    pub(super) fn new(found: &'t mut Found<'de>) -> Self {
        Only { found, yields: PhantomData }
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Only<'_, 'de, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let (value_name, mut value) = (self.found.value_name, None);
        while let Some(name) = self.found.next_name(&mut map)? {
            if name == self.found.time_name {
                self.found.take_time(&mut map)?;
                continue;
            }
            match value_name {
                Some(wanted) if name != wanted => {
                    map.next_value::<IgnoredAny>()?;
                }
                None if value.is_some() => return Err(de::Error::custom(SEVERAL)),
                _ => value = Some(map.next_value().map_err(|error| self.found.blame(error))?),
            }
        }
        value.ok_or_else(|| de::Error::custom(NO_VALUE))
    }
}

/// What [`Only`] says of an object with several fields besides the time.
pub(super) const SEVERAL: &str = "several fields besides the time";

/// What [`Only`] says of an object without a field for the payload.
pub(super) const NO_VALUE: &str = "no field for the payload";
