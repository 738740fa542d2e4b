//! One number for everything that a run did (S49).

use std::fmt;
use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher13};

use crate::observe::{Class, Dispatch};

/// A hash of all dispatches of a run: two runs with the same digest made the same calls, in the same order, at the same
/// times.
///
/// It is SipHash-1-3 with 128 bits and a fixed key over the [`Dispatch`]es, with names instead of numbers: the same in
/// debug and release builds, on any number of threads, and on all 64-bit machines. See
/// [`Runner::digest`](crate::Runner::digest).
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// let digest = |minutes| {
///     let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::arriving(move |cx, name| {
///         cx.after(Duration::from_mins(minutes)).greet(name);
///     }));
///     Ok::<_, Error>(runner.digest().run()?.report().digest.expect("it was asked for"))
/// };
/// assert_eq!(digest(1)?, digest(1)?);
/// assert_ne!(digest(1)?, digest(2)?);
/// assert_eq!(digest(1)?.to_string().len(), 32);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(u128);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number: Hexadecimal =
            deserializer.deserialize_str(crate::time::Text::of("32 hexadecimal digits"))?;
        Ok(Digest(number.0))
    }
}

/// A digest as it is printed.
#[cfg(feature = "serde")]
struct Hexadecimal(u128);

#[cfg(feature = "serde")]
impl std::str::FromStr for Hexadecimal {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Hexadecimal)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// The digest of a run as it grows.
#[derive(Debug, Default)]
pub(crate) struct Digester {
    hasher: SipHasher13,
    dispatches: u64,
    /// How many dispatches lie between two marks; no marks if 0.
    interval: u64,
    marks: Vec<Digest>,
    /// The payload of the event that is being dispatched, as bytes; none, unless its stream was asked for.
    pub(crate) payload: Vec<u8>,
}

impl Digester {
    pub(crate) fn new(interval: u64) -> Self {
        Digester { interval, ..Digester::default() }
    }

    pub(crate) fn feed(&mut self, dispatch: &Dispatch<'_>) {
        let place = dispatch.place;
        // Hooks have a number of their strategy for a sequence; its name is in the digest anyway.
        let sequence = if place.class == Class::Start { 0 } else { place.sequence };
        for number in [place.time, dispatch.now, dispatch.due, dispatch.event_time] {
            self.number(number.as_nanos() as u64);
        }
        self.number(u64::from(place.round) << 8 | place.class as u64);
        self.number(sequence);
        for name in [dispatch.strategy, dispatch.handler, dispatch.stream.unwrap_or_default()] {
            self.bytes(name.as_bytes());
        }
        if place.class == Class::Event {
            self.number(self.payload.len() as u64);
            self.hasher.write(&self.payload);
        }
        self.dispatches += 1;
        if self.interval > 0 && self.dispatches.is_multiple_of(self.interval) {
            self.marks.push(self.now());
        }
    }

    /// The digest of what was fed so far.
    pub(crate) fn now(&self) -> Digest {
        Digest(self.hasher.finish128().as_u128())
    }

    pub(crate) fn take_marks(&mut self) -> Vec<Digest> {
        std::mem::take(&mut self.marks)
    }

    fn number(&mut self, number: u64) {
        self.hasher.write(&number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.hasher.write(bytes);
    }
}
