//! The attributes of `asp`: `#[strategy]` and what marks its handlers.
//!
//! Use them through the `asp` crate, whose paths the generated code mentions.

#![forbid(unsafe_code)]

mod checks;
mod diag;
#[allow(unreachable_pub, reason = "the run time, which compiles the same file, exports the fault")]
mod duration;
mod expand;
mod fallback;
mod model;
mod params;
mod parse;
mod pipeline;
mod program;
mod show;
mod syntax;
#[cfg(test)]
mod tests;
mod time_text;
mod words;

use proc_macro::TokenStream;

/// Makes a strategy of an `impl` block: methods with a handler attribute are called by the run.
///
/// A handler is `fn name(&mut self, [cx: &Context<Self>,] [payload])`. It returns nothing, or a
/// `Result<(), E>` whose error ends the run. The payload is any pattern, by value or as `&T`; as
/// `Event<T>` it brings the event time along.
///
/// Handlers of `#[on_event]`, `#[every]` and `#[after]` may be `async`, and wait in the time of the run:
///
/// | handler | while it waits |
/// | --- | --- |
/// | `async fn name(&mut self, [cx: &TaskContext<Self>,] [payload])` | other handlers of this strategy wait too; other strategies go on |
/// | `async fn name(this: Shared<Self>, [payload])` | all others go on; it reaches the state through `this.with(..)`, between its awaits |
///
/// They own their payload, `T` or `Event<T>`, and their futures are `Send`. All other attributes are hooks: these run to
/// their end at once and cannot wait.
///
/// | option | meaning |
/// | --- | --- |
/// | `emits(name: Type, ..)` | streams that this strategy publishes with `cx.emit(..)` |
/// | `latest(name: Type, ..)` | streams whose latest event `cx.latest(..)` has; `latest(Other::NAME)` for one of another strategy |
/// | `fuse` | can be part of a chain that `Runner::fuse` compiles into one function |
/// | `crate = ::path` | where asp is, for those who rename or re-export it |
///
/// For each stream that is named by a string, the type gets a constant: `stream = "order-book"` is
/// `Greeter::ORDER_BOOK`, a `Stream` of what its first handler takes.
///
/// ```ignore
/// use asp::prelude::*;
///
/// #[derive(Default)]
/// struct Greeter {
///     count: u32,
/// }
///
/// #[strategy(emits(greetings: String))]
/// impl Greeter {
///     #[on_event(stream = "names")]
///     fn arrive(&mut self, cx: &Context<Self>, name: String) {
///         cx.after(Duration::from_secs(1)).greet(name);
///     }
///
///     #[after]
///     fn greet(&mut self, cx: &Context<Self>, name: String) {
///         self.count += 1;
///         cx.emit(Self::GREETINGS, format!("Hello {name}."));
///     }
/// }
/// ```
///
/// An order that takes a second to be filled; meanwhile the exchange waits too, or goes on:
///
/// ```ignore
/// #[strategy(emits(fills: Fill))]
/// impl Exchange {
///     #[on_event(stream = "orders")]
///     async fn fill(&mut self, cx: &TaskContext<Self>, order: Order) {
///         cx.sleep(Duration::from_secs(1)).await;
///         cx.emit(Self::FILLS, self.book.fill(order)); // nobody has touched the book meanwhile
///     }
///
///     #[on_event(stream = "orders")]
///     async fn fill_beside(this: Shared<Self>, order: Order) {
///         this.sleep(Duration::from_secs(1)).await;
///         this.with(|exchange, cx| cx.emit(Self::FILLS, exchange.book.fill(order))); // others may have
///     }
/// }
/// ```
///
/// `ASP_EXPAND=Greeter cargo check` prints what this attribute writes for `Greeter`, as code on standard error. Cargo sees that
/// the variable has changed and builds the crate again. `ASP_EXPAND=main` does so for `#[asp::main]`.
///
/// # Typical errors
///
/// The attribute is on the struct rather than on an `impl` block:
///
/// ```text
/// error: `#[strategy]` goes on an `impl` block, not on a struct
///   = help: leave the struct as it is and write `#[strategy] impl Greeter { .. }`
/// ```
///
/// Two handlers of one stream take different types:
///
/// ```text
/// error[E0277]: this handler takes `u32`, an earlier handler of the same stream takes `String`
/// ```
///
/// A handler that waits asks for the context of one that does not:
///
/// ```text
/// error: an async handler has a `TaskContext`, it can sleep
///   = help: write `cx: &TaskContext<Self>`
/// ```
#[proc_macro_attribute]
pub fn strategy(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::strategy(arguments.into(), item.into()).into()
}

