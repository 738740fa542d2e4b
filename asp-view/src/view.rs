//! What is to be served, and where.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use asp_core::{Monitor, Payload, RunGraph, Runner, Stream};
use serde::Serialize;

use crate::error::ServeError;
use crate::events::Taps;
use crate::server::{Server, listen};
use crate::shared::Shared;

/// Serves a run at an address, as `127.0.0.1:8080`, or `8080` for short; `127.0.0.1:0` is a port that is free.
///
/// # Errors
///
/// If the address is none, is taken, or other machines reach it.
///
/// ```
/// use asp_core::Runner;
///
/// let (runner, view) = asp_view::serve(Runner::new(), "127.0.0.1:0")?;
/// assert!(view.url().starts_with("http://127.0.0.1:"));
/// # view.stop();
/// # runner.run()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn serve(runner: Runner, address: &str) -> Result<(Runner, Server), ServeError> {
    View::new().at(address).serve(runner)
}

/// What the page of a run is to show, and where it is.
///
/// ```
/// use asp_core::{Runner, Stream, timestamps};
/// use asp_view::View;
///
/// const PRICES: Stream<f64> = Stream::new("prices");
///
/// let prices = timestamps("2025-01-01".parse()?, "1s".parse()?).zip([20.5, 20.7, 20.6]);
/// let runner = Runner::new().feed(PRICES, prices).collect(PRICES);
/// let (runner, view) = View::new().title("prices").events(PRICES).serve(runner)?;
/// eprintln!("see {}", view.url());
/// runner.run()?;
/// # view.stop();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a view does nothing until it serves a run"]
pub struct View {
    title: Option<String>,
    address: String,
    is_for_anyone: bool,
    graph: Option<RunGraph>,
    events: Vec<(String, Attach)>,
}

type Attach = Box<dyn FnOnce(Runner, &mut Taps) -> Runner + Send>;

impl View {
    /// A view on a port of 127.0.0.1 that is free.
    ///
    /// ```
    /// let view = asp_view::View::new();
    /// # drop(view);
    /// ```
    pub fn new() -> Self {
        View {
            title: None,
            address: "127.0.0.1:0".to_owned(),
            is_for_anyone: false,
            graph: None,
            events: Vec::new(),
        }
    }

    /// What the run is called.
    ///
    /// ```
    /// let view = asp_view::View::new().title("momentum, two weeks");
    /// # drop(view);
    /// ```
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Serves there, as `127.0.0.1:8080`, `[::1]:8080`, or `8080` for short.
    ///
    /// ```
    /// let view = asp_view::View::new().at("8080");
    /// # drop(view);
    /// ```
    pub fn at(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// Lets everybody look who reaches the address, from other machines and under any name. There is no password.
    ///
    /// Without it the address has to be one of this machine alone, and the page is shown to those only who ask for it by such a name:
    /// a page from elsewhere cannot have a name of its own lead here, and read what the run does.
    ///
    /// ```
    /// let view = asp_view::View::new().at("0.0.0.0:8080").anyone();
    /// # drop(view);
    /// ```
    pub fn anyone(mut self) -> Self {
        self.is_for_anyone = true;
        self
    }

    /// The graph to be shown, if it is another than [`Runner::graph`] tells: with the origins of the streams, say.
    ///
    /// ```
    /// let view = asp_view::View::new().graph(asp_core::Runner::new().graph());
    /// # drop(view);
    /// ```
    pub fn graph(mut self, graph: RunGraph) -> Self {
        self.graph = Some(graph);
        self
    }

    /// Shows the last events of a stream, of one with many a few of each fifth of a second.
    ///
    /// ```
    /// use asp_core::Stream;
    ///
    /// const PRICES: Stream<f64> = Stream::new("prices");
    /// let view = asp_view::View::new().events(PRICES);
    /// # drop(view);
    /// ```
    pub fn events<T: Payload + Serialize>(mut self, stream: Stream<T>) -> Self {
        let name = stream.name().to_owned();
        if self.events.iter().all(|(other, _)| *other != name) {
            self.events.push((name, Box::new(|runner, taps| taps.tap(runner, stream))));
        }
        self
    }

    /// Begins to serve, and lets the page look at the run.
    ///
    /// # Errors
    ///
    /// If the address is none, is taken, or other machines reach it and [`View::anyone`] was not called.
    ///
    /// The docs of [`View`] have an example.
    pub fn serve(self, runner: Runner) -> Result<(Runner, Server), ServeError> {
        let address = resolve(&self.address)?;
        if !self.is_for_anyone && !address.ip().is_loopback() {
            return Err(ServeError::NotLoopback { address });
        }
        let listener = listen(address)?;
        let system = |error| ServeError::System { address, error };
        let address = listener.local_addr().map_err(system)?;
        // What the page itself attaches is no part of the graph.
        let graph = self.graph.unwrap_or_else(|| runner.graph());
        let (monitor, mut taps) = (Monitor::new(), Taps::default());
        let mut runner = runner.monitor(&monitor);
        for (_, attach) in self.events {
            runner = attach(runner, &mut taps);
        }
        let title = self.title.unwrap_or_else(|| "A run".to_owned());
        let run = format!("{}-{}", std::process::id(), address.port());
        let shared = Arc::new(Shared::new(title, run, graph, monitor, taps));
        let server = Server::begin(listener, address, self.is_for_anyone, shared).map_err(system)?;
        Ok((runner, server))
    }
}

/// The first address that the text stands for; a number alone is a port of this machine.
fn resolve(text: &str) -> Result<SocketAddr, ServeError> {
    let no_address = || ServeError::NoAddress { text: text.to_owned() };
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::from(([127, 0, 0, 1], port)));
    }
    text.to_socket_addrs().ok().and_then(|mut all| all.next()).ok_or_else(no_address)
}

impl Default for View {
    fn default() -> Self {
        View::new()
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events: Vec<&str> = self.events.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("View")
            .field("title", &self.title)
            .field("address", &self.address)
            .field("events", &events)
            .finish_non_exhaustive()
    }
}
