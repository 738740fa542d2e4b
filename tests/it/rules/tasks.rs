//! S41: async handlers with `&mut self` have their strategy to themselves, and the others wait.

use asp::prelude::*;
use asp::{Class, Every, Exclusive, HandlerResult, Place, Slot, Strategy, Stream, Wiring};
use std::sync::{Arc, Mutex};

use crate::kit::*;

/// Sleeps over each arrival, and has all sorts of other items besides.
#[derive(Default)]
struct Host {
    log: Log,
    nap: f64,
}

#[strategy]
impl Host {
    #[on_event(stream = "names")]
    async fn arrive(&mut self, cx: &TaskContext<Self>, name: Name) {
        let lag = cx.lag();
        self.log.say(if lag > Duration::ZERO { format!("{name} (lag {lag})") } else { name.to_owned() });
        cx.sleep(d(self.nap)).await;
        self.log.say(format!("hello {name}"));
    }

    #[on_event(stream = "orders")]
    fn order(&mut self, cx: &Context<Self>, order: Name) {
        self.log.note(cx, order);
        if order == "two" {
            cx.at(s(3.0)).call("3");
            cx.at(s(4.0)).call("4");
        }
    }

    #[on_end(stream = "names")]
    fn ended(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "end");
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("call {name} due {}", seconds(cx.due())));
    }

    #[on_event(stream = "quick")]
    fn quick(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("{name} of {}", seconds(cx.event_time())));
        cx.after(Duration::ZERO).call(name);
    }
}

/// What a host reads.
#[derive(Default)]
struct Feeds(&'static [(f64, Name)], &'static [(f64, Name)], &'static [(f64, Name)]);

/// A host that naps so long, in a run of its own; what it says.
fn host(nap: f64, Feeds(names, orders, quick): Feeds) -> (Runner, Log) {
    let host = Host { nap, ..Host::default() };
    let log = host.log.clone();
    let runner = Runner::new().feed(Host::NAMES, at(names)).feed(Host::ORDERS, at(orders));
    (runner.feed(Host::QUICK, at(quick)).add(host), log)
}

/// The worked example.
struct Table {
    log: Log,
}

#[strategy]
impl Table {
    #[on_event(stream = "names")]
    async fn arrive(&mut self, cx: &TaskContext<Self>, name: Name) {
        self.log.say(format!("{name} lag {}", cx.lag()));
        cx.sleep(d(5.0)).await;
        self.log.say(format!("hello {name}"));
    }

    #[every("2s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("tick due {}", seconds(cx.due())));
    }
}

const TABLE: &str = "Jane lag 0s@0, hello Jane@5, John lag 4s@5, hello John@10, tick due 2@10, tick due 4@10, \
                     tick due 6@10, tick due 8@10, tick due 10@10";

#[test]
fn s41_worked_example() {
    let log = Log::default();
    let runner = Runner::new().feed(Table::NAMES, at(&[(0.0, "Jane"), (1.0, "John")]));
    let outcome = runner.add(Table { log: log.clone() }).run().unwrap();
    assert_eq!(log.take(), TABLE);
    let dispatched = outcome.report().dispatched;
    assert_eq!((dispatched.events, dispatched.wakes, dispatched.ticks), (2, 2, 5));
    assert_eq!((outcome.report().pending, outcome.report().now), (0, s(10.0)));
}

#[test]
fn s41_other_strategies_go_on() {
    let log = Log::default();
    let (runner, host_log) = host(5.0, Feeds(&[(0.0, "Jane"), (1.0, "John")], &[], &[]));
    struct Other(Log);
    #[strategy]
    impl Other {
        #[on_event(stream = "names")]
        fn arrive(&mut self, cx: &Context<Self>, name: Name) {
            self.0.note(cx, name);
        }
    }
    runner.add(Other(log.clone())).run().unwrap();
    assert_eq!(log.take(), "Jane@0, John@1");
    assert_eq!(host_log.take(), "Jane@0, hello Jane@5, John (lag 4s)@5, hello John@10, end@10");
}

