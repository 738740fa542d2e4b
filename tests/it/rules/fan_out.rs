//! S8 and S45: several readers of one stream, and strategies that talk to each other.

use asp::prelude::*;
use asp::{ErrorKind, Request, Stream};

use crate::kit::*;

#[derive(Default)]
struct Reader {
    log: Log,
    name: &'static str,
}

#[strategy(emits(out: Name))]
impl Reader {
    #[on_event(stream = "x")]
    fn first(&mut self, cx: &Context<Self>, name: Name) {
        self.log.add(format!("{}.first {name}", self.name));
        cx.after(Duration::ZERO).soon(name);
        cx.emit(Self::OUT, name);
    }

    #[on_event(stream = "x")]
    fn second(&mut self, name: &Name) {
        self.log.add(format!("{}.second {name}", self.name));
    }

    #[after]
    fn soon(&mut self, name: Name) {
        self.log.add(format!("{}.soon {name}", self.name));
    }
}

#[test]
fn s08_all_readers_of_an_event_come_before_anything_else() {
    let log = Log::default();
    let reader = |name| Reader { log: log.clone(), name };
    let runner = Runner::new()
        .feed(Reader::X, at(&[(1.0, "x1"), (1.0, "x2")]))
        .add_as("p", reader("p"))
        .add_as("q", reader("q"))
        .collect(Reader::X)
        .collect(Reader::OUT);
    let mut outcome = runner.run().unwrap();
    assert_eq!(
        log.take(),
        "p.first x1, p.second x1, q.first x1, q.second x1, p.first x2, p.second x2, q.first x2, q.second x2, \
         p.soon x1, q.soon x1, p.soon x2, q.soon x2"
    );
    let names =
        |stream| outcome.collected(stream).unwrap().iter().map(|event| event.value).collect::<Vec<_>>();
    let mut names = names;
    assert_eq!(names(Reader::X), ["x1", "x2"]);
    assert_eq!(names(Reader::OUT), ["x1", "x1", "x2", "x2"]);
}

#[test]
fn s08_the_readers_of_one_event_share_its_place() {
    let reader = || Reader { log: Log::default(), name: "" };
    let runner =
        Runner::new().feed(Reader::X, at(&[(1.0, "x1")])).add_as("p", reader()).add_as("q", reader());
    assert_eq!(
        observed(runner),
        "p.first@1#0, p.second@1#0, q.first@1#0, q.second@1#0, p.soon@1#1, q.soon@1#1"
    );
}

/// Sends what it gets to the other one, a second later.
struct Player {
    log: Log,
}

#[strategy(emits(pong: u32))]
impl Player {
    #[on_event(stream = "ping")]
    fn on_ping(&mut self, cx: &Context<Self>, left: u32) {
        self.log.note(cx, format!("ping {left}"));
        if left > 0 {
            cx.after(d(1.0)).reply(left - 1);
        }
    }

    #[after]
    fn reply(&mut self, cx: &Context<Self>, left: u32) {
        cx.emit(Self::PONG, left);
    }
}

struct Partner {
    log: Log,
}

#[strategy(emits(ping: u32))]
impl Partner {
    #[on_start]
    fn serve(&mut self, cx: &Context<Self>) {
        cx.emit(Self::PING, 3);
    }

    #[on_event(stream = "pong")]
    fn on_pong(&mut self, cx: &Context<Self>, left: u32) {
        self.log.note(cx, format!("pong {left}"));
        cx.emit(Self::PING, left);
    }
}

#[test]
fn s45_feedback_with_a_delay_is_legal() {
    let log = Log::default();
    let runner = Runner::new().add(Player { log: log.clone() }).add(Partner { log: log.clone() });
    let outcome = runner.run().unwrap();
    assert_eq!(log.take(), "ping 3@0, pong 2@1, ping 2@1, pong 1@2, ping 1@2, pong 0@3, ping 0@3");
    assert_eq!(outcome.report().now, s(3.0));
}

#[derive(Default)]
struct Outside;

#[strategy(emits(listed: u32))]
impl Outside {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, lists: bool) {
        if lists {
            cx.emit(Stream::new("listed"), "a name");
        } else {
            cx.emit(Stream::new("other"), 1u32);
        }
    }
}

#[test]
fn s45_a_strategy_emits_only_what_it_declares() {
    let request = |lists| {
        let runner = Runner::new().feed(Outside::X, at(&[(1.0, lists), (2.0, lists)])).add(Outside);
        failed_with(runner, |kind| match kind {
            ErrorKind::Refused { strategy, method, request } if strategy == "Outside" && method == "on_x" => {
                Some(request.clone())
            }
            _ => None,
        })
    };
    assert_eq!(request(false), Request::NotListed { stream: "other".to_owned() });
    assert!(matches!(request(true), Request::Carries { stream, .. } if stream == "listed"));
}
