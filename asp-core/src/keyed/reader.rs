//! The handlers of a stream that has a key: each event goes to the instance of its key.

use std::any::Any;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Keyable;
use super::instances::Instances;
use crate::channel::Channel;
use crate::core::{Cause, Core};
use crate::desk::At;
use crate::hub::{AnyHub, Hub};
use crate::nodes::Nodes;
use crate::panics::message;
use crate::reader::Reader;
use crate::strategy::Strategy;
use crate::stream::Payload;

/// Finds the instance that an event is for.
pub(crate) trait Route<T>: Send {
    /// Its node, made if the key is new; none if it has retired at once, or could not be made.
    fn route(&mut self, nodes: &mut Nodes, core: &mut Core, value: &T) -> Option<u32>;
}

/// Finds it by a key that is taken from the event.
pub(crate) struct By<S, K, F> {
    group: u32,
    key: F,
    of: PhantomData<fn(S) -> K>,
}

impl<S, K, F> By<S, K, F> {
    pub(crate) fn new(group: u32, key: F) -> Self {
        By { group, key, of: PhantomData }
    }
}

impl<S, K, T, F> Route<T> for By<S, K, F>
where
    S: Strategy,
    K: Keyable,
    F: FnMut(&T) -> K + Send,
{
    fn route(&mut self, nodes: &mut Nodes, core: &mut Core, value: &T) -> Option<u32> {
        let key = catch_unwind(AssertUnwindSafe(|| (self.key)(value)));
        let group: &mut dyn Any = core.roster.groups[self.group as usize].as_deref_mut()?;
        let group: &mut Instances<S, K> = group.downcast_mut()?;
        match key {
            Ok(key) => match group.find(&key) {
                Some(node) => Some(node),
                None => self.create(key, nodes, core),
            },
            Err(panic) => {
                let number = group.number();
                core.raise_here(number, "by", Cause::Panicked(message(&*panic)));
                None
            }
        }
    }
}

impl<S: Strategy, K: Keyable, F> By<S, K, F> {
    #[cold]
    fn create(&self, key: K, nodes: &mut Nodes, core: &mut Core) -> Option<u32> {
        // Not in its place meanwhile, since its hooks have the rest of the run at hand.
        let mut taken = core.roster.groups[self.group as usize].take()?;
        let group: &mut dyn Any = &mut *taken;
        let node = group.downcast_mut::<Instances<S, K>>().and_then(|group| group.create(key, nodes, core));
        core.roster.groups[self.group as usize] = Some(taken);
        node
    }
}

/// The handlers of one stream, of whichever instance an event is for.
pub(crate) struct KeyedReader<T> {
    route: Box<dyn Route<T>>,
    handlers: Vec<Box<dyn Reader<T>>>,
    /// The instance that had the last event.
    node: usize,
}

impl<T: Payload> KeyedReader<T> {
    pub(crate) fn new(route: Box<dyn Route<T>>) -> Self {
        KeyedReader { route, handlers: Vec::new(), node: 0 }
    }

    /// Turns the handlers to the instance of an event. False if nobody gets it.
    fn turn(&mut self, nodes: &mut Nodes, core: &mut Core, at: At, value: &T) -> bool {
        let Some(node) = self.route.route(nodes, core, value) else {
            core.desk().at_event(at);
            return false;
        };
        self.node = node as usize;
        for handler in &mut self.handlers {
            handler.aim(self.node);
        }
        true
    }
}

impl<T: Payload> Reader<T> for KeyedReader<T> {
    fn node(&self) -> usize {
        self.node
    }

    fn aim(&mut self, node: usize) {
        self.node = node;
    }

    fn part(&mut self, node: usize, part: u32) -> Option<&mut dyn Reader<T>> {
        let handler = self.handlers.get_mut(part as usize)?;
        handler.aim(node);
        Some(&mut **handler)
    }

    fn parts(&self) -> u32 {
        self.handlers.len() as u32
    }

    fn take_in(&mut self, handler: Box<dyn Reader<T>>) {
        self.handlers.push(handler);
    }

    fn offer(&mut self, nodes: &mut Nodes, core: &mut Core, at: At, stream: &Arc<str>, value: &T) -> u32 {
        if !self.turn(nodes, core, at, value) {
            return 0;
        }
        let mut waiting = 0;
        for handler in &mut self.handlers {
            waiting += handler.offer(nodes, core, at, stream, value);
            if core.desk().halted() {
                break;
            }
        }
        waiting
    }

    fn give(
        &mut self,
        nodes: &mut Nodes,
        core: &mut Core,
        at: At,
        stream: &Arc<str>,
        value: T,
    ) -> Option<(T, u32)> {
        if !self.turn(nodes, core, at, &value) {
            return None;
        }
        let (last, others) = self.handlers.split_last_mut()?;
        let mut waiting = 0;
        for handler in others {
            waiting += handler.offer(nodes, core, at, stream, &value);
            if core.desk().halted() {
                return (waiting > 0).then_some((value, waiting));
            }
        }
        // Once one has to wait, so have those after it.
        last.give(nodes, core, at, stream, value).map(|(value, waits)| (value, waiting + waits))
    }

    fn solo(self: Box<Self>, channel: Channel<T>, declaration: u64) -> Box<dyn AnyHub> {
        Box::new(Hub::of(channel, declaration, self))
    }
}
