//! What the run reaches through a context: the desk, the agenda, and who the strategy is.

use std::sync::Arc;

use super::Context;
use crate::agenda::{Agenda, CallKey, TimerKey};
use crate::desk::Desk;
use crate::node::Plan;
use crate::strategy::Strategy;

impl<S: Strategy> Context<S> {
    /// The name that a stream of the strategy has in the run.
    pub(crate) fn actual<'a>(&'a self, stream: &'a str) -> &'a str {
        let renamed = self.plan.renamed.iter().find(|(declared, _)| declared == stream);
        renamed.map_or(stream, |(_, actual)| actual)
    }

    #[inline]
    pub(crate) fn desk(&self) -> &Desk {
        self.desk
            .as_ref()
            .expect("a context is reached only from a handler, and its node holds the desk then")
    }

    /// The desk, if it is here.
    pub(crate) fn desk_if_here(&self) -> Option<&Desk> {
        self.desk.as_deref()
    }

    #[inline]
    pub(crate) fn emits(&self) -> &S::Emits {
        &self.emits
    }

    #[inline]
    pub(crate) fn take_desk(&mut self, desk: Box<Desk>) {
        // There was none, and code that drops one would cost registers.
        std::mem::forget(self.desk.replace(desk));
    }

    #[inline]
    pub(crate) fn give_desk(&mut self) -> Box<Desk> {
        self.desk.take().expect("the strategy that was called has the desk")
    }

    /// Takes the desk from the core, or gives it back.
    #[inline]
    pub(crate) fn swap_desk(&mut self, desk: &mut Option<Box<Desk>>) {
        std::mem::swap(&mut self.desk, desk);
    }

    pub(crate) fn cancel_call(&self, key: CallKey) -> bool {
        self.agenda.cancel_call(key)
    }

    pub(crate) fn cancel_timer(&self, key: TimerKey) -> bool {
        self.agenda.cancel_timer(key)
    }

    #[inline]
    pub(crate) fn agenda_mut(&mut self) -> &mut Agenda<S::Call> {
        &mut self.agenda
    }

    /// True if the agenda changed since this was asked last.
    #[inline]
    pub(crate) fn take_touched(&mut self) -> bool {
        self.agenda.take_touched()
    }

    #[inline]
    pub(crate) fn is_touched(&mut self) -> bool {
        self.agenda.is_touched()
    }

    pub(crate) fn touch_agenda(&self) {
        self.agenda.touch();
    }

    pub(crate) fn touch(&mut self) {
        self.agenda.touch();
    }

    /// Has the node tell the run what is pending, when its dispatch is over.
    pub(crate) fn tell(&self) {
        self.agenda.touch();
    }

    #[inline]
    pub(crate) fn agenda(&self) -> &Agenda<S::Call> {
        &self.agenda
    }

    #[inline]
    pub(crate) fn node(&self) -> u32 {
        self.node
    }

    #[inline]
    pub(crate) fn plan(&self) -> &Arc<Plan<S>> {
        &self.plan
    }

    /// The number of a method that has a name.
    pub(crate) fn method_number(&self, name: &str) -> u32 {
        self.plan.methods.iter().position(|method| *method == name).unwrap_or_default() as u32
    }

    /// Its place in the order of declaration.
    pub(crate) fn declaration(&self) -> u64 {
        self.declaration
    }

    pub(crate) fn method_name(&self, method: u32) -> &'static str {
        self.plan.methods[method as usize]
    }
}
