//! The sources of a scenario.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use asp::{Duration, Reconnect, Source, Stream, Timestamp};

use super::scenario::{Answer, FeedPlan, Kind, Line, Link, Past, Script, Splice};
use super::world::{Sleep, World, Yielded};

/// Counts, by its clones, what is alive.
pub(super) type Token = Arc<()>;

/// The payload of all streams.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Unique on its stream.
    pub(super) serial: u32,
    /// What a splice goes by.
    pub(super) id: u32,
    _alive: Token,
}

impl Item {
    pub(super) fn new(serial: u32, id: u32, token: &Token) -> Self {
        Item { serial, id, _alive: token.clone() }
    }
}

pub(super) fn stream(feed: usize) -> Stream<Item> {
    Stream::named(format!("x{feed}"))
}

pub(super) fn emitted(number: usize) -> Stream<Item> {
    Stream::named(format!("e{number}"))
}

pub(super) fn opened(number: usize) -> Stream<Item> {
    Stream::named(format!("o{number}"))
}

/// Live items have serials from here on.
pub(super) const LIVE: u32 = 1_000_000;

/// Items that come of the n-th source that a strategy has opened have serials from n + 1 times this on.
pub(super) const SUPPLY: u32 = 100_000_000;

/// A live source at work.
struct SimStream {
    world: World,
    feed: usize,
    link: usize,
    lines: std::collections::VecDeque<(i64, Line)>,
    sleep: Option<Sleep>,
    stamped: bool,
    silent: bool,
    token: Token,
    /// The serial of the first one.
    first: u32,
}

impl futures::Stream for SimStream {
    type Item = Result<(Timestamp, Item), String>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(&(time, _)) = this.lines.front() else {
            if !std::mem::replace(&mut this.silent, true) {
                this.world.lock().silent += 1;
            }
            return Poll::Pending;
        };
        let sleep = this.sleep.get_or_insert_with(|| this.world.sleep_until(time));
        ready!(Pin::new(sleep).poll(cx));
        this.sleep = None;
        Poll::Ready(match this.lines.pop_front() {
            Some((_, Line::Event { id, event_time })) => {
                let mut physics = this.world.lock();
                let serial = this.first + LIVE + physics.yielded[this.feed].len() as u32;
                let (yielded, token) = (&mut physics.coverage, &this.token);
                yielded.reach_if(this.stamped && event_time < 0, "an event time before 1970");
                yielded
                    .reach_if(this.stamped && event_time <= i64::MIN + 1, "an event time at the lower limit");
                yielded
                    .reach_if(this.stamped && event_time >= i64::MAX - 1, "an event time at the upper limit");
                drop(physics);
                let event = Yielded {
                    serial,
                    id,
                    event_time: this.stamped.then_some(event_time),
                    arrival: None,
                    link: this.link,
                };
                this.world.note_yield(this.feed, event);
                Some(Ok((Timestamp::from_nanos(event_time), Item::new(serial, id, token))))
            }
            Some((_, Line::Fail)) => Some(Err("as scripted".to_owned())),
            Some((_, Line::End)) | None => None,
        })
    }
}

fn live(
    world: &World,
    feed: usize,
    link: usize,
    script: &Script,
    (stamped, first): (bool, u32),
    token: &Token,
) -> Source<Item> {
    use futures::StreamExt;
    let stream = SimStream {
        world: world.clone(),
        feed,
        link,
        lines: script.clone().into(),
        sleep: None,
        stamped,
        silent: false,
        token: token.clone(),
        first,
    };
    if stamped {
        Source::try_live_at(stream)
    } else {
        Source::try_live(stream.map(|it| it.map(|(_, item)| item)))
    }
}

fn items(past: &Past, first: u32, token: &Token) -> Vec<Result<(Timestamp, Item), String>> {
    let items = past.items.iter().zip(first..);
    let items = items.map(|(&(time, id), k)| Ok((Timestamp::from_nanos(time), Item::new(k, id, token))));
    items.chain(past.fails.then(|| Err("as scripted".to_owned()))).collect()
}

pub(super) fn past(past: &Past, first: u32, token: &Token) -> Source<Item> {
    Source::past(items(past, first, token))
}

/// Pending for ever, and known to be.
async fn never(world: &World) {
    world.lock().silent += 1;
    std::future::pending::<()>().await;
}

async fn connected(
    world: World,
    feed: usize,
    links: Arc<Mutex<(usize, Vec<Link>)>>,
    stamped: (bool, u32),
    token: Token,
) -> Result<Source<Item>, String> {
    let (number, link) = {
        let mut links = links.lock().unwrap();
        links.0 += 1;
        (links.0 - 1, links.1.get(links.0 - 1).cloned())
    };
    let Some(link) = link else {
        never(&world).await;
        unreachable!();
    };
    let until = world.lock().mono.saturating_add(link.delay);
    world.sleep_until(until).await;
    match link.outcome {
        Answer::Never => {
            never(&world).await;
            unreachable!()
        }
        Answer::Fails => Err("nobody there".to_owned()),
        Answer::Fine => {
            if number > 0 {
                world.reach("connected again");
            }
            Ok(live(&world, feed, number, &link.script, stamped, &token))
        }
    }
}

pub(super) fn source(world: &World, feed: usize, plan: &FeedPlan, first: u32, token: &Token) -> Source<Item> {
    let script = |script| live(world, feed, 0, script, (plan.stamped, first), token);
    let mut source = match &plan.kind {
        Kind::Past(it) => past(it, first, token),
        Kind::Live(it) => script(it),
        Kind::PastThenLive(before, it) => past(before, first, token).then_live(script(it)),
        Kind::Connect { history, links, policy } => {
            let links = Arc::new(Mutex::new((0, links.clone())));
            let (there, here, stamped) = (world.clone(), token.clone(), (plan.stamped, first));
            let mut source =
                Source::connect(move || connected(there, feed, links.clone(), stamped, here.clone()));
            if let Some(history) = history.clone() {
                let (there, here) = (world.clone(), token.clone());
                source = source.history(async move |_until: Timestamp| {
                    let until = there.lock().mono.saturating_add(history.delay);
                    there.sleep_until(until).await;
                    match history.outcome {
                        Answer::Never => {
                            never(&there).await;
                            unreachable!()
                        }
                        Answer::Fails => Err("no history".to_owned()),
                        Answer::Fine => Ok(items(&history.past, first, &here)),
                    }
                });
            }
            if let Some(policy) = policy {
                let again = Reconnect::new(Duration::from_nanos(policy.first))
                    .longest(Duration::from_nanos(policy.longest))
                    .attempts(policy.attempts);
                source = source.reconnect(if policy.on_end { again.on_end() } else { again });
            }
            source
        }
    };
    if let Some((capacity, when_full)) = plan.queue {
        source = source.queue(capacity, when_full);
    }
    source = match plan.splice {
        Some(Splice::Id) => source.splice_by_id(|item| item.id),
        Some(Splice::Time) => source.splice_by_time(),
        None => source,
    };
    if let Some((lag, when_late)) = plan.max_lag {
        source = source.max_lag(Duration::from_nanos(lag), when_late);
    }
    match plan.read_ahead {
        Some(events) => source.read_ahead(events),
        None => source,
    }
}
