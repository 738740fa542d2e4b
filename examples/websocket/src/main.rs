//! A WebSocket: trades from an archive, then live from a server that drops the connection once.
//!
//! The server is in this program too (`server.rs`), on a port of the loopback device; all else is as it would be with
//! one across the world. It numbers its trades, and begins each connection with the latest of them, so that archive and
//! connection overlap, and so do the two connections. `splice_by_id` lets each trade through once, and nothing is
//! lost while the line is down.
//!
//! The client is `tokio-tungstenite`. Whatever gives a `futures::Stream` can take its place.

mod server;

use asp::Reconnect;
use asp::prelude::*;
use futures_util::{Stream, StreamExt};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Error as SocketError;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone, Copy, Debug)]
struct Trade {
    id: u64,
    cents: u64,
}

#[derive(Default)]
struct Tape {
    trades: u64,
    cents: u64,
}

#[strategy]
impl Tape {
    #[on_event(stream = "trades")]
    fn trade(&mut self, cx: &Context<Self>, Trade { id, cents }: Trade) {
        let source = if cx.arrival().is_some() { "live" } else { "archive" };
        println!("trade {id:2} at {:3}.{:02} ({source})", cents / 100, cents % 100);
        self.trades += 1;
        self.cents += cents;
    }

    #[on_live]
    fn live(&mut self) {
        println!("** Running live **");
    }

    #[on_notice(stream = "trades")]
    fn connection(&mut self, notice: Notice) {
        println!("{notice}");
    }

    #[on_stop]
    fn total(&mut self) {
        println!("{} trades, {}.{:02} in total", self.trades, self.cents / 100, self.cents % 100);
    }
}

// ANCHOR: subscribe
/// Connects, and makes trades of the messages.
async fn subscribe(
    url: String,
) -> Result<impl Stream<Item = Result<(Timestamp, Trade), Failure>>, SocketError> {
    let (socket, _) = connect_async(url).await?;
    Ok(socket.filter_map(async |message| match message {
        Ok(message) if message.is_text() => Some(message.to_text().map_err(Failure::from).and_then(parse)),
        Ok(_) => None, // pings, and the farewell
        Err(error) => Some(Err(error.into())),
    }))
}
// ANCHOR_END: subscribe

/// `17 1735689600000000000 10050`: number, nanoseconds since 1970, cents.
fn parse(line: &str) -> Result<(Timestamp, Trade), Failure> {
    let mut fields = line.split(' ');
    let mut field = || fields.next().ok_or_else(|| format!("a field is missing in `{line}`"));
    let (id, time, cents) = (field()?.parse()?, field()?.parse()?, field()?.parse()?);
    Ok((Timestamp::from_nanos(time), Trade { id, cents }))
}

/// What is on file up to `until`.
async fn archive(until: Timestamp) -> Result<Vec<(Timestamp, Trade)>, Failure> {
    let trades = server::ARCHIVE.lines().map(parse).collect::<Result<Vec<_>, _>>()?;
    Ok(trades.into_iter().take_while(|&(time, _)| time <= until).collect())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let url = server::start().await?;

    // ANCHOR: source
    let trades = Source::connect(async move || subscribe(url).await.map(Source::try_live_at))
        .history(archive)
        .splice_by_id(|trade| trade.id)
        .sequence(|trade| trade.id)
        .reconnect(Reconnect::new(Duration::from_millis(20)).attempts(10));
    // ANCHOR_END: source
    let outcome = Runner::new().feed(Tape::TRADES, trades).add(Tape::default()).run_live().await?;

    let feed = &outcome.report().live[0];
    println!(
        "{} received, {} of them known already, {} missing, {} disconnects",
        feed.received + feed.spliced,
        feed.spliced,
        feed.missing,
        feed.disconnects
    );
    Ok(())
}
