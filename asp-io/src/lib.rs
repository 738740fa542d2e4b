//! Sources and sinks of ASP over files: CSV, JSON lines and Parquet, compressed or not, globs, standard input and
//! output.
//!
//! A [`Uri`] says where data is and how it is to be read. [`source`] makes an [`asp_core::Source`] of it, which
//! streams with constant memory; a [`Writer`] takes events the other way, and what it writes reads back as equal
//! events. A [`LiveUri`] names a file that grows, which [`live`] follows.
//!
//! ```
//! use asp_core::{Event, Runner, Stream};
//! use asp_io::{ReadOptions, Uri, Writer};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
//! struct Trade { price: f64, symbol: String }
//!
//! const TRADES: Stream<Trade> = Stream::new("trades");
//! # let folder = tempfile::tempdir()?;
//! # std::env::set_current_dir(&folder)?;
//! let uri: Uri = "trades.csv".parse()?;
//! let trade = Event { time: "2025-01-01".parse()?, value: Trade { price: 0.1, symbol: "MSFT".into() } };
//!
//! let mut writer = Writer::create(&uri)?;
//! writer.write(&trade)?;
//! writer.finish()?;
//! assert_eq!(std::fs::read_to_string("trades.csv")?, "time,price,symbol\n2025-01-01T00:00:00Z,0.1,MSFT\n");
//!
//! let trades = asp_io::source(&uri, &ReadOptions::new())?;
//! let mut outcome = Runner::new().feed(TRADES, trades).collect(TRADES).run()?;
//! assert_eq!(outcome.collected(TRADES)?, [trade]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Features, all on by default: `csv`, `jsonl`, `parquet`, `gzip`, and `tz` for zones other than UTC.
#![forbid(unsafe_code)]
#![cfg_attr(not(all(feature = "csv", feature = "jsonl", feature = "parquet")), allow(unused))]

#[cfg(feature = "csv")]
mod csv;
mod error;
#[cfg(any(feature = "csv", feature = "parquet"))]
mod fault;
mod files;
#[cfg(feature = "jsonl")]
mod json;
mod names;
mod options;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(any(feature = "csv", feature = "parquet"))]
mod plan;
#[cfg(any(feature = "csv", feature = "parquet"))]
mod row;
mod rows;
mod shape;
mod tail;
mod times;
mod uri;
mod writer;
mod zone;

pub use error::{IoError, IoErrorKind, RowError};
pub use options::{BadRows, ReadOptions, RowReport};
pub use rows::{Rows, rows, source};
pub use tail::{LiveRows, PastRows, live, live_rows};
pub use uri::{Format, LiveUri, Unit, Uri, UriError};
pub use writer::Writer;
