//! The same input gives the same run, each time and everywhere (S49).

use asp::prelude::*;

use crate::kit::*;

/// Does a bit of everything, at coarse times.
#[derive(Default)]
struct Everything {
    seen: u32,
}

#[strategy(emits(sums: u32))]
impl Everything {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.every(Every::new(d(1.5)).times(3)).sample();
    }

    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, n: u32) {
        self.seen += n;
        cx.emit(Self::SUMS, self.seen);
        let key = cx.after(d(f64::from(n))).later(n);
        if n.is_multiple_of(3) {
            cx.cancel(key);
        }
    }

    #[on_event(stream = "y")]
    #[on_event(stream = "sums")]
    fn on_y(&mut self, cx: &Context<Self>, n: u32) {
        if !n.is_multiple_of(2) {
            cx.at(cx.now()).later(n);
        }
    }

    #[after]
    fn later(&mut self, n: u32) {
        self.seen ^= n;
    }

    #[after]
    #[every("2s", aligned)]
    fn sample(&mut self) {}

    #[on_settled]
    fn settled(&mut self) {}

    #[on_end(stream = "x")]
    fn end(&mut self) {}

    #[on_stop]
    fn stop(&mut self) {}
}

fn everything() -> Runner {
    let x = Source::merge([Source::past(at(&[(0.0, 1), (2.0, 2)])), Source::past(at(&[(2.0, 3)]))]);
    let y = Source::past(at(&[(2.0, 4), (0.0, 5), (3.0, 7)])).reorder(d(2.0));
    Runner::new()
        .feed(Everything::X, x)
        .feed(Everything::Y, y)
        .add_as("p", Everything::default())
        .add_as("q", Everything::default())
}

const GOLDEN: &str = "\
    p.start@0#0, q.start@0#0, p.on_x@0#0, q.on_x@0#0, p.on_y@0#0, q.on_y@0#0, p.sample@0#0, \
    q.sample@0#0, p.on_y@0#1, q.on_y@0#1, p.on_y@0#1, q.on_y@0#1, p.later@0#1, q.later@0#1, \
    p.later@0#2, q.later@0#2, p.later@0#2, q.later@0#2, p.settled@0#2, q.settled@0#2, p.later@1#0, \
    q.later@1#0, p.sample@1.5#0, q.sample@1.5#0, p.on_x@2#0, q.on_x@2#0, p.on_x@2#0, q.on_x@2#0, \
    p.on_y@2#0, q.on_y@2#0, p.sample@2#0, q.sample@2#0, p.on_y@2#1, q.on_y@2#1, p.on_y@2#1, q.on_y@2#1, \
    p.on_y@2#1, q.on_y@2#1, p.on_y@2#1, q.on_y@2#1, p.end@2#1, q.end@2#1, p.later@2#2, q.later@2#2, \
    p.later@2#2, q.later@2#2, p.settled@2#2, q.settled@2#2, p.on_y@3#0, q.on_y@3#0, p.sample@3#0, \
    q.sample@3#0, p.later@3#1, q.later@3#1, p.settled@3#1, q.settled@3#1, p.later@4#0, q.later@4#0, \
    p.sample@4#0, q.sample@4#0, p.sample@4.5#0, q.sample@4.5#0, p.stop@4.5, q.stop@4.5";

#[test]
fn s49_the_same_run_twenty_times() {
    for _ in 0..20 {
        assert_eq!(observed(everything()), GOLDEN);
    }
}

#[test]
fn s49_on_any_thread() {
    let runs: Vec<_> = (0..4).map(|_| std::thread::spawn(|| observed(everything()))).collect();
    for run in runs {
        assert_eq!(run.join().unwrap(), GOLDEN);
    }
}
