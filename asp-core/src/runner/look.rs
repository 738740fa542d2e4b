//! Who looks at a run: observers, monitors, and those who ask what it consists of.

use super::{Runner, Step};
use crate::monitor::Monitor;
use crate::observe::Dispatch;
use crate::outline::RunGraph;
use crate::stream::{Event, Payload, Stream};

impl Runner {
    /// Shows each handler call to `observer`, just before it is made. A run without observers pays nothing for it.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// let (sender, calls) = std::sync::mpsc::channel();
    /// Runner::new()
    ///     .feed(Greeter::NAMES, names())
    ///     .add(Greeter::default())
    ///     .observe(move |dispatch| sender.send(dispatch.handler.to_owned()).expect("a receiver"))
    ///     .run()?;
    /// let calls: Vec<String> = calls.iter().collect();
    /// assert_eq!(calls, ["arrive", "arrive", "greet", "arrive", "greet", "greet"]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn observe(mut self, observer: impl FnMut(&Dispatch<'_>) + Send + 'static) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Measures how long each handler takes, for [`Report::handlers`](crate::Report::handlers). A run that is not asked to
    /// pays nothing for it.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default());
    /// let outcome = runner.time_handlers().run()?;
    /// let calls: Vec<(&str, u64)> =
    ///     outcome.report().handlers.iter().map(|times| (times.handler.as_str(), times.calls)).collect();
    /// assert_eq!(calls, [("arrive", 3), ("greet", 3)]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn time_handlers(mut self) -> Self {
        self.times = true;
        self
    }

    /// Lets `monitor` look at the run while it goes on. A run that is not asked pays nothing for it.
    ///
    /// The docs of [`Monitor`] have an example.
    pub fn monitor(mut self, monitor: &Monitor) -> Self {
        self.monitor = Some(monitor.clone());
        self
    }

    /// Shows some events of a stream to `look`, after all others that read it: the first ten, and ten more whenever the run
    /// has [answered](Monitor::ask) its monitor. Of all others it knows nothing, and they cost nothing.
    ///
    /// It is no reader of the stream, and no part of the graph. If it panics, it is shown no more.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// let (sender, seen) = std::sync::mpsc::channel();
    /// let monitor = Monitor::new();
    /// Runner::new()
    ///     .feed(Greeter::NAMES, names())
    ///     .add(Greeter::default())
    ///     .monitor(&monitor)
    ///     .peek(Greeter::NAMES, move |event| sender.send(event.value.clone()).expect("a receiver"))
    ///     .run()?;
    /// assert_eq!(seen.iter().collect::<Vec<_>>(), ["Jane", "John", "Sarah"]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn peek<T: Payload>(self, stream: Stream<T>, look: impl FnMut(&Event<T>) + Send + 'static) -> Self {
        self.step(None, move |graph| graph.peek(&stream, Box::new(look)))
    }

    /// What the run consists of, as it stands.
    ///
    /// It may be asked for at any step, also of a graph with faults.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// let graph = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).graph();
    /// assert_eq!(graph.streams[0].read_by, ["Greeter::arrive"]);
    /// assert_eq!(graph.strategies[0].emits, ["greetings"]);
    /// ```
    pub fn graph(&self) -> RunGraph {
        let mut graph = RunGraph::default();
        for step in &self.steps {
            match step {
                Step::Graph { mention, .. } => mention.iter().for_each(|mention| graph.mention(mention)),
                Step::Add(add) => graph.join(add.name.as_deref(), (add.about)(), &add.rebinds),
            }
        }
        graph.name_coroutines();
        graph
    }
}
