//! The rows of a wiring table that are no handlers of events; those are with the readers.

use std::any::TypeId;

use super::join::{Joining, Mode};
use crate::channel::Copying;
use crate::names::type_name;
use crate::outline::RowInfo;
use crate::stream::{Payload, Stream};

/// A row of a wiring table, attached to the graph when its strategy joins.
pub(crate) trait Attach: Send {
    fn attach(self: Box<Self>, joining: &mut Joining<'_>);

    /// Declares the streams that the row emits on; before all other rows, since it gives them their rank (S7).
    fn declare(&self, _joining: &mut Joining<'_>) {}

    /// The row as [`crate::Runner::graph`] shows it.
    fn info(&self) -> RowInfo;
}

/// A row of the wiring table: the strategy emits on a stream.
pub(crate) struct Emits<T> {
    pub(crate) stream: Stream<T>,
}

impl<T: Payload> Attach for Emits<T> {
    fn declare(&self, joining: &mut Joining<'_>) {
        let actual = joining.actual(self.stream.name());
        let by = format!("`emits` of {}", joining.instance);
        let Some((id, _)) = joining.graph.hub::<T>(&actual, &by) else { return };
        joining.graph.declare(id);
        joining.graph.entries[id as usize].emitted = true;
        joining.outlets.push((self.stream.name_cow(), id));
    }

    fn attach(self: Box<Self>, _: &mut Joining<'_>) {}

    fn info(&self) -> RowInfo {
        RowInfo::Emits { stream: self.stream.name().to_owned(), payload: type_name::<T>() }
    }
}

/// A row of the wiring table: a hook for the end of a stream.
pub(crate) struct OnEnd<T> {
    pub(crate) stream: Stream<T>,
    pub(crate) method: u32,
    pub(crate) hook: u32,
}

impl<T: Payload> Attach for OnEnd<T> {
    fn attach(self: Box<Self>, joining: &mut Joining<'_>) {
        let (node, method) = (joining.node, joining.method_name(self.method));
        let Some((id, hub)) = joining.hook(&self.stream, method) else { return };
        if let Some(hub) = hub {
            hub.add_end(node, self.hook);
        }
        joining.ends.push((id, self.hook));
    }

    fn info(&self) -> RowInfo {
        let (stream, payload) = (self.stream.name().to_owned(), type_name::<T>());
        RowInfo::Reads { stream, payload, method: self.method, word: "on_end" }
    }
}

/// A row of the wiring table: a hook for what befalls the source of a stream.
pub(crate) struct OnNotice<T> {
    pub(crate) stream: Stream<T>,
    pub(crate) method: u32,
    pub(crate) hook: u32,
}

impl<T: Payload> Attach for OnNotice<T> {
    fn attach(self: Box<Self>, joining: &mut Joining<'_>) {
        let (node, method) = (joining.node, joining.method_name(self.method));
        if let Some((_, Some(hub))) = joining.hook(&self.stream, method) {
            hub.add_notice(node, self.hook);
        }
    }

    fn info(&self) -> RowInfo {
        let (stream, payload) = (self.stream.name().to_owned(), type_name::<T>());
        RowInfo::Reads { stream, payload, method: self.method, word: "on_notice" }
    }
}

/// A row of the wiring table: the strategy looks at the latest event of a stream.
pub(crate) struct Latest<T> {
    pub(crate) stream: Stream<T>,
    pub(crate) copy: Copying<T>,
}

impl<T: Payload> Attach for Latest<T> {
    fn attach(self: Box<Self>, joining: &mut Joining<'_>) {
        if matches!(joining.mode, Mode::Part) {
            // The plan has it.
            return;
        }
        let reader = format!("`latest` of {}", joining.instance);
        let Some(id) = joining.reads_as(&self.stream, reader) else { return };
        if let Some(hub) = joining.graph.typed::<T>(id) {
            hub.keep_latest(self.copy);
        }
        joining.latest.push((self.stream.name_cow(), id, TypeId::of::<T>()));
    }

    fn info(&self) -> RowInfo {
        RowInfo::Latest { stream: self.stream.name().to_owned(), payload: type_name::<T>() }
    }
}
