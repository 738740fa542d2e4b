//! Coroutines: code that runs from top to bottom on the virtual clock, with sleeps, channels and joins.
//!
//! A baker and a shop run beside each other and meet in a channel with room for one loaf. Each oven is a task that the
//! baker starts and joins. `shop` begins to sell when the first loaf is there; as it sells slower than the baker
//! bakes, the baker comes to wait for it. The two take turns at the same points in every run, since only sleeps move
//! time, and what one wakes goes on within the instant.

use asp::prelude::*;
use asp::{RunContext, sleep};
use futures_util::future;
use tokio::sync::mpsc::{self, Receiver, Sender};

fn minutes(minutes: i64) -> Duration {
    Duration::from_mins(minutes)
}

async fn bake(cx: RunContext, loaves: Sender<u32>) {
    let oven = |bread: &'static str, time| {
        let heat = async move {
            sleep(time).await; // works without a context too
            println!("{} {bread} is ready", asp::now());
        };
        cx.spawn(heat)
    };
    let _both_are_done = future::join(oven("rye", minutes(40)), oven("wheat", minutes(25))).await;

    for loaf in 1..=4 {
        cx.sleep(minutes(5)).await;
        println!("{} loaf {loaf} is cut", cx.now());
        if loaves.send(loaf).await.is_err() {
            println!("{} nobody buys loaf {loaf}", cx.now());
        }
    }
}

async fn sell(cx: RunContext, mut loaves: Receiver<u32>) {
    let closing = cx.now() + minutes(70);
    while let Some(loaf) = loaves.recv().await {
        println!("{} loaf {loaf} is in the shop", cx.now());
        cx.sleep(minutes(10)).await;
        println!("{} loaf {loaf} is sold", cx.now());
        if cx.now() >= closing {
            break;
        }
    }
    println!("{} the shop closes", cx.now());
}

fn main() -> asp::Result<()> {
    let (loaves, shelf) = mpsc::channel(1);
    let outcome = Runner::new()
        .start("2025-01-01T04:00:00Z".parse()?)
        .spawn_as("baker", |cx| bake(cx, loaves))
        .spawn_as("shop", |cx| sell(cx, shelf))
        .run()?;
    println!("wakes: {}", outcome.report().dispatched.wakes);
    Ok(())
}
