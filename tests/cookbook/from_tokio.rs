//! The job of `means.rs`, as a task of tokio.

use crate::kit::{at, clock, printed};

// ANCHOR: task
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant, interval_at, sleep_until};

async fn means(mut prices: mpsc::Receiver<f64>, means: mpsc::Sender<(Instant, f64)>) {
    let second = Duration::from_secs(1);
    let mut ticks = interval_at(Instant::now() + second, second);
    let (mut sum, mut count) = (0.0, 0);
    loop {
        tokio::select! {
            biased; // looks at them from top to bottom, each time
            price = prices.recv() => match price {
                Some(price) => {
                    sum += price;
                    count += 1;
                }
                None => break,
            },
            tick = ticks.tick() => {
                if count > 0 && means.send((tick, sum / f64::from(count))).await.is_err() {
                    break;
                }
                (sum, count) = (0.0, 0);
            }
        }
    }
}
// ANCHOR_END: task

// ANCHOR: run
#[tokio::test(start_paused = true)]
async fn the_mean_of_each_second() {
    let start = Instant::now();
    let (price_sender, prices) = mpsc::channel(16);
    let (sender, mut receiver) = mpsc::channel(16);
    tokio::spawn(means(prices, sender));
    tokio::spawn(async move {
        for (millis, price) in [(200, 10.0), (700, 12.0), (1900, 20.0), (3100, 30.0)] {
            sleep_until(start + Duration::from_millis(millis)).await;
            price_sender.send(price).await.unwrap();
        }
        sleep_until(start + Duration::from_secs(5)).await; // else the last second has no tick
    });
    let mut lines = Vec::new();
    while let Some((tick, mean)) = receiver.recv().await {
        let passed = asp::Duration::try_from(tick - start).unwrap();
        lines.push(format!("{} {mean}", clock(at("09:00:00") + passed)));
    }
    printed("means", lines);
}
// ANCHOR_END: run