/// Called for each event of a stream.
///
/// The handler may be an `async fn`, which then takes its payload by value: see [`macro@strategy`].
///
/// | key | meaning |
/// | --- | --- |
/// | `stream` | which stream: a name, or a constant such as `Exchange::ACKS` |
///
/// ```ignore
/// #[on_event(stream = "trades")]
/// fn trade(&mut self, Trade { price, qty, .. }: Trade) {
///     self.volume += price * qty;
/// }
/// ```
///
/// # Typical errors
///
/// ```text
/// error: `#[on_event]` needs a stream
///   = help: write `#[on_event(stream = "trade")]`
///
/// error: `trade` takes 2 payloads, an event carries 1
///   = help: take a tuple: `(price, qty): (f64, u32)`
/// ```
#[proc_macro_attribute]
pub fn on_event(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::outside("on_event", item.into()).into()
}

/// Called again and again, at a fixed interval.
///
/// The first argument is the interval, such as `"1s"`, `"250ms"`, `"1h30min"`. Ticks come at the start
/// plus one, two, three intervals, and so on.
///
/// The handler may be an `async fn`: see [`macro@strategy`].
///
/// | key | meaning |
/// | --- | --- |
/// | `immediate` | also at the start |
/// | `aligned` | at multiples of the interval since 1970, not counted from the start |
/// | `missed` | ticks that were missed: `"all"` (default) runs each, `"skip"` only the last |
///
/// ```ignore
/// #[every("1d", aligned)]
/// fn midnight(&mut self, cx: &Context<Self>) {
///     println!("{}: {} trades", cx.now(), std::mem::take(&mut self.trades));
/// }
/// ```
///
/// # Typical errors
///
/// ```text
/// error: unit `m` is ambiguous
///   = help: write "5min" or "5ms"
///
/// error: a timer has nothing to pass as `n`
///   = help: remove it; the time is `cx.now()`
/// ```
#[proc_macro_attribute]
pub fn every(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::outside("every", item.into()).into()
}

/// Called later: when asked through `cx.after(..)`, or once some time after the start.
///
/// `#[after]` makes a method that handlers can defer: `cx.after(delay).close(id)`, `cx.at(time).close(id)`,
/// and, if it has no payload, `cx.every(interval).close()`. `#[after("60s")]` calls the method once, 60 s
/// after the start. It has no keys. A method that `#[after]` alone makes a handler, and that nothing defers, is
/// dead code, which the compiler says.
///
/// The method may be an `async fn`: see [`macro@strategy`]. It is called in the same way, and runs when it is due.
///
/// ```ignore
/// #[on_event(stream = "orders")]
/// fn order(&mut self, cx: &Context<Self>, order: Order) {
///     cx.after(Duration::from_millis(5)).fill(order);
/// }
///
/// #[after]
/// fn fill(&mut self, order: Order) {
///     self.position += order.qty;
/// }
/// ```
///
/// # Typical errors
///
/// ```text
/// error: a deferred call keeps its payload until it runs
///   = help: take `order: Order`
///
/// error: nobody passes `order` to a call that is scheduled by its attribute
///   = help: remove it, or write `#[after]` and call `cx.after(..).fill(order)`
/// ```
#[proc_macro_attribute]
pub fn after(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::outside("after", item.into()).into()
}

/// Called once, before anything else.
///
/// It has no keys. As a hook it cannot be an `async fn`; what waits goes into an async `#[after]` method, called with
/// `cx.after(..)`.
///
/// ```ignore
/// #[on_start]
/// fn warm_up(&mut self, cx: &Context<Self>) {
///     cx.every(self.step).sample();
/// }
/// ```
///
/// # Typical errors
///
/// ```text
/// error: `#[on_start]` takes no arguments
///   = help: for a call some time after the start use `#[after("1s")]`
///
/// error: `#[on_start]` has nothing to pass as `limit`
///   = help: keep start values in the struct
/// ```
#[proc_macro_attribute]
pub fn on_start(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::outside("on_start", item.into()).into()
}

