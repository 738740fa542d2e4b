//! The other side: a server that sends a trade every few milliseconds, and drops the connection once.

use std::io;
use std::time::{Duration, SystemTime};

use futures_util::SinkExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_async};

/// The trades of the first of January: number, nanoseconds since 1970, cents.
pub(crate) const ARCHIVE: &str = "\
1 1735732800000000000 10019
2 1735732860000000000 10038
3 1735732920000000000 10057
4 1735732980000000000 10076";

/// Begins to listen, and says where.
pub(crate) async fn start() -> io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("ws://{}/trades", listener.local_addr()?);
    tokio::spawn(async move {
        if let Err(error) = serve(&listener).await {
            eprintln!("the server: {error}");
        }
    });
    Ok(url)
}

/// Serves two connections, and begins each with the latest trades, in case that the client has missed them.
async fn serve(listener: &TcpListener) -> Result<(), Error> {
    let mut trades: Vec<String> = ARCHIVE.lines().map(String::from).collect();

    let mut client = accept(listener).await?;
    send(&mut client, &trades[2..]).await?;
    for _ in 5..=8 {
        make(&mut trades).await;
        send(&mut client, &trades[trades.len() - 1..]).await?;
    }
    drop(client); // without a farewell, as when a process dies

    make(&mut trades).await;
    make(&mut trades).await;

    let mut client = accept(listener).await?;
    send(&mut client, &trades[5..]).await?;
    for _ in 11..=12 {
        make(&mut trades).await;
        send(&mut client, &trades[trades.len() - 1..]).await?;
    }
    client.close(None).await
}

/// The next trade, a little later.
async fn make(trades: &mut Vec<String>) {
    sleep(Duration::from_millis(5)).await;
    let id = trades.len() + 1;
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    trades.push(format!("{id} {} {}", time.as_nanos(), 10_000 + id * 19 % 100));
}

async fn accept(listener: &TcpListener) -> Result<WebSocketStream<TcpStream>, Error> {
    let (connection, _) = listener.accept().await?;
    accept_async(connection).await
}

async fn send(client: &mut WebSocketStream<TcpStream>, trades: &[String]) -> Result<(), Error> {
    for trade in trades {
        client.send(Message::text(trade.as_str())).await?;
    }
    Ok(())
}
