//! Live data: sources that yield when the world does, and the run that waits for them.

mod notice;

pub use notice::Notice;
