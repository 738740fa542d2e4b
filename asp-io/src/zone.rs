//! Time zones, as far as this build has them.

use asp_core::Timestamp;

#[cfg(feature = "tz")]
use crate::names;

/// The zone of times that are written without an offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Zone {
    #[default]
    Utc,
    #[cfg(feature = "tz")]
    Named(chrono_tz::Tz),
}

/// Why a local time is not one instant of its zone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotOnce {
    /// Clocks were put forward over it.
    Skipped,
    /// Clocks were put back to it: the offsets of the first and of the second time, as text.
    Twice(String, String),
    /// It is no timestamp.
    OutOfRange,
}

impl Zone {
    #[cfg(feature = "tz")]
    pub(crate) fn of_name(name: &str) -> Option<Zone> {
        if name == "UTC" { Some(Zone::Utc) } else { name.parse().ok().map(Zone::Named) }
    }

    #[cfg(not(feature = "tz"))]
    pub(crate) fn of_name(name: &str) -> Option<Zone> {
        (name == "UTC").then_some(Zone::Utc)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Zone::Utc => "UTC",
            #[cfg(feature = "tz")]
            Zone::Named(zone) => zone.name(),
        }
    }

    /// What to write instead of a name that is not known.
    #[cfg(feature = "tz")]
    pub(crate) fn help(name: &str) -> String {
        match names::similar(name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())) {
            Some(similar) => format!("a zone with a similar name exists: `{similar}`"),
            None => {
                "zones are named as in the IANA database: `UTC`, `Europe/Paris`, `America/New_York`".into()
            }
        }
    }

    #[cfg(not(feature = "tz"))]
    pub(crate) fn help(_: &str) -> String {
        "this program knows `UTC` alone; enable feature `tz` of `asp-io` for the others".into()
    }

    /// The instant of a local time, which comes as the timestamp that it would be in UTC.
    pub(crate) fn instant(self, local: Timestamp) -> Result<Timestamp, NotOnce> {
        match self {
            Zone::Utc => Ok(local),
            #[cfg(feature = "tz")]
            Zone::Named(zone) => instant_in(zone, local),
        }
    }
}

#[cfg(feature = "tz")]
fn instant_in(zone: chrono_tz::Tz, local: Timestamp) -> Result<Timestamp, NotOnce> {
    use chrono::{DateTime, LocalResult, Offset, TimeZone, Utc};

    let local = DateTime::<Utc>::from(local).naive_utc();
    match zone.from_local_datetime(&local) {
        LocalResult::Single(time) => time.try_into().map_err(|_| NotOnce::OutOfRange),
        LocalResult::None => Err(NotOnce::Skipped),
        LocalResult::Ambiguous(first, second) => {
            Err(NotOnce::Twice(first.offset().fix().to_string(), second.offset().fix().to_string()))
        }
    }
}
