//! Sleeping on tokio's clock, paused or not.

use super::Duration;

/// Sleeps for `length`; not at all if it is not above zero.
pub(crate) async fn sleep_in_tokio(length: Duration) {
    let nanos = u64::try_from(length.as_nanos()).unwrap_or(0);
    tokio::time::sleep(std::time::Duration::from_nanos(nanos)).await;
}
