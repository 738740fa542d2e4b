//! Which node has the earliest pending call or tick: a tournament over the heads of all agendas.

/// The place of a deferred call or tick in the order S7, as one number: time, then class, then sequence (calls)
/// or declaration of the strategy (ticks).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Due(u128);

impl Due {
    /// Later than everything.
    pub(crate) const NEVER: Due = Due(u128::MAX);

    /// A deferred call (class 2).
    #[inline]
    pub(crate) fn call(time: i64, sequence: u64) -> Due {
        Due(Due::at(time).0 | sequence as u128)
    }

    /// A tick (class 3).
    #[inline]
    pub(crate) fn tick(time: i64, node: u32) -> Due {
        Due(Due::at(time).0 | 1 << 63 | node as u128)
    }

    /// True for a deferred call, false for a tick.
    #[inline]
    pub(crate) fn is_call(self) -> bool {
        self.0 as u64 >> 63 == 0
    }

    /// Before every call and tick at `time`: where source events stand.
    #[inline]
    pub(crate) fn at(time: i64) -> Due {
        // Flipping the sign bit makes the order of unsigned numbers that of signed ones.
        Due(((time as u64 ^ 1 << 63) as u128) << 64)
    }

    /// Its time; the last representable one for [`Due::NEVER`].
    #[inline]
    pub(crate) fn time(self) -> i64 {
        ((self.0 >> 64) as u64 ^ 1 << 63) as i64
    }
}

/// The head of each node's agenda. The smallest is known at once, a change costs the logarithm of their number.
#[derive(Debug)]
pub(crate) struct Heads {
    /// Slot 1 is the root, the leaves begin at `leaves`.
    tree: Vec<Due>,
    leaves: usize,
}

impl Heads {
    /// Room for `nodes` nodes, none of which has anything pending.
    pub(crate) fn new(nodes: usize) -> Self {
        let leaves = nodes.next_power_of_two();
        Heads { tree: vec![Due::NEVER; 2 * leaves], leaves }
    }

    /// The earliest of all.
    #[inline]
    pub(crate) fn first(&self) -> Due {
        self.tree[1]
    }

    /// The node that [`Heads::first`] belongs to.
    pub(crate) fn first_node(&self) -> usize {
        let mut slot = 1;
        while slot < self.leaves {
            slot = 2 * slot + usize::from(self.tree[2 * slot] != self.tree[slot]);
        }
        slot - self.leaves
    }

    /// The earliest of all other nodes.
    #[inline]
    pub(crate) fn first_but(&self, node: usize) -> Due {
        let mut slot = self.leaves + node;
        let mut least = Due::NEVER;
        while slot > 1 {
            least = least.min(self.tree[slot ^ 1]);
            slot >>= 1;
        }
        least
    }

    /// Sets a node's head.
    #[inline]
    pub(crate) fn set(&mut self, node: usize, due: Due) {
        let mut slot = self.leaves + node;
        if self.tree[slot] == due {
            return;
        }
        self.tree[slot] = due;
        while slot > 1 {
            let least = self.tree[slot].min(self.tree[slot ^ 1]);
            slot >>= 1;
            if self.tree[slot] == least {
                return;
            }
            self.tree[slot] = least;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s07_calls_come_before_ticks_and_after_events_of_the_same_time() {
        let mut order =
            [Due::tick(5, 0), Due::call(5, u64::MAX >> 1), Due::at(5), Due::call(-5, 9), Due::tick(5, 3)];
        order.sort();
        let sequence = u64::MAX >> 1;
        assert_eq!(
            order,
            [Due::call(-5, 9), Due::at(5), Due::call(5, sequence), Due::tick(5, 0), Due::tick(5, 3)]
        );
        assert_eq!(order.map(Due::time), [-5, 5, 5, 5, 5]);
        assert!(Due::tick(i64::MAX, u32::MAX) < Due::NEVER);
    }

    #[test]
    fn the_least_head_is_found_after_each_change() {
        let mut heads = Heads::new(5);
        let mut naive = [Due::NEVER; 5];
        let mut seed = 1u64;
        for _ in 0..2000 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let node = (seed >> 33) as usize % 5;
            naive[node] = match seed >> 60 {
                0 => Due::NEVER,
                _ => Due::call((seed >> 50) as i64 % 7, seed % 1000 * 5 + node as u64),
            };
            heads.set(node, naive[node]);
            assert_eq!(heads.first(), *naive.iter().min().unwrap());
            assert_eq!(naive[heads.first_node()], heads.first());
            let others = naive.iter().enumerate().filter(|&(k, _)| k != node).map(|(_, due)| *due).min();
            assert_eq!(heads.first_but(node), others.unwrap());
        }
    }
}
