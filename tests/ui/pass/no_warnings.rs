#![deny(warnings, dead_code, missing_docs, unused, unused_qualifications, unused_results)]
#![deny(elided_lifetimes_in_paths, missing_copy_implementations, missing_debug_implementations)]
#![deny(single_use_lifetimes, trivial_casts, unnameable_types, unreachable_pub, variant_size_differences)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![forbid(unsafe_code)]
//! All that is accepted, under lints that are rarely asked for: they see the user's code and not what is generated
//! beside it. This file is also a target of the package, so that clippy looks at it.

use asp::prelude::*;

/// A trade.
#[derive(Clone, Debug)]
pub struct Trade {
    /// Price.
    pub price: f64,
    /// Quantity.
    pub qty: u32,
    /// Who traded.
    pub names: Vec<String>,
}

/// Seen by this module alone.
#[derive(Clone, Debug)]
struct Secret(u8);

/// Why a handler failed.
#[derive(Clone, Copy, Debug)]
pub struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

impl std::error::Error for Failed {}

const STEP: Duration = Duration::from_secs(1);

/// Handlers that do not wait.
#[derive(Debug, Default)]
pub struct Quiet {
    sum: u64,
    log: Vec<&'static str>,
}

#[strategy(emits(sums: f64, order_book: Vec<Trade>, secrets: Secret), latest(quotes: f64, trades: Trade))]
impl Quiet {
    const UNIT: u64 = 1;

    /// What it has counted.
    #[must_use]
    pub const fn sum(&self) -> u64 {
        self.sum
    }

    fn add(&mut self, count: u32) {
        self.sum += Self::UNIT * u64::from(count);
    }

    /// By value.
    #[on_event(stream = "trades")]
    fn by_value(&mut self, trade: Trade) {
        self.add(trade.qty);
    }

    /// With the context, and a result.
    #[on_event(stream = "trades")]
    fn with_context(&mut self, cx: &Context<Self>, trade: Trade) -> Result<(), Failed> {
        if trade.qty == 0 {
            return Err(Failed);
        }
        cx.emit(Self::SUMS, trade.price);
        cx.emit(Self::SECRETS, Secret(1));
        _ = cx.after(STEP).later(trade);
        _ = cx.after(STEP).old(String::new());
        _ = cx.after(STEP).bare();
        _ = cx.after(STEP).pair((1, 2));
        _ = cx.every(STEP).bare();
        Ok(())
    }

    #[on_event(stream = "trades")]
    fn by_reference(&mut self, trade: &Trade) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.add(trade.qty);
        Ok(())
    }

    #[on_event(stream = "trades")]
    fn by_pattern(&mut self, cx: &Context<Self>, Trade { price, qty: _, .. }: Trade) {
        cx.emit(Self::SUMS, price);
    }

    #[on_event(stream = "trades")]
    fn with_time(&mut self, event: Event<Trade>) {
        self.add(event.value.qty);
    }

    #[on_event(stream = "trades")]
    fn with_time_by_reference(&mut self, event: &Event<Trade>) {
        self.add(event.value.qty);
    }

    #[on_event(stream = "trades")]
    fn without(&mut self) {
        self.log.push("without");
    }

    #[on_event(stream = "trades")]
    fn nothing(&mut self, _: &Trade) {}

    #[on_event(stream = "secrets")]
    fn secret(&mut self, secret: Secret) {
        self.add(secret.0.into());
    }

    #[on_event(stream = "quotes")]
    fn quote(&mut self, cx: &Context<Self>, mut quote: f64) {
        quote += cx.latest(Self::TRADES).map_or(0.0, |trade| trade.value.price);
        cx.emit(Self::SUMS, quote);
    }

    #[on_event(stream = Self::TRADES)]
    #[on_event(stream = "more-trades")]
    fn by_constant(&mut self, trade: &Trade) {
        self.add(trade.qty);
    }

    #[asp::on_event(stream = "tuples")]
    fn tuple(&mut self, (first, _): (u32, Vec<u8>)) {
        self.add(first);
    }

    /// Seen from outside.
    #[on_event(stream = "more-trades")]
    pub fn public(&mut self, trade: &Trade) {
        self.add(trade.qty);
    }

    /// Later.
    #[after]
    fn later(&mut self, cx: &Context<Self>, trade: Trade) {
        self.with_time(Event { time: cx.now(), value: trade });
    }

    #[deprecated = "an old handler is a handler"]
    #[after]
    fn old(&mut self, _: String) {}

    #[after]
    #[on_event(stream = "pairs")]
    fn pair(&mut self, (a, b): (u32, u32)) {
        self.add(a + b);
    }

    #[after]
    fn bare(&mut self) {
        self.log.push("bare");
    }

    #[every("1s")]
    #[every("1h30min", aligned, missed = "skip")]
    #[every("1d", immediate, missed = "all")]
    #[after("60s")]
    #[after]
    #[on_start]
    #[on_live]
    #[on_caught_up]
    #[on_settled]
    #[on_notice(stream = "trades")]
    #[on_end(stream = "trades")]
    #[on_stop]
    fn all(&mut self, cx: &Context<Self>) -> Result<(), std::fmt::Error> {
        if cx.now() == Timestamp::MAX { Err(std::fmt::Error) } else { Ok(()) }
    }

    #[on_notice(stream = "trades")]
    fn notice(&mut self, notice: Notice) {
        self.log.push(if matches!(notice, Notice::Reconnected { .. }) { "again" } else { "lost" });
    }

    #[on_notice(stream = "trades")]
    fn notice_by_reference(&mut self, _: &Notice) {}

    #[on_settled]
    fn settled(&mut self) {}

    #[cfg(any())]
    #[on_event(stream = "gone")]
    fn gone(&mut self, _: Missing) {}

    #[cfg(not(any()))]
    #[on_event(stream = "match")]
    fn r#match(&mut self, r#type: String) {
        self.sum += r#type.len() as u64;
    }
}

