//! Sinks of others: what takes the events of a stream and may be slow at it.
//!
//! Here is what users see. [`outflow`] is the buffer before such a sink, and how it is emptied; when that is done is the
//! business of `crate::engine::sinks`.

pub(crate) mod outflow;
mod report;

use std::fmt;

use futures_sink::Sink;

use crate::live::WhenFull;
use crate::outline::Mention;
use crate::runner::Runner;
use crate::strategy::HandlerError;
use crate::stream::{Event, Payload, Stream};
use outflow::Buffer;

pub use report::ForwardReport;

/// How many events wait for a sink, unless told otherwise.
const CAPACITY: usize = 1_024;

impl Runner {
    /// Hands each event of a stream on to a [`futures::Sink`](Sink): the sender of a channel, a socket, a codec.
    ///
    /// An event goes into a bounded buffer after all handlers, and after the functions of [`Runner::sink`] (S8), in the
    /// order of dispatch. The run itself empties it between two items, whenever the sink is ready. When 1024 events
    /// wait the run waits too, until there is room: in history time stands still, in the live phase the run falls
    /// [behind](crate::Report::max_behind). Nothing is lost so; a [`Forward`] may say otherwise. What the sink does has no
    /// influence on what is dispatched, or in which order.
    ///
    /// At the end of the run, however it ends, each sink has what is left and is flushed and closed. For that
    /// [`Runner::run`] waits, up to five seconds of real time if it was asked to stop, and [`Runner::run_live`] always up
    /// to five seconds; what is left then is dropped, and counted in [`Report::forwards`](crate::Report::forwards).
    ///
    /// An error or a panic of the sink stops the run with [`ErrorKind::Sink`](crate::ErrorKind::Sink).
    ///
    /// ```
    /// use asp_core::{Runner, Stream, timestamps};
    /// use futures::StreamExt;
    /// use futures::channel::mpsc;
    /// use futures::executor::block_on_stream;
    ///
    /// const NUMBERS: Stream<u32> = Stream::new("numbers");
    /// let numbers = timestamps("2025-01-01".parse()?, "1s".parse()?).zip(0..10_000);
    ///
    /// let (sender, receiver) = mpsc::channel(1);
    /// let reader = std::thread::spawn(|| block_on_stream(receiver).count()); // slower than the run
    /// let outcome = Runner::new().feed(NUMBERS, numbers).forward(NUMBERS, sender).run()?;
    /// assert_eq!(reader.join().unwrap(), 10_000);
    /// assert_eq!(outcome.report().forwards[0].sent, 10_000);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn forward<T: Payload + Clone>(self, stream: Stream<T>, sink: impl IntoForward<T>) -> Self {
        let Forward { sink, capacity, when_full } = sink.into_forward();
        let mention = Some(Mention::sink(&stream));
        let buffer = Buffer::new(sink, capacity, when_full);
        self.step(mention, move |graph| graph.forward(&stream, Box::new(buffer)))
    }
}

/// A sink with options, for [`Runner::forward`].
///
/// ```
/// use asp_core::{Forward, Runner, Stream, WhenFull, timestamps};
/// use futures::sink;
///
/// const PRICES: Stream<f64> = Stream::new("prices");
/// let prices = timestamps("2025-01-01".parse()?, "1s".parse()?).zip([20.5, 20.7]);
/// let screen = Forward::new(sink::drain()).buffer(1, WhenFull::Latest);
/// Runner::new().feed(PRICES, prices).forward(PRICES, screen).run()?;
/// # Ok::<(), asp_core::Error>(())
/// ```
#[must_use = "it does nothing until a runner has it"]
pub struct Forward<K> {
    sink: K,
    capacity: usize,
    when_full: WhenFull,
}

impl<K> Forward<K> {
    /// The sink with a buffer of 1024 events, which holds the run back when it is full.
    ///
    /// ```
    /// use asp_core::{Event, Forward};
    /// use futures::channel::mpsc;
    ///
    /// let (sender, receiver) = mpsc::channel::<Event<f64>>(16);
    /// let prices = Forward::new(sender);
    /// # drop((prices, receiver));
    /// ```
    pub fn new(sink: K) -> Self {
        Forward { sink, capacity: CAPACITY, when_full: WhenFull::default() }
    }

    /// How many events may wait for the sink, and what becomes of one that finds the buffer full: the same words as for the
    /// [queues of live sources](crate::Source::queue) (S39).
    ///
    /// Before an event is dropped the sink is asked once more. A capacity of 0 counts as 1. What is emitted when the run
    /// is being stopped, by `on_stop` above all, has room in any case under [`WhenFull::Block`].
    ///
    /// ```
    /// use asp_core::{Event, Forward, WhenFull};
    /// use futures::channel::mpsc;
    ///
    /// let (sender, receiver) = mpsc::channel::<Event<f64>>(16);
    /// let prices = Forward::new(sender).buffer(100, WhenFull::DropOldest);
    /// # drop((prices, receiver));
    /// ```
    pub fn buffer(self, capacity: usize, when_full: WhenFull) -> Self {
        let capacity = if when_full == WhenFull::Latest { 1 } else { capacity.max(1) };
        Forward { capacity, when_full, ..self }
    }
}

impl<K> fmt::Debug for Forward<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Forward { capacity, when_full, .. } = self;
        f.debug_struct("Forward")
            .field("capacity", capacity)
            .field("when_full", when_full)
            .finish_non_exhaustive()
    }
}

/// What [`Runner::forward`] takes for a stream of `T`: a [`futures::Sink`](Sink) of `Event<T>`, or a [`Forward`] with
/// options.
///
/// ```
/// use asp_core::{Event, Forward, IntoForward};
/// use futures::channel::mpsc;
///
/// fn takes_prices(_: impl IntoForward<f64>) {}
/// let (sender, receiver) = mpsc::channel::<Event<f64>>(16);
/// takes_prices(sender.clone());
/// takes_prices(Forward::new(sender));
/// # drop(receiver);
/// ```
#[diagnostic::on_unimplemented(
    message = "a stream of `{T}` cannot be forwarded to this",
    label = "not a sink of `Event<{T}>`",
    note = "it is to be a `futures::Sink<asp::Event<{T}>>` that is `Send + 'static`",
    note = "a sink of something else can be adapted with `SinkExt::with(..)`; a closure is for `.sink(..)`"
)]
pub trait IntoForward<T> {
    /// The sink.
    type Sink: Sink<Event<T>, Error: HandlerError> + Send + 'static;

    /// As a sink with options.
    ///
    /// ```
    /// use asp_core::{Forward, IntoForward};
    /// use futures::sink::{self, Drain};
    ///
    /// let forward: Forward<Drain<_>> = IntoForward::<f64>::into_forward(sink::drain());
    /// # drop(forward);
    /// ```
    fn into_forward(self) -> Forward<Self::Sink>;
}

impl<T, K> IntoForward<T> for Forward<K>
where
    K: Sink<Event<T>, Error: HandlerError> + Send + 'static,
{
    type Sink = K;

    fn into_forward(self) -> Forward<K> {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T, K> IntoForward<T> for K
where
    K: Sink<Event<T>, Error: HandlerError> + Send + 'static,
{
    type Sink = K;

    fn into_forward(self) -> Forward<K> {
        Forward::new(self)
    }
}
