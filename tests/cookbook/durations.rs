//! What can be done with times and durations.

// ANCHOR: operations
use asp::prelude::*;

#[test]
fn times_and_durations_are_counted_with() -> asp::Result<()> {
    let noon: Timestamp = "2025-01-02T12:00:00Z".parse()?;
    let pause: Duration = "1min30s".parse()?;

    assert_eq!(noon + pause, "2025-01-02T12:01:30Z".parse()?);
    assert_eq!((noon + pause) - noon, pause); // two times, a duration; it may be negative
    assert_eq!(pause * 2 - Duration::from_secs(30), Duration::from_millis(150_000));
    assert_eq!((pause / 4).to_string(), "22s500ms");
    assert_eq!((pause.as_secs(), pause.as_secs_f64(), pause.as_nanos()), (90, 90.0, 90_000_000_000));
    assert_eq!(pause.as_nanos() / Duration::from_secs(20).as_nanos(), 4); // how often one is in the other
    assert_eq!(noon.max(noon - pause), noon); // they have an order
    assert_eq!(noon.checked_add(Duration::MAX), None); // `+` panics where this is `None`
    Ok(())
}
// ANCHOR_END: operations