/// Handlers that wait.
#[derive(Debug, Default)]
pub struct Waiting {
    sum: u64,
    names: Vec<String>,
}

#[strategy(emits(echo: String), latest(Quiet::SUMS))]
impl Waiting {
    #[on_event(stream = "names")]
    async fn name(&mut self, cx: &TaskContext<Self>, name: String) -> Result<(), Failed> {
        cx.sleep(STEP).await;
        self.sum += name.len() as u64;
        _ = cx.after(STEP).old(name.clone());
        _ = cx.after(STEP).shared(name.clone());
        _ = cx.after(STEP).exclusive(name);
        Ok(())
    }

    #[on_event(stream = "names")]
    async fn beside(this: Shared<Self>, name: Event<String>) -> Result<(), std::fmt::Error> {
        this.sleep(STEP).await;
        this.with(|waiting, _| waiting.sum += name.value.len() as u64);
        Ok(())
    }

    #[on_event(stream = "names")]
    async fn without(&mut self) {
        std::future::ready(()).await;
        self.sum += 1;
    }

    #[deprecated = "an old handler is a handler"]
    #[after]
    async fn old(this: Shared<Self>, _: String) {
        this.sleep(STEP).await;
    }

    #[after]
    async fn shared(this: Shared<Self>, name: String) {
        this.sleep(STEP).await;
        this.with(|_, cx| cx.emit(Self::ECHO, name));
    }

    #[after]
    async fn exclusive(&mut self, cx: &TaskContext<Self>, name: String) {
        cx.sleep(STEP).await;
        self.sum += name.len() as u64;
        self.names.push(name);
    }

    #[every("1s")]
    async fn tick(&mut self, cx: &TaskContext<Self>) -> Result<(), std::fmt::Error> {
        cx.sleep(STEP).await;
        Ok(())
    }
}

/// A generic one.
#[derive(Debug)]
pub struct Relay<T, const N: usize> {
    last: [Option<T>; N],
}

#[strategy(emits(relayed: T, both: (T, T)))]
impl<T, const N: usize> Relay<T, N>
where
    T: Clone + Send + 'static,
{
    #[on_event(stream = "in")]
    fn receive(&mut self, cx: &Context<Self>, message: T) {
        _ = cx.after(STEP).again([message.clone(), message.clone()]);
        _ = cx.after(STEP).waits(message);
    }

    #[after]
    fn again(&mut self, cx: &Context<Self>, [first, second]: [T; 2]) {
        cx.emit(Self::BOTH, (second, first));
    }

    #[after]
    async fn waits(&mut self, cx: &TaskContext<Self>, message: T) {
        cx.sleep(STEP).await;
        if let Some(last) = self.last.first_mut() {
            *last = Some(message.clone());
        }
        cx.emit(Self::RELAYED, message);
    }
}

macro_rules! counter {
    ($name:ident, $ty:ty, $stream:literal, $interval:literal) => {
        /// Comes out of a macro.
        #[derive(Debug)]
        pub struct $name(Vec<$ty>);

        #[strategy]
        impl $name {
            #[on_event(stream = $stream)]
            fn count(&mut self, cx: &Context<Self>, value: $ty) {
                _ = cx.after(STEP).again(value);
                self.0.push(value);
            }

            #[after]
            fn again(&mut self, value: $ty) {
                self.0.push(value);
            }

            #[every($interval)]
            async fn tick(this: Shared<Self>) {
                this.sleep(STEP).await;
            }
        }
    };
}

counter!(Small, u32, "small", "1s");

/// Runs them.
///
/// # Panics
///
/// If the run fails.
pub fn main() {
    let start = Timestamp::EPOCH;
    let trade = Trade { price: 1.5, qty: 2, names: Vec::new() };
    let runner = Runner::new()
        .feed(Quiet::TRADES, [(start, trade.clone())])
        .feed(Quiet::MORE_TRADES, [(start, trade)])
        .feed(Quiet::QUOTES, [(start, 2.5)])
        .feed(Quiet::TUPLES, [(start, (1, Vec::new()))])
        .feed(Quiet::PAIRS, [(start, (1, 1))])
        .feed(Quiet::MATCH, [(start, "four".to_owned())])
        .add(Quiet::default())
        .feed(Waiting::NAMES, [(start, "Jane".to_owned())])
        .add(Waiting::default())
        .feed(Relay::<u8, 1>::IN, [(start, 3)])
        .add(Relay { last: [None::<u8>] })
        .feed(Small::SMALL, [(start, 4)])
        .add(Small(Vec::new()))
        .collect(Quiet::ORDER_BOOK);
    let mut outcome = runner.end(start + STEP * 5).run().expect("nothing fails");
    let quiet: Quiet = outcome.take().expect("it was added");
    assert_eq!(quiet.sum(), 27);
    assert_eq!(quiet.log.len(), 6);
    let waiting: Waiting = outcome.take().expect("it was added");
    assert_eq!(waiting.sum, 13);
    let relay: Relay<u8, 1> = outcome.take().expect("it was added");
    assert_eq!(relay.last, [Some(3)]);
    assert_eq!(outcome.take::<Small>().expect("it was added").0, [4, 4]);
}
