//! The latest event of a stream, which a handler of another one can look up.

use std::any::TypeId;
use std::borrow::Cow;

use crate::context::Context;
use crate::desk::Refused;
use crate::strategy::Strategy;
use crate::stream::{Event, Payload, Stream};

impl<S: Strategy> Context<S> {
    /// The latest event of a stream that this strategy lists in `latest`, with its time; none before the first.
    ///
    /// It is the one that was dispatched last, up to now: a live event counts once it is dispatched, not when it is
    /// received, and its own handlers see it already. When the stream has ended, it stays.
    ///
    /// A stream that `latest` does not list, or that carries another type, stops the run at the end of this dispatch.
    ///
    /// ```
    /// use asp_core::{Context, Strategy, Stream};
    ///
    /// const QUOTES: Stream<f64> = Stream::new("quotes");
    ///
    /// /// What a trade costs by the quote before it; none if that is older than a minute.
    /// fn value<S: Strategy>(cx: &Context<S>, quantity: f64) -> Option<f64> {
    ///     let quote = cx.latest(QUOTES)?;
    ///     (cx.now() - quote.time < asp_core::Duration::from_mins(1)).then_some(quantity * quote.value)
    /// }
    /// ```
    #[inline]
    pub fn latest<T: Payload + Clone>(&self, stream: Stream<T>) -> Option<Event<T>> {
        self.with_latest(stream, Event::clone)
    }

    /// Does something with the event that [`Context::latest`] would clone; none if there is none.
    ///
    /// ```
    /// use asp_core::{Context, Strategy, Stream};
    ///
    /// const BOOKS: Stream<Vec<f64>> = Stream::new("books");
    ///
    /// fn best<S: Strategy>(cx: &Context<S>) -> Option<f64> {
    ///     cx.with_latest(BOOKS, |book| book.value.first().copied())?
    /// }
    /// ```
    #[inline]
    pub fn with_latest<T: Payload, R>(
        &self,
        stream: Stream<T>,
        look: impl FnOnce(&Event<T>) -> R,
    ) -> Option<R> {
        let name = stream.name();
        let same = |(listed, ..): &&(Cow<'static, str>, u32, TypeId)| std::ptr::eq::<str>(&**listed, name);
        let equal = |(listed, ..): &&(Cow<'static, str>, u32, TypeId)| listed == name;
        let listed = &self.plan().streams.latest;
        let found = listed.iter().find(same).or_else(|| listed.iter().find(equal));
        match found {
            Some(&(_, id, carried)) if carried == TypeId::of::<T>() => self.desk().latest(id).map(look),
            found => {
                self.refuse_latest::<T>(name, found.is_some());
                None
            }
        }
    }

    #[cold]
    fn refuse_latest<T>(&self, stream: &str, is_listed: bool) {
        let stream = stream.to_owned();
        self.desk().refuse(if is_listed {
            Refused::LatestOfOther { stream, given: crate::names::type_name::<T>() }
        } else {
            Refused::NotLatest { stream }
        });
    }
}