/// Called once in a live run, when all that was due before it went live is done.
///
/// Events, deferred calls and ticks of the past come first, whatever is live comes after; its time is that at which the
/// run went live. A run over recorded history does not call it. It has no keys. As a hook it cannot be an `async fn`.
///
/// ```ignore
/// #[on_live]
/// fn live(&mut self, cx: &Context<Self>) {
///     println!("live since {}, {} trades before", cx.now(), self.trades);
/// }
/// ```
///
/// # Typical errors
///
/// ```text
/// error: `#[on_live]` takes no arguments
///   = help: write `#[on_live]`; it is called once, for all streams together
///
/// error: `#[on_live]` has nothing to pass as `at`
///   = help: remove it; the time is `cx.now()`, keep the rest in the struct
/// ```
#[proc_macro_attribute]
pub fn on_live(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::outside("on_live", item.into()).into()
}

/// Called once in a live run, when for the first time nothing is due any more.
///
/// While the past was worked off, live events have gathered. Once they are done too, the strategy sees the world as it
/// is now: the moment to begin to act. A run over recorded history does not call it. It has no keys. As a hook it cannot
/// be an `async fn`.
///
/// ```ignore
/// #[on_caught_up]
/// fn trade_now(&mut self) {
///     self.may_trade = true;
/// }
/// ```
///
/// # Typical errors
///
/// ```text
/// error: `#[on_caught_up]` takes no arguments
///   = help: write `#[on_caught_up]`; it is called once, for all streams together
///
/// error: `#[on_caught_up]` has nothing to pass as `lag`
///   = help: remove it; the time is `cx.now()`, keep the rest in the struct
/// ```
#[proc_macro_attribute]
pub fn on_caught_up(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::outside("on_caught_up", item.into()).into()
}

/// Called once per instant, when all that happens at that instant is in.
///
/// It has no keys. As a hook it cannot be an `async fn`.
///
/// ```ignore
/// #[on_settled]
/// fn look(&mut self) {
///     println!("{} {}", self.bid, self.ask);
/// }
/// ```
///
/// # Typical errors
///
/// ```text
/// error: `#[on_settled]` takes no arguments
///   = help: it is called after the events of any stream; read what changed from the struct
///
/// error: `#[on_settled]` has nothing to pass as `bid`
///   = help: remove it; keep what it needs in the struct
/// ```
#[proc_macro_attribute]
pub fn on_settled(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::outside("on_settled", item.into()).into()
}

/// Called when the source of a stream has lost its connection, or has it again.
///
/// The notice is taken as `Notice`, as `&Notice`, or not at all. It comes among the events of the stream: after those that
/// were received before it. Sources
/// without a reconnect policy send none: their failure ends the run. As a hook it cannot be an `async fn`.
///
/// | key | meaning |
/// | --- | --- |
/// | `stream` | which stream: a name, or a constant such as `Exchange::ACKS` |
///
/// ```ignore
/// #[on_notice(stream = "trades")]
/// fn feed_state(&mut self, notice: Notice) {
///     self.may_trade = matches!(notice, Notice::Reconnected { .. });
/// }
/// ```
///
/// # Typical errors
///
/// ```text
/// error: no handler of this strategy reads stream "trade"
///   = help: a stream with a similar name exists: "trades"
///
/// error[E0277]: this handler takes `Trade`, `#[on_notice]` passes an `asp::Notice`
/// ```
#[proc_macro_attribute]
pub fn on_notice(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::outside("on_notice", item.into()).into()
}

/// Called once, when a stream has ended.
///
/// As a hook it cannot be an `async fn`.
///
/// | key | meaning |
/// | --- | --- |
/// | `stream` | which stream: a name, or a constant such as `Exchange::ACKS` |
///
/// ```ignore
/// #[on_end(stream = "trades")]
/// fn no_more_trades(&mut self, cx: &Context<Self>) {
///     cx.stop();
/// }
/// ```
///
/// # Typical errors
///
/// ```text
/// error: `#[on_end]` needs a stream
///   = help: write `#[on_end(stream = "..")]`, with a stream that this strategy reads
///
/// error: no handler of this strategy reads stream "trade"
///   = help: a stream with a similar name exists: "trades"
/// ```
#[proc_macro_attribute]
pub fn on_end(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::outside("on_end", item.into()).into()
}

/// Called once, after everything else.
///
/// It has no keys. It cannot be an `async fn`: time has ended.
///
/// ```ignore
/// #[on_stop]
/// fn summary(&mut self) {
///     println!("{} trades", self.trades);
/// }
/// ```
///
/// # Typical errors
///
/// ```text
/// error: `#[on_stop]` takes no arguments
///   = help: write `#[on_stop]`
///
/// error: `#[on_stop]` has nothing to pass as `total`
///   = help: remove it; keep what it needs in the struct
/// ```
#[proc_macro_attribute]
pub fn on_stop(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::outside("on_stop", item.into()).into()
}

