//! Runs of events of one stream among the deferred calls that their handler asks for.

use std::mem::forget;

use super::burst::Run;
use super::{Handler, Take};
use crate::agenda::Front;
use crate::batch::Batch;
use crate::context::Context;
use crate::core::Core;
use crate::desk::Watch;
use crate::heads::Due;
use crate::node::Node;
use crate::observe::Class;
use crate::strategy::Strategy;

impl<S: Strategy, H> Handler<S, H> {
    /// Goes on where calls of this very strategy come before its next event, taking whichever comes first; how many events.
    /// Nobody watches, the strategy does not settle, and the run goes on whatever the calls are.
    ///
    /// What is elsewhere in the agenda than in its first ring lowers the limit, as what others do.
    #[inline(never)]
    pub(super) fn among_calls<T>(
        &mut self,
        node: &mut Node<S>,
        core: &mut Core,
        times: &[i64],
        values: &mut Batch<T>,
        others: Due,
    ) -> usize
    where
        H: Take<S, T>,
    {
        let (mut left, mut done) = (node.cx.desk().burst.get(), 0);
        node.cx.desk().watches.set(Watch::Ring);
        while left > 0
            && let Some(&time) = times.get(done)
            && time <= node.cx.desk().outer.get().min(others.time())
        {
            let agenda = node.cx.agenda_mut();
            let (head, elsewhere) = (agenda.head(), agenda.head_elsewhere().time());
            if head < Due::at(time) && head.time() >= elsewhere {
                // What is put into the ring by then is to be among the heads.
                node.cx.desk().watches.set(Watch::All);
                left = node.work_before(core, Due::at(time), left);
                node.cx.desk().watches.set(Watch::Ring);
                continue;
            }
            let desk = node.cx.desk();
            desk.limit.set(desk.outer.get().min(others.time()).min(elsewhere));
            let (done_before, left_before) = (done, left);
            done += self.take_turns(node, core, &times[done..], values, &mut left);
            node.cx.agenda_mut().find_heads();
            if (done, left) == (done_before, left_before) {
                // Nothing but cancelled calls, or there is no event for that time.
                left = 0;
            }
        }
        let own = node.cx.agenda_mut().head().time();
        let desk = node.cx.desk();
        desk.watches.set(Watch::Nothing);
        desk.limit.set(desk.outer.get().min(others.time()).min(own));
        if left == 0 {
            // The engine is to look around.
            desk.lower_limit(desk.now.get());
        }
        done
    }

    /// Dispatches events, and before each the calls of the first ring that are due before it, up to the limit; how many events.
    /// None are `left` if the engine is to look around.
    #[inline(never)]
    fn take_turns<T>(
        &mut self,
        node: &mut Node<S>,
        core: &mut Core,
        times: &[i64],
        values: &mut Batch<T>,
        left: &mut usize,
    ) -> usize
    where
        H: Take<S, T>,
    {
        let Node { strategy: Some(strategy), cx, .. } = node else {
            *left = 0;
            return 0;
        };
        let cx = &*cx;
        cx.desk().at(cx.desk().now.get());
        let ring = cx.agenda().ring().front();
        let mut turns = Turns { begun: ring.left(), holes: 0, run: Run::new(values, core), ring };
        let begins = self.turns(strategy, cx, times, &mut turns, *left);
        *left -= turns.calls();
        let done = turns.run.count();
        drop(turns);
        if let Some(call) = begins {
            let method = S::call_name(&call);
            core.tell(Class::Call, method);
            node.put_aside(core, method, call);
            *left = 0;
        }
        done
    }

    /// [`Handler::take_turns`], of which so many may be calls; the call that ends it, if its method is an `async fn`.
    #[inline(always)]
    fn turns<T>(
        &mut self,
        strategy: &mut S,
        cx: &Context<S>,
        times: &[i64],
        turns: &mut Turns<'_, T, S::Call>,
        left: usize,
    ) -> Option<S::Call>
    where
        H: Take<S, T>,
    {
        let (desk, ring) = (cx.desk(), cx.agenda().ring().front());
        // How many calls have left the ring when the engine is to look around.
        let mut ends = turns.begun.wrapping_add(left);
        let mut times = times.iter();
        while let Some(&time) = times.next() {
            while let Some(due) = ring.first()
                && due < time
            {
                if due >= desk.limit.get() {
                    turns.run.core.tell(Class::Event, self.method);
                    return None;
                }
                // None if it was cancelled.
                let Some(call) = ring.take_first() else {
                    turns.holes += 1;
                    ends = ends.wrapping_add(1);
                    cx.agenda().passed_hole();
                    continue;
                };
                desk.go_on_at(due);
                if S::is_async(&call) {
                    return Some(call);
                }
                let (core, method) = (&mut *turns.run.core, S::call_name(&call));
                let result = Named::new(core, Class::Call, method).during(|| strategy.call(cx, call));
                if result.is_err() {
                    core.tell(Class::Call, method);
                    core.ended(desk, self.node(), method, result);
                }
                if desk.limit.get() <= due || ring.left() == ends {
                    core.tell(Class::Call, method);
                    return None;
                }
            }
            if time > desk.limit.get() {
                break;
            }
            let Some(value) = turns.run.values.pop() else { break };
            let (core, method) = (&mut *turns.run.core, self.method);
            desk.go_on_at(time);
            if times.len() == 0 {
                // It may be the last one of all.
                core.mark = desk.sequence.get();
            }
            let take = &mut self.take;
            let result = Named::new(core, Class::Event, method).during(|| take.owned(strategy, cx, value));
            if result.is_err() {
                core.tell(Class::Event, method);
                core.ended(desk, self.node(), method, result);
            }
        }
        turns.run.core.tell(Class::Event, self.method);
        None
    }
}

/// Tells the core what was being dispatched, should it panic. As long as it does not, that need not be written.
struct Named<'a> {
    core: &'a mut Core,
    class: Class,
    method: &'static str,
}

impl<'a> Named<'a> {
    #[inline(always)]
    fn new(core: &'a mut Core, class: Class, method: &'static str) -> Self {
        Named { core, class, method }
    }

    #[inline(always)]
    fn during<R>(self, call: impl FnOnce() -> R) -> R {
        let result = call();
        forget(self);
        result
    }
}

impl Drop for Named<'_> {
    fn drop(&mut self) {
        self.core.tell(self.class, self.method);
    }
}

/// A run of events among calls, which are counted whatever happens.
struct Turns<'a, T, C> {
    run: Run<'a, T>,
    ring: Front<'a, C>,
    /// How many calls had left the ring before.
    begun: usize,
    /// How many of those that have left it since will not run.
    holes: usize,
}

impl<T, C> Turns<'_, T, C> {
    #[inline]
    fn calls(&self) -> usize {
        self.ring.left().wrapping_sub(self.begun) - self.holes
    }
}

impl<T, C> Drop for Turns<'_, T, C> {
    #[inline]
    fn drop(&mut self) {
        self.run.core.dispatched.calls += self.calls() as u64;
    }
}