#[test]
fn s41_a_handler_that_need_not_wait_holds_nobody_up() {
    struct Ready(Log);
    #[strategy]
    impl Ready {
        #[on_event(stream = "names")]
        async fn arrive(&mut self, name: Name) {
            self.0.say(name);
            std::future::ready(()).await;
        }

        #[on_event(stream = "names")]
        fn too(&mut self, name: Name) {
            self.0.say(format!("{name} too"));
        }
    }
    let log = Log::default();
    let runner = Runner::new().feed(Ready::NAMES, at(&[(0.0, "Jane"), (0.0, "John")]));
    let outcome = runner.add(Ready(log.clone())).run().unwrap();
    assert_eq!(log.take(), "Jane@0, Jane too@0, John@0, John too@0");
    assert_eq!(outcome.report().dispatched.wakes, 0);
}

#[test]
fn s41_items_of_all_kinds_wait_in_key_order() {
    struct All(Log);
    #[strategy(emits(echo: Name))]
    impl All {
        #[on_start]
        fn start(&mut self, cx: &Context<Self>) {
            cx.at(s(2.0)).call("call");
        }

        #[on_event(stream = "a")]
        async fn a(&mut self, cx: &TaskContext<Self>, name: Name) {
            self.0.say(name);
            if name == "a1" {
                cx.sleep(d(3.0)).await;
                self.0.say("woke");
            }
        }

        #[on_event(stream = "b")]
        fn b(&mut self, name: Name) {
            self.0.say(name);
        }

        #[on_event(stream = "x")]
        fn x(&mut self, name: Name) {
            self.0.say(name);
        }

        #[after]
        fn call(&mut self, name: Name) {
            self.0.say(name);
        }

        #[every("1s")]
        fn tick(&mut self, cx: &Context<Self>) {
            self.0.note(cx, format!("tick {}", seconds(cx.due())));
        }

        #[on_end(stream = "b")]
        fn end(&mut self) {
            self.0.say("b ended");
        }

        #[on_settled]
        fn settled(&mut self) {
            self.0.say("settled");
        }
    }
    // Emits while the other one sleeps.
    struct Emitter;
    #[strategy(emits(x: Name))]
    impl Emitter {
        #[on_event(stream = "b")]
        fn b(&mut self, cx: &Context<Self>, name: Name) {
            cx.emit(Self::X, if name == "b1" { "x1" } else { "x2" });
        }
    }
    let log = Log::default();
    let runner = Runner::new()
        .start(s(0.0))
        .feed(All::A, at(&[(1.0, "a1"), (2.0, "a2"), (5.0, "a3")]))
        .feed(All::B, at(&[(1.0, "b1"), (2.0, "b2")]))
        .add(All(log.clone()))
        .add(Emitter);
    let places = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&places);
    let runner = runner.observe(move |dispatch| {
        if dispatch.strategy == "All" {
            seen.lock().unwrap().push((dispatch.place, dispatch.handler.to_owned()));
        }
    });
    runner.run().unwrap();
    assert_eq!(
        log.take(),
        "a1@1, woke@4, b1@4, tick 1@4, x1@4, a2@4, b2@4, call@4, tick 2@4, x2@4, b ended@4, tick 3@4, tick 4@4, \
         settled@4, a3@5, tick 5@5, settled@5"
    );
    // Wakes of the suspended handler itself apart, the keys of one strategy still increase.
    let places: Vec<Place> = places.lock().unwrap().iter().map(|(place, _)| *place).collect();
    let wake = places.iter().position(|place| place.class == Class::Call && place.time == s(4.0)).unwrap();
    let others: Vec<_> = [&places[..wake], &places[wake + 1..]].concat();
    assert!(others.is_sorted_by(|a, b| a < b), "{places:?}");
}

