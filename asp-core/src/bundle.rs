//! The streams that one strategy reads alone: their events, in merged order, are one loop that knows the strategy's type.

use std::any::Any;

use crate::channel::Filled;
use crate::context::Context;
use crate::core::Core;
use crate::engine::Origin;
use crate::heads;
use crate::hub::AnyHub;
use crate::merge::Merge;
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

/// The places in one bundle, by lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places<'a> {
    /// The number of the bundle.
    pub(crate) bundle: u32,
    /// Those of all lanes.
    pub(crate) seats: &'a [Seat],
    /// The lane of the first place, if the lanes of all places follow each other as the places do.
    pub(crate) first: Option<usize>,
}

impl Places<'_> {
    /// The place of a lane's stream, larger than any there is if it is not in the bundle.
    #[inline(always)]
    fn of(self, lane: usize) -> usize {
        if let Some(first) = self.first {
            return lane.wrapping_sub(first);
        }
        let seat = self.seats.get(lane).filter(|seat| seat.bundle == self.bundle);
        seat.map_or(usize::MAX, |seat| seat.place as usize)
    }
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

/// What came of dispatching events of a bundle.
pub(crate) struct Stretch {
    /// How many events.
    pub(crate) done: usize,
    /// What a lane holds that ran dry and was filled, if that is not events.
    pub(crate) filled: Option<(usize, Filled)>,
}

/// A bundle whatever the strategy.
pub(crate) trait AnyBundle: Any + Send {
    fn member(&self, place: usize) -> &dyn AnyHub;
    fn member_mut(&mut self, place: usize) -> &mut dyn AnyHub;
    /// All members, by place.
    fn take_apart(&mut self) -> Vec<Option<Box<dyn AnyHub>>>;
    /// Dispatches what comes next, as far as it has one of these places, which are of this bundle, and at most so many
    /// events. None if the strategy cannot have them one after the other.
    fn run(
        &mut self,
        merge: &mut Merge,
        most: usize,
        places: Places<'_>,
        nodes: &mut Nodes,
        core: &mut Core,
        event: &mut Option<Origin>,
    ) -> Option<Stretch>;
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
        merge: &mut Merge,
        most: usize,
        places: Places<'_>,
        core: &mut Core,
        event: &mut Option<Origin>,
    ) -> usize {
        let Node { strategy: Some(strategy), cx, .. } = node else { return 0 };
        let (desk, mut mark) = (cx.desk(), core.mark);
        let (mut time, mut lane) = merge.next();
        let mut place = places.of(lane);
        let mut progress = Progress { core, event, lane, most, left: most };
        while time <= desk.limit.get()
            && place < self.members.len()
            && let Some(left) = progress.left.checked_sub(1)
        {
            // Before the call, so that the processor knows early whom the next one is for.
            let next = merge.advance(lane);
            let next_place = places.of(next.1);
            let member = &mut *self.members[place];
            desk.at(time);
            mark = desk.sequence.get();
            (progress.lane, progress.left) = (lane, left);
            if !member.step(strategy, cx, progress.core) {
                progress.left += 1;
                merge.put_back(time, lane);
                break;
            }
            (time, lane) = next;
            place = next_place;
        }
        progress.core.mark = mark;
        most - progress.left
    }
}

/// How far a stretch of events has come; written down at its end, also where a handler panics.
struct Progress<'a> {
    core: &'a mut Core,
    event: &'a mut Option<Origin>,
    /// Of the last event.
    lane: usize,
    most: usize,
    left: usize,
}

impl Drop for Progress<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.left < self.most {
            *self.event = Some(Origin::Fed(self.lane));
            self.core.dispatched.events += (self.most - self.left) as u64;
        }
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
        merge: &mut Merge,
        most: usize,
        places: Places<'_>,
        nodes: &mut Nodes,
        core: &mut Core,
        event: &mut Option<Origin>,
    ) -> Option<Stretch> {
        let node = nodes.typed::<S>(self.owner)?;
        let others = core.heads.first_but(heads::of_node(self.owner));
        if !node.hold(core) {
            return None;
        }
        core.class = Class::Event;
        let (mut all, mut filled) = (0, None);
        while let Some((time, _)) = merge.known() {
            if time <= node.cx.desk().limit.get() {
                let done = self.events(node, merge, most - all, places, core, event);
                if done == 0 {
                    break;
                }
                all += done;
                // A fault of the source takes effect now, before any other item (S15).
                if let Some(lane) = merge.took_many()
                    && !node.cx.desk().halted()
                {
                    let hub = self.member_mut(places.of(lane));
                    match hub.channel_mut().fill(merge.refill(lane)) {
                        Filled::Events => {}
                        other => filled = Some((lane, other)),
                    }
                    merge.filled(lane);
                    if filled.is_some() || core.watched || core.has_tasks || !merge.goes_on() {
                        break;
                    }
                }
            } else if !node.catch_up(core, time, others) {
                break;
            }
        }
        node.release(core);
        Some(Stretch { done: all, filled })
    }
}

#[cfg(test)]
mod tests;