/// Makes a command-line program of a function that returns a strategy.
///
/// The function returns a strategy, a tuple of strategies, a `Runner`, or a `Result` of one of these; it may be
/// `async`. The program feeds streams from files and runs. It needs feature `app` of asp, and `csv`,
/// `jsonl` or `parquet`.
///
/// | option | meaning |
/// | --- | --- |
/// | `start` | begins at this time: `"2025-01-01"`, or an expression |
/// | `end` | ends before this time |
/// | `feed` | streams that files feed: `feed(Watch::QUAKES = "quakes.csv", ..)` |
/// | `live` | streams that are fed live: `live(Watch::QUAKES = "tail:quakes.csv", ..)` |
/// | `record` | streams that `--record` can write: `record(Watch::ALERTS, ..)`; with `= "uri"` they always are |
/// | `sweep` | figures of the command `sweep`: `sweep(alerts = Watch::alerts, ..)`; needs `#[derive(asp::Params)]` |
/// | `crate` | where asp is, for those who rename or re-export it |
///
/// ```ignore
/// /// Watches a week of earthquakes.
/// #[asp::main(
///     start = "2018-01-31",
///     feed(Watch::QUAKES = "examples/data/earthquakes.csv"),
///     record(Watch::ALERTS),
/// )]
/// fn main() -> Watch {
///     Watch::default()
/// }
/// ```
///
/// The doc comment is what `--help` says about the program, whose command line is
///
/// ```text
/// watch [run] [--start TIME] [--end TIME] [--feed NAME=URI] [--live NAME=URI] [--record NAME=URI] ..
/// watch streams      the streams: what they carry, who feeds and reads them
/// watch graph        the strategies and their handlers
/// watch check        the graph and the first rows of each file, without a run
/// ```
///
/// `tail:FILE` follows a CSV or JSON-lines file: what it holds when the run begins is history, what is appended later is
/// live. A program with a live stream runs until `end` or Ctrl-C.
///
/// # Typical errors
///
/// ```text
/// error: a feed is written `Strategy::STREAM = "uri"`
///   = help: write `Greeter::NAMES = "n.csv"`
///
/// error: "yesterday" is not a time
///   = help: write it as "2025-01-01T00:00:00Z" or "2025-01-01"
/// ```
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    program::main(arguments.into(), item.into()).into()
}

/// Makes fields of a struct parameters, of which [`asp::sweep`](https://docs.rs/asp) runs all combinations.
///
/// The grid has a cell for each combination of the values, in the order of declaration: the last parameter changes
/// fastest. `Crossover::grid()` begins with `Crossover::default()` for each cell and sets its parameters;
/// `Crossover::grid_from(|| ..)` begins with something else. Fields without `#[param]` stay as they begin.
///
/// | key | meaning |
/// | --- | --- |
/// | `range` | the values from the first to the last: `5..=50`, `0.1..=0.5`, `"1s"..="10s"` |
/// | `step` | between two values of a range; 1 for whole numbers, unless told otherwise |
/// | `values` | these values: `[1, 2, 5]`, or an expression that has them |
///
/// Values of fractions are computed each for itself: those of `0.1..=0.5` with step `0.1` are 0.1, 0.2, 0.3, 0.4, 0.5. The
/// end belongs to a range if it is a whole number of steps away. `#[params(crate = ::path)]` on the struct serves those who
/// rename or re-export asp.
///
/// ```ignore
/// #[derive(Default, asp::Params)]
/// struct Crossover {
///     #[param(range = 5..=50, step = 5)]
///     fast: usize,
///     #[param(values = [20, 50, 100, 200])]
///     slow: usize,
///     #[param(range = "1s"..="10s", step = "1s")]
///     delay: Duration,
///     position: i64, // state
/// }
/// ```
///
/// # Typical errors
///
/// ```text
/// error: a range of fractions needs a step
///   = help: write `range = 0.1..=0.5, step = 0.1`
///
/// error: range `50..=5` is empty
///   = help: write the lower end first: `range = 5..=50`
/// ```
#[proc_macro_derive(Params, attributes(param, params))]
pub fn params(item: TokenStream) -> TokenStream {
    params::derive(item.into()).into()
}