#[test]
fn s41_a_delayed_dispatch_keeps_its_place_and_its_times() {
    let seen = Log::default();
    let log = seen.clone();
    let (runner, _) = host(5.0, Feeds(&[(0.0, "Jane")], &[(0.0, "none")], &[(2.0, "q")]));
    let runner = runner.observe(move |it| {
        let (place, now) = (it.place, seconds(it.now));
        let [time, due, event_time] = [place.time, it.due, it.event_time].map(seconds);
        let line = format!("{} {now}: {time}#{} due {due} of {event_time}", it.handler, place.round);
        seen.add(line);
    });
    runner.run().unwrap();
    assert_eq!(
        log.take(),
        "arrive 0: 0#0 due 0 of 0, arrive 5: 5#0 due 5 of 5, order 5: 0#0 due 0 of 0, ended 5: 0#1 due 5 of 5, \
         quick 5: 2#0 due 2 of 2, call 5: 5#1 due 5 of 5"
    );
}

#[test]
fn s41_what_a_delayed_dispatch_schedules_for_now_joins_the_round_after_the_release() {
    let (runner, log) = host(0.0, Feeds(&[(0.0, "Jane"), (0.0, "John")], &[], &[(0.0, "q1"), (0.0, "q2")]));
    // Jane in round 0; she wakes in round 1, John is worked off and wakes in round 2, which lets q1 and q2 go; what they
    // ask for joins round 3.
    let places = observed(runner);
    assert_eq!(
        log.take(),
        "Jane@0, hello Jane@0, John@0, hello John@0, q1 of 0@0, q2 of 0@0, end@0, call q1 due 0@0, call q2 due 0@0"
    );
    assert_eq!(
        places,
        "Host.arrive@0#0, Host.arrive@0#1, Host.arrive@0#0, Host.arrive@0#2, Host.quick@0#0, Host.quick@0#0, \
         Host.ended@0#1, Host.call@0#3, Host.call@0#3"
    );
}

#[test]
fn s41_calls_scheduled_while_others_wait_come_after_them() {
    // The call at 3 was scheduled before John came at 3.5; both wait until 5.
    let (runner, log) = host(5.0, Feeds(&[(1.0, "Jane")], &[(0.0, "two"), (3.5, "late")], &[]));
    runner.run().unwrap();
    assert_eq!(log.take(), "two@0, Jane@1, hello Jane@6, end@6, call 3 due 3@6, late@6, call 4 due 4@6");
}

/// Holds its strategy for five seconds; meanwhile something happens to the calls that wait.
struct Meanwhile {
    log: Log,
    what: &'static str,
}

#[strategy]
impl Meanwhile {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.at(s(1.0)).hold();
    }

    #[after]
    async fn hold(&mut self, cx: &TaskContext<Self>) {
        let two = cx.at(s(2.0)).call("two");
        let three = cx.at(s(3.0)).call("three");
        let timer = cx.every(d(1.0)).tick();
        cx.sleep(d(3.5)).await;
        let done = match self.what {
            "cancel" => vec![cx.cancel(two), cx.cancel(two), cx.cancel(timer), cx.cancel(timer)],
            "reschedule" => vec![cx.reschedule(two, s(4.5)), cx.reschedule(three, s(6.0)), cx.cancel(timer)],
            _ => vec![cx.reschedule(two, s(1.0)), cx.cancel(timer)],
        };
        self.log.say(format!("{done:?} pending {}", cx.pending()));
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, format!("{name} due {}", seconds(cx.due())));
    }

    #[after]
    fn tick(&mut self) {
        self.log.say("tick");
    }
}

#[test]
fn s13_s41_what_is_cancelled_or_moved_leaves_the_backlog() {
    let cases = [
        ("cancel", "[true, false, true, false] pending 1@4.5, three due 3@4.5", 0),
        ("reschedule", "[true, true, true] pending 2@4.5, two due 4.5@4.5, three due 6@6", 0),
        ("past", "[true, true] pending 2@4.5, three due 3@4.5, two due 1@4.5", 1),
    ];
    for (what, expected, clamped) in cases {
        let log = Log::default();
        let outcome = Runner::new().start(s(0.0)).add(Meanwhile { log: log.clone(), what }).run().unwrap();
        assert_eq!(log.take(), expected, "{what}");
        assert_eq!((outcome.report().clamped, outcome.report().pending), (clamped, 0), "{what}");
    }
}

