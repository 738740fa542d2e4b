//! What becomes of things that go wrong, as the builder of a run decides.

/// What becomes of an error that a handler returns.
///
/// ```
/// use asp_core::{OnError, Runner};
///
/// assert_eq!(OnError::default(), OnError::Stop);
/// let outcome = Runner::new().on_error(OnError::Continue).run()?;
/// assert_eq!(outcome.report().errors, 0);
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnError {
    /// It stops the run (S43).
    #[default]
    Stop,
    /// It is counted in the report, and the run goes on. A panic stops it all the same.
    Continue,
}

/// What becomes of a call that is scheduled in the past.
///
/// ```
/// use asp_core::{PastSchedule, Runner};
///
/// assert_eq!(PastSchedule::default(), PastSchedule::Clamp);
/// let outcome = Runner::new().past_schedule(PastSchedule::Error).run()?;
/// assert_eq!(outcome.report().clamped, 0);
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PastSchedule {
    /// It is made at once, and counted in the report (S11).
    #[default]
    Clamp,
    /// It stops the run.
    Error,
}
