//! Emissions on their way to the desk.

use std::borrow::Cow;

use super::Context;
use crate::desk::{Emission, Refused};
use crate::fuse::Emits;
use crate::strategy::Strategy;
use crate::stream::Payload;

impl<S: Strategy> Context<S> {
    /// The usual way of an emission, apart from the way through a fused chain, which stays short so.
    #[inline(never)]
    pub(super) fn emit_aside<T: Payload>(&self, stream: &str, value: T) {
        self.emit_to_desk(stream, value);
    }

    #[inline]
    pub(super) fn emit_to_desk<T: Payload>(&self, stream: &str, value: T) {
        let desk = self.desk();
        let found = self.outlet(stream).and_then(|id| Some((id, desk.outlet::<T>(id)?)));
        let Some((id, queue)) = found else {
            return self.refuse_emission::<T>(stream);
        };
        self.emits.shut();
        queue.push(value);
        let sequence = desk.next_sequence();
        desk.joined.emissions.push(Emission { stream: id, slot: Emission::PLAIN, sequence });
        desk.hold_instant();
    }

    #[cold]
    pub(crate) fn refuse_emission<T>(&self, stream: &str) {
        let stream = stream.to_owned();
        self.desk().refuse(match self.find_outlet(&stream) {
            Some(_) => Refused::Carries { stream, given: crate::names::type_name::<T>() },
            None => Refused::NotListed { stream },
        });
    }

    #[inline]
    pub(crate) fn outlet(&self, name: &str) -> Option<u32> {
        // A strategy has a few outlets, often one, and the name is nearly always the very constant it was declared
        // with: comparing addresses costs less than hashing, or comparing letters.
        match self.outlets.first() {
            Some((listed, stream)) if std::ptr::eq::<str>(&**listed, name) => Some(*stream),
            _ => self.find_outlet(name),
        }
    }

    #[inline(never)]
    fn find_outlet(&self, name: &str) -> Option<u32> {
        let same = |(listed, _): &&(Cow<'static, str>, u32)| std::ptr::eq::<str>(&**listed, name);
        let equal = |(listed, _): &&(Cow<'static, str>, u32)| listed == name;
        let found = self.outlets.iter().find(same).or_else(|| self.outlets.iter().find(equal));
        found.map(|&(_, stream)| stream)
    }
}