#[test]
fn s13_s41_an_item_of_the_backlog_cancels_one_behind_it() {
    struct Chain(Log);
    #[strategy]
    impl Chain {
        #[on_event(stream = "names")]
        async fn hold(&mut self, cx: &TaskContext<Self>, _: Name) {
            let last = cx.at(s(3.0)).last();
            cx.at(s(2.0)).first(last);
            cx.sleep(d(5.0)).await;
        }

        #[after]
        fn first(&mut self, cx: &Context<Self>, last: CallKey) {
            self.0.note(cx, format!("first {}", cx.cancel(last)));
        }

        #[after]
        fn last(&mut self) {
            self.0.say("last");
        }
    }
    let log = Log::default();
    let runner = Runner::new().feed(Chain::NAMES, at(&[(1.0, "Jane")])).add(Chain(log.clone()));
    assert_eq!(runner.run().unwrap().report().dispatched.calls, 1);
    assert_eq!(log.take(), "first true@6");
}

/// Async ticks and calls.
#[derive(Default)]
struct Timed {
    log: Log,
}

#[strategy]
impl Timed {
    #[after("5s")]
    async fn once(&mut self, cx: &TaskContext<Self>) {
        self.log.say("once");
        cx.sleep(d(2.0)).await;
        self.log.say(format!("once again, due {}", seconds(cx.due())));
        cx.after(d(1.0)).call(7);
    }

    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.every(Every::new(d(4.0)).times(2)).tick();
    }

    #[after]
    async fn tick(&mut self, cx: &TaskContext<Self>) {
        self.log.say(format!("tick due {}", seconds(cx.due())));
        cx.sleep(d(0.5)).await;
        self.log.say("tock");
    }

    #[after]
    async fn call(&mut self, cx: &TaskContext<Self>, k: u32) {
        self.log.say(format!("call {k}"));
        cx.sleep(d(f64::from(k))).await;
        self.log.say(format!("called {k}"));
    }
}

#[test]
fn s41_ticks_one_shots_and_calls_can_wait_too() {
    let timed = Timed::default();
    let log = timed.log.clone();
    let outcome = Runner::new().start(s(0.0)).add(timed).run().unwrap();
    assert_eq!(
        log.take(),
        "tick due 4@4, tock@4.5, once@5, once again, due 5@7, call 7@8, called 7@15, tick due 8@15, tock@15.5"
    );
    let dispatched = outcome.report().dispatched;
    assert_eq!((dispatched.calls, dispatched.ticks, dispatched.wakes), (2, 2, 4));
}

#[test]
fn s41_strategies_written_by_hand_take_events_by_reference() {
    struct ByHand(Log);
    impl Strategy for ByHand {
        const NAME: &'static str = "ByHand";
        type Call = ();
        type Calls<Q: Slot<()>> = ();
        type Emits = ();

        fn calls<Q: Slot<()>>(_: Q) {}

        fn call(&mut self, _: &Context<Self>, (): ()) -> HandlerResult {
            Ok(())
        }

        fn call_name((): &()) -> &'static str {
            "none"
        }

        fn wire(wiring: &mut Wiring<Self>) {
            let names = Stream::<Mutex<String>>::new("names");
            wiring.on_event_async_ref(names, "arrive", |this: Exclusive<Self>, cx, name: &Mutex<String>| {
                let name = name.lock().unwrap().clone();
                async move {
                    cx.sleep(d(1.0)).await;
                    this.0.say(name);
                }
            });
        }
    }
    let log = Log::default();
    let names = [0.0, 0.5].map(|time| (s(time), Mutex::new(format!("name {time}"))));
    Runner::new().feed(Stream::new("names"), names).add(ByHand(log.clone())).run().unwrap();
    assert_eq!(log.take(), "name 0@1, name 0.5@2");
}
