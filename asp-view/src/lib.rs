//! A run of ASP in a browser, while it goes on: rates, lag, what is pending, the last events, the graph with counts.
//!
//! [`serve`] gives a run a page of its own, [`View`] says more of what is on it. The page comes from a thread of its own,
//! which looks at the run through a [`Monitor`](asp_core::Monitor) as long as somebody has the page open. Nobody but
//! programs on the same machine reaches it, unless [`View::anyone`] says so.
//!
//! ```
//! use asp_core::{Runner, Stream, timestamps};
//!
//! const PRICES: Stream<f64> = Stream::new("prices");
//!
//! let prices = timestamps("2025-01-01".parse()?, "1s".parse()?).zip([20.5, 20.7, 20.6]);
//! let runner = Runner::new().feed(PRICES, prices).collect(PRICES);
//! let (runner, view) = asp_view::serve(runner, "127.0.0.1:0")?;
//! eprintln!("see {}", view.url());
//! let result = runner.run();
//! view.finish(&result);
//! // `view.wait()` would go on serving what was seen, until the program is ended.
//! # view.stop();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod error;
mod events;
mod history;
mod message;
mod page;
mod server;
mod shared;
mod view;

pub use error::ServeError;
pub use server::Server;
pub use view::{View, serve};
