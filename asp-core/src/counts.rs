//! How often a run does what costs more than a few instructions, for tests only: such counts are the same on any machine.

use std::cell::Cell;

/// What is counted, on the thread of the test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Batches pulled from sources.
    pub(crate) pulls: u64,
    /// Entries pushed to queues of times.
    pub(crate) queued: u64,
    /// Entries put into buckets of such queues, once when pushed and once for each level that they go down.
    pub(crate) placed: u64,
    /// Times that the tournament of the agendas was told a head.
    pub(crate) heads: u64,
    /// Times that a strategy was given the desk for events of several streams.
    pub(crate) held: u64,
}

thread_local! {
    static COUNTS: Cell<Counts> = const { Cell::new(Counts { pulls: 0, queued: 0, placed: 0, heads: 0, held: 0 }) };
}

/// What was counted since the last time.
pub(crate) fn take() -> Counts {
    COUNTS.take()
}

pub(crate) fn count(what: impl FnOnce(&mut Counts)) {
    let mut counts = COUNTS.get();
    what(&mut counts);
    COUNTS.set(counts);
}

mod tests {
    use super::*;
    use crate::{Context, Duration, HandlerResult, Runner, Slot, Strategy, Stream, Timestamp, Wiring};

    const VALUES: Stream<u64> = Stream::new("values");

    /// Calls itself back after that many milliseconds for each event, if they are given.
    struct Reader {
        delay: fn(u64) -> Option<i64>,
        calls: u64,
    }

    impl Strategy for Reader {
        const NAME: &'static str = "Reader";
        type Call = u64;
        type Calls<Q: Slot<u64>> = ();
        type Emits = ();

        fn wire(wiring: &mut Wiring<Self>) {
            wiring.on_event(VALUES, "value", |reader: &mut Self, cx: &Context<Self>, value: u64| {
                if let Some(delay) = (reader.delay)(value) {
                    cx.defer(Duration::from_millis(delay), value);
                }
            });
        }

        fn calls<Q: Slot<u64>>(_: Q) {}

        fn call(&mut self, _: &Context<Self>, _: u64) -> HandlerResult {
            self.calls += 1;
            Ok(())
        }

        fn call_name(_: &u64) -> &'static str {
            "later"
        }
    }

    /// Of a run over that many events, one each millisecond, for a strategy alone.
    fn counts(events: u64, delay: fn(u64) -> Option<i64>) -> Counts {
        take();
        let values = (0..events).map(|k| (Timestamp::from_millis(k as i64), k));
        let run = Runner::new().feed(VALUES, values).add(Reader { delay, calls: 0 }).run().unwrap();
        let asked = (0..events).filter(|&k| delay(k).is_some()).count() as u64;
        assert_eq!((run.report().dispatched.events, run.report().dispatched.calls), (events, asked));
        take()
    }

    const EVENTS: u64 = 20_000;

    /// 4 KiB hold so many times and values, of eight bytes each.
    const PULLS: u64 = EVENTS.div_ceil(4096 / 16);

    #[test]
    fn an_event_of_one_stream_costs_a_share_of_a_pull_and_nothing_else() {
        assert_eq!(counts(EVENTS, |_| None), Counts { pulls: PULLS, heads: 1, ..Counts::default() });
    }

    #[test]
    fn calls_of_a_constant_delay_come_to_no_queue_of_times() {
        for delay in [|_| Some(1), |_| Some(1000)] {
            let counts = counts(EVENTS, delay);
            assert_eq!((counts.pulls, counts.queued, counts.placed), (PULLS, 0, 0));
        }
    }

    #[test]
    fn a_call_of_a_variable_delay_is_queued_once_and_goes_down_one_level_at_most_on_average() {
        let counts = counts(EVENTS, |k| Some(1 + (k * 7919 % 1999) as i64));
        assert!(counts.queued <= EVENTS, "{counts:?}");
        assert!(counts.placed <= 2 * counts.queued, "{counts:?}");
    }

    #[test]
    fn a_strategy_alone_tells_the_head_of_its_agenda_when_it_leaves_the_desk() {
        for delay in [|_| Some(1), |_| Some(1000), |k| Some(1 + (k * 7919 % 1999) as i64)] {
            let counts = counts(EVENTS, delay);
            // Twice a batch, and a few times at the ends of the run.
            assert!(counts.heads <= 2 * PULLS + 10, "{counts:?}");
        }
    }
}
