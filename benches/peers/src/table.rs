//! Which peer does which workload, and what each has to come to.

use crate::inputs::{self, SLEEPS};
use crate::workloads::{Sleepers, Timers, mix};
use crate::{by_nexosim, by_tokio, by_wingfoil, tokio};

/// How a peer does a workload.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    /// In ASP's order: its checksum is that of ASP.
    Ordered(fn(u64) -> u64),
    /// What falls on one instant comes in an order of its own: its checksum adds up what ASP's puts in a row.
    Unordered(fn(u64) -> u64),
    /// Not at all, for this reason.
    Cannot(&'static str),
    /// As in the line before.
    AsBefore,
}

/// A workload of `benches/ratio`, and who does it.
pub(crate) struct Contest {
    pub(crate) title: &'static str,
    /// What `benches/ratio` calls it.
    pub(crate) name: &'static str,
    /// How many times faster than the best peer ASP is to be.
    pub(crate) target: f64,
    pub(crate) wingfoil: Side,
    pub(crate) nexosim: Side,
    pub(crate) tokio: Side,
    /// The checksum of those that keep no order.
    pub(crate) unordered: fn(u64) -> u64,
}

use Side::{AsBefore, Cannot, Ordered, Unordered};

pub(crate) fn all() -> [Contest; 9] {
    [
        Contest {
            title: "W1 single",
            name: "W1 single",
            target: 2.0,
            wingfoil: Ordered(by_wingfoil::single),
            nexosim: Ordered(by_nexosim::single),
            tokio: Ordered(by_tokio::single),
            unordered: never,
        },
        // The interpreted tier, whose graph is made at run time, as that of ASP is.
        Contest {
            title: "W1i single",
            name: "W1 single",
            target: 2.0,
            wingfoil: Ordered(by_wingfoil::single_interpreted),
            nexosim: AsBefore,
            tokio: AsBefore,
            unordered: never,
        },
        Contest {
            title: "W2 merge8",
            name: "W2 merge8",
            target: 1.7,
            wingfoil: Ordered(by_wingfoil::merge8),
            nexosim: Unordered(by_nexosim::merge8),
            tokio: Cannot("its clock goes by milliseconds, and so loses the order"),
            unordered: merge8,
        },
        Contest {
            title: "W3 timers",
            name: "W3 timers",
            target: 2.0,
            wingfoil: Ordered(by_wingfoil::timers),
            nexosim: Ordered(by_nexosim::timers),
            tokio: Ordered(by_tokio::timers),
            unordered: never,
        },
        Contest {
            title: "W4 defer",
            name: "W4 defer",
            target: 2.0,
            wingfoil: Ordered(by_wingfoil::defer),
            nexosim: Unordered(by_nexosim::defer),
            tokio: Unordered(by_tokio::defer),
            unordered: defer,
        },
        // The calls that are pending in a queue of the user's, made for this one delay.
        Contest {
            title: "W4r ring",
            name: "W4 defer",
            target: 2.0,
            wingfoil: Ordered(by_wingfoil::defer_ring),
            nexosim: AsBefore,
            tokio: AsBefore,
            unordered: never,
        },
        Contest {
            title: "W5 sleep",
            name: "W5 sleep",
            target: 2.0,
            wingfoil: Cannot("no futures on its clock"),
            nexosim: Ordered(by_nexosim::sleep),
            tokio: Unordered(tokio::sleep),
            unordered: sleep,
        },
        Contest {
            title: "W6 chain",
            name: "W6 chain",
            target: 1.3,
            wingfoil: Ordered(by_wingfoil::chain),
            nexosim: Ordered(by_nexosim::chain),
            tokio: Ordered(by_tokio::chain),
            unordered: never,
        },
        // The interpreted tier again.
        Contest {
            title: "W6i chain",
            name: "W6 chain",
            target: 1.3,
            wingfoil: Ordered(by_wingfoil::chain_interpreted),
            nexosim: AsBefore,
            tokio: AsBefore,
            unordered: never,
        },
    ]
}

fn never(_: u64) -> u64 {
    unreachable!("all of them keep the order")
}

/// What one event adds to a checksum that does not depend on order.
#[inline]
pub(crate) fn unordered(lane: u64, value: f64) -> u64 {
    mix(lane, value)
}

fn merge8(count: u64) -> u64 {
    let lane = |lane| inputs::irregular(count / 8, lane + 1).map(move |(_, value)| unordered(lane, value));
    (0..8).flat_map(lane).fold(0, u64::wrapping_add)
}

fn defer(count: u64) -> u64 {
    let both = |(_, value)| unordered(0, value).wrapping_add(unordered(1, value));
    inputs::regular(count).map(both).fold(0, u64::wrapping_add)
}

fn sleep(wakes: u64) -> u64 {
    let mut sleepers = Sleepers::default();
    for (begun, task) in inputs::tasks(wakes / SLEEPS, 0) {
        let (mut now, mut delays) = (begun.as_nanos() as u64, inputs::delays(task));
        for _ in 0..SLEEPS {
            now += delays.next();
            sleepers.wake(now, task);
        }
    }
    sleepers.sum
}

/// The state of the timers, which takes so many ticks and lets the rest go by.
#[derive(Default)]
pub(crate) struct Ticks {
    state: Timers,
    left: u64,
}

impl Ticks {
    pub(crate) fn new(ticks: u64) -> Self {
        Ticks { state: Timers::default(), left: ticks }
    }

    #[inline]
    pub(crate) fn tick(&mut self, now: u64) {
        if self.left > 0 {
            self.left -= 1;
            self.state.tick(now);
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.left == 0
    }

    pub(crate) fn hash(&self) -> u64 {
        self.state.hash
    }
}

/// The millisecond in which a thousand timers of 1 ms to 1000 ms have ticked so many times.
pub(crate) fn end_of(ticks: u64) -> u64 {
    let (mut early, mut late) = (0, ticks);
    while early < late {
        let middle = (early + late) / 2;
        if (1..=1000).map(|timer| middle / timer).sum::<u64>() < ticks {
            early = middle + 1;
        } else {
            late = middle;
        }
    }
    late
}
