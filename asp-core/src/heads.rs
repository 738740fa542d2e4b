//! Which node has the earliest pending call or tick: a tournament over the heads of all agendas.
//!
//! What belongs to no node stands among them: sleeping tasks, and events that were emitted with a delay.

/// The place of a delayed emission, a deferred call or a tick in the order S7, as one number: time, then class, then
/// sequence (emissions, calls) or declaration of the strategy (ticks).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Due(i128);

/// The classes, above all sequences.
const EMISSION: i128 = 1 << 61;
const CALL: i128 = 1 << 62;
const TICK: i128 = 1 << 63;

impl Due {
    /// Later than everything.
    pub(crate) const NEVER: Due = Due(i128::MAX);

    /// A deferred call (class 2).
    #[inline]
    pub(crate) fn call(time: i64, sequence: u64) -> Due {
        Due(Due::at(time).0 | CALL | sequence as i128)
    }

    /// Of a call: the place of an emission with the same time and sequence (class 1), after all source events.
    #[inline]
    pub(crate) fn as_emission(self) -> Due {
        if self == Due::NEVER { self } else { Due(self.0 ^ (CALL | EMISSION)) }
    }

    /// A tick (class 3) of a strategy with that declaration.
    #[inline]
    pub(crate) fn tick(time: i64, declaration: u64) -> Due {
        Due(Due::at(time).0 | TICK | declaration as i128)
    }

    /// True for a deferred call, false for a tick.
    #[inline]
    pub(crate) fn is_call(self) -> bool {
        self.0 as u64 >> 63 == 0
    }

    /// Before every emission, call and tick at `time`: where source events stand.
    #[inline]
    pub(crate) fn at(time: i64) -> Due {
        Due((time as i128) << 64)
    }

    /// Its time; the last representable one for [`Due::NEVER`].
    #[inline]
    pub(crate) fn time(self) -> i64 {
        (self.0 >> 64) as i64
    }
}

/// The place of the sleeping tasks.
pub(crate) const SLEEPERS: usize = 0;

/// The place of the events that were emitted with a delay.
pub(crate) const DEPARTURES: usize = 1;

/// Places that are not those of nodes.
const OTHERS: usize = 2;

/// The place of a node.
#[inline]
pub(crate) const fn of_node(node: usize) -> usize {
    node + OTHERS
}

/// The node that a place belongs to, which is not one of the others.
pub(crate) const fn node_at(place: usize) -> usize {
    place - OTHERS
}

/// The head of each node's agenda. The smallest is known at once, a change costs the logarithm of their number.
#[derive(Debug)]
pub(crate) struct Heads {
    /// Slot 1 is the root of the tree. Each slot has the least heads below its two children, which are `2 * slot` and
    /// `2 * slot + 1`; those that would come after the last slot are the places themselves.
    pairs: Vec<[Due; 2]>,
    /// The least one of all.
    first: Due,
}

impl Heads {
    /// Room for `nodes` nodes, none of which has anything pending.
    pub(crate) fn new(nodes: usize) -> Self {
        let places = of_node(nodes).next_power_of_two();
        Heads { pairs: vec![[Due::NEVER; 2]; places], first: Due::NEVER }
    }

    /// How many places there are.
    fn places(&self) -> usize {
        self.pairs.len()
    }

    /// Makes room for `nodes` nodes; those that are there keep their heads.
    pub(crate) fn grow(&mut self, nodes: usize) {
        if of_node(nodes) <= self.places() {
            return;
        }
        let mut grown = Heads::new(nodes);
        let places = self.pairs[self.places() / 2..].iter().flatten();
        places.enumerate().for_each(|(place, &due)| grown.set(place, due));
        *self = grown;
    }

    /// The earliest of all.
    #[inline]
    pub(crate) fn first(&self) -> Due {
        self.first
    }

    /// The place that [`Heads::first`] belongs to, and the earliest of all others.
    #[inline]
    pub(crate) fn first_two(&self) -> (usize, Due) {
        let (mut slot, mut others) = (1, Due::NEVER);
        while let Some(&[left, right]) = self.pairs.get(slot) {
            let is_right = right < left;
            others = others.min(if is_right { left } else { right });
            slot = 2 * slot + usize::from(is_right);
        }
        (slot - self.places(), others)
    }

    /// The place that [`Heads::first`] belongs to.
    pub(crate) fn first_place(&self) -> usize {
        self.first_two().0
    }

    /// The earliest of all but one place.
    #[inline]
    pub(crate) fn first_but(&self, place: usize) -> Due {
        let mut slot = self.places() + place;
        let mut least = Due::NEVER;
        while slot > 1 {
            least = least.min(self.pairs[slot / 2][1 - slot % 2]);
            slot /= 2;
        }
        least
    }

    /// Sets the head of a place.
    #[inline]
    pub(crate) fn set(&mut self, place: usize, due: Due) {
        #[cfg(test)]
        crate::counts::count(|counts| counts.heads += 1);
        let mut slot = self.places() + place;
        let mut least = due;
        while slot > 1 {
            let pair = &mut self.pairs[slot / 2];
            if pair[slot % 2] == least {
                return;
            }
            pair[slot % 2] = least;
            least = pair[0].min(pair[1]);
            slot /= 2;
        }
        self.first = least;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s07_calls_come_before_ticks_and_after_events_of_the_same_time() {
        let last = u64::MAX >> 3;
        let ordered = [
            Due::call(-5, 9),
            Due::at(5),
            Due::call(5, 0).as_emission(),
            Due::call(5, last).as_emission(),
            Due::call(5, 0),
            Due::call(5, last),
            Due::tick(5, 0),
            Due::tick(5, 3),
        ];
        let mut order = ordered;
        order.reverse();
        order.sort();
        assert_eq!(order, ordered);
        assert_eq!(order.map(Due::time), [-5, 5, 5, 5, 5, 5, 5, 5]);
        assert_eq!(Due::NEVER.as_emission(), Due::NEVER);
        assert!(Due::tick(i64::MAX, u64::MAX >> 1) <= Due::NEVER);
    }

    #[test]
    fn the_least_head_is_found_after_each_change() {
        let mut heads = Heads::new(2);
        let mut naive = vec![Due::NEVER; of_node(2)];
        let mut seed = 1u64;
        for round in 0..2000 {
            if round % 300 == 299 {
                naive.push(Due::NEVER);
                heads.grow(node_at(naive.len()));
            }
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let node = (seed >> 33) as usize % naive.len();
            naive[node] = match seed >> 60 {
                0 => Due::NEVER,
                _ => Due::call((seed >> 50) as i64 % 7, seed % 1000 * 16 + node as u64),
            };
            heads.set(node, naive[node]);
            assert_eq!(heads.first(), *naive.iter().min().unwrap());
            let (first, next) = heads.first_two();
            assert_eq!(naive[first], heads.first());
            assert_eq!(next, heads.first_but(first));
            let others = naive.iter().enumerate().filter(|&(k, _)| k != node).map(|(_, due)| *due).min();
            assert_eq!(heads.first_but(node), others.unwrap());
        }
    }
}
