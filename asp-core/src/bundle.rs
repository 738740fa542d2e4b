//! The streams that one strategy reads alone: their events, in merged order, are one loop that knows the strategy's type.

use std::any::Any;

use crate::context::Context;
use crate::core::Core;
use crate::engine::Origin;
use crate::heads;
use crate::hub::AnyHub;
use crate::merge::Ahead;
use crate::node::Node;
use crate::nodes::Nodes;
use crate::observe::Class;
use crate::strategy::Strategy;

/// Where a stream stands: the number of a bundle, and its place there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    pub(crate) bundle: u32,
    pub(crate) place: u32,
}

impl Seat {
    /// In no bundle.
    pub(crate) const NONE: Seat = Seat { bundle: u32::MAX, place: 0 };
}

/// A stream whose only reader is a handler of `S`. Called through a pointer, once an event.
pub(crate) trait Strand<S: Strategy>: AnyHub {
    /// Dispatches the next event of the source. False if there is none that carries no more than its time.
    fn step(&mut self, strategy: &mut S, cx: &Context<S>, core: &mut Core) -> bool;
}

/// The streams that a strategy reads alone.
pub(crate) struct Bundle<S: Strategy> {
    /// The number of the strategy.
    owner: usize,
    members: Vec<Box<dyn Strand<S>>>,
}

/// A bundle whatever the strategy.
pub(crate) trait AnyBundle: Any + Send {
    fn member(&self, place: usize) -> &dyn AnyHub;
    fn member_mut(&mut self, place: usize) -> &mut dyn AnyHub;
    /// All members, by place.
    fn take_apart(&mut self) -> Vec<Option<Box<dyn AnyHub>>>;
    /// Dispatches what comes next, as far as it is of this bundle, which has that `number` in `seats`; how many events. None
    /// if the strategy cannot have them one after the other.
    fn run(
        &mut self,
        ahead: Ahead<'_>,
        number: u32,
        seats: &[Seat],
        nodes: &mut Nodes,
        core: &mut Core,
        event: &mut Option<Origin>,
    ) -> Option<usize>;
}

impl<S: Strategy> Bundle<S> {
    /// Puts a stream into a bundle, which is made if there is none; its place there. It comes back if the bundle is another
    /// strategy's.
    pub(crate) fn join<H: Strand<S>>(
        bundle: &mut Option<Box<dyn AnyBundle>>,
        owner: usize,
        member: Box<H>,
    ) -> Result<u32, Box<dyn AnyHub>> {
        let bundle: &mut dyn Any =
            &mut **bundle.get_or_insert_with(|| Box::new(Bundle::<S> { owner, members: Vec::new() }));
        match bundle.downcast_mut::<Bundle<S>>() {
            Some(bundle) if bundle.owner == owner => {
                bundle.members.push(member);
                Ok(bundle.members.len() as u32 - 1)
            }
            _ => Err(member),
        }
    }

    /// Dispatches events up to the limit, and those of the bundle; how many. The strategy has the desk.
    #[inline(always)]
    fn events(
        &mut self,
        node: &mut Node<S>,
        ahead: &Ahead<'_>,
        number: u32,
        seats: &[Seat],
        core: &mut Core,
        event: &mut Option<Origin>,
    ) -> usize {
        let Node { strategy: Some(strategy), cx, .. } = node else { return 0 };
        let (desk, mut done) = (cx.desk(), 0);
        let mut places = ahead.iter().map(|(time, lane)| {
            let seat = seats.get(lane).filter(|seat| seat.bundle == number);
            (time, lane, seat.map_or(usize::MAX, |seat| seat.place as usize))
        });
        let mut next = places.next();
        while let Some((time, lane, place)) = next
            && time <= desk.limit.get()
            && let Some(member) = self.members.get_mut(place)
        {
            // Looked up before the call, so that the processor knows early whom the next one is for.
            next = places.next();
            *event = Some(Origin::Fed(lane));
            core.mark = desk.sequence.get();
            // At once, in case the handler panics.
            core.dispatched.events += 1;
            desk.at(time);
            if !member.step(strategy, cx, core) {
                core.dispatched.events -= 1;
                break;
            }
            done += 1;
        }
        done
    }
}

impl<S: Strategy> AnyBundle for Bundle<S> {
    fn member(&self, place: usize) -> &dyn AnyHub {
        &*self.members[place]
    }

    fn member_mut(&mut self, place: usize) -> &mut dyn AnyHub {
        &mut *self.members[place]
    }

    fn take_apart(&mut self) -> Vec<Option<Box<dyn AnyHub>>> {
        self.members.drain(..).map(|member| Some(member as Box<dyn AnyHub>)).collect()
    }

    fn run(
        &mut self,
        mut ahead: Ahead<'_>,
        number: u32,
        seats: &[Seat],
        nodes: &mut Nodes,
        core: &mut Core,
        event: &mut Option<Origin>,
    ) -> Option<usize> {
        let node = nodes.typed::<S>(self.owner)?;
        let others = core.heads.first_but(heads::of_node(self.owner));
        if !node.hold(core) {
            return None;
        }
        core.class = Class::Event;
        let all = ahead.len();
        while let Some((time, _)) = ahead.first() {
            if time <= node.cx.desk().limit.get() {
                let done = self.events(node, &ahead, number, seats, core, event);
                if done == 0 {
                    break;
                }
                ahead.skip(done);
            } else if !node.catch_up(core, time, others) {
                break;
            }
        }
        node.release(core);
        Some(all - ahead.len())
    }
}
