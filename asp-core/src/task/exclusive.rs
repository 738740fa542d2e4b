//! [`Exclusive`]: a strategy that its suspended handler has.

use std::fmt;
use std::ops::{Deref, DerefMut};

use super::context::TaskContext;
use super::local;
use super::run_context::RunContext;
use crate::node::Node;
use crate::strategy::Strategy;

/// The strategy while an async handler has it to itself, as `&mut self`; it goes back when this is dropped, however the
/// handler ends (S41).
///
/// Code that `#[strategy]` writes dereferences it; by hand it is the first parameter of what
/// [`Wiring::on_event_async`](crate::Wiring::on_event_async) takes, and that has the example.
pub struct Exclusive<S: Strategy> {
    run: u32,
    node: u32,
    /// In a box, so that it costs no more to move than a pointer does; always full.
    strategy: Option<Box<Option<S>>>,
}

/// A strategy on its way into a future.
pub(super) struct Handed<S> {
    pub(super) run: u32,
    pub(super) node: u32,
    pub(super) strategy: Box<Option<S>>,
}

impl<S: Strategy> Handed<S> {
    #[inline]
    pub(super) fn open(self) -> (Exclusive<S>, TaskContext<S>) {
        let Handed { run, node, strategy } = self;
        (Exclusive::new(run, node, strategy), TaskContext::new(RunContext::new(run, node)))
    }
}

const PRESENT: &str = "the strategy is there until this is dropped";

impl<S: Strategy> Exclusive<S> {
    pub(super) fn new(run: u32, node: u32, strategy: Box<Option<S>>) -> Self {
        Exclusive { run, node, strategy: Some(strategy) }
    }
}

impl<S: Strategy> Deref for Exclusive<S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.strategy.as_deref().and_then(Option::as_ref).expect(PRESENT)
    }
}

impl<S: Strategy> DerefMut for Exclusive<S> {
    fn deref_mut(&mut self) -> &mut S {
        self.strategy.as_deref_mut().and_then(Option::as_mut).expect(PRESENT)
    }
}

impl<S: Strategy> Drop for Exclusive<S> {
    fn drop(&mut self) {
        let Some(strategy) = self.strategy.take() else { return };
        // Where the run itself is dropped, the strategy is dropped with it.
        let (run, node) = (self.run, self.node);
        let _ = local::with_loan(run, node, |node: &mut Node<S>| node.hand_back(strategy));
    }
}

impl<S: Strategy> fmt::Debug for Exclusive<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exclusive").field(&S::NAME).finish()
    }
}
