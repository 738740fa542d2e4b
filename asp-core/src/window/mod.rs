//! Windows: the values of the last two minutes, or the last twenty.
//!
//! A strategy keeps a window as a field, pushes what arrives, and looks at what is left:
//!
//! - [`TimeWindow`] holds the values of the last so much time, up to and with now: `(now - length, now]`;
//! - [`CountWindow`] holds the last so many values.
//!
//! Both go from the oldest value to the latest, and hand out what leaves them. Made with `of_numbers` or `summing`,
//! they know the sums of what they hold, and the mean.
//!
//! ```
//! use asp_core::window::TimeWindow;
//! use asp_core::{Duration, Timestamp};
//!
//! struct Trade {
//!     price: f64,
//!     volume: f64,
//! }
//!
//! let minute = |n| Timestamp::EPOCH + Duration::from_mins(n);
//! let mut trades: TimeWindow<Trade, 2> =
//!     TimeWindow::summing(Duration::from_mins(2), |trade: &Trade| [trade.price * trade.volume, trade.volume]);
//! trades.push(minute(0), Trade { price: 20.0, volume: 1.0 });
//! trades.push(minute(1), Trade { price: 10.0, volume: 1.0 });
//! trades.push(minute(2), Trade { price: 14.0, volume: 3.0 }); // the first one leaves
//!
//! let [paid, volume] = trades.sums();
//! assert_eq!(paid / volume, 13.0); // the price, weighted by volume
//! ```
//!
//! # Accuracy
//!
//! A sum that is kept by adding what comes and subtracting what goes is never rid of what has left: its rounding errors
//! add up, and one NaN or infinity spoils it for good. Here nothing is subtracted. The window is parted in two. Of the
//! older part, the sum from each value to the end of the part is kept, so that a value leaves by taking the next of these
//! sums; of the younger part, one running sum. When the older part is used up, the whole window becomes the older part,
//! and is summed anew. So **what has left the window has no influence on its sums**, not even by a rounding error.
//!
//! Within the window, sums are compensated: what each addition rounds off is exact in a second number and added up there.
//! For n values x the error is at most `u |Σx| + (n u)² Σ|x|`, roughly, where `u` is 1.1e-16. Values that cancel out,
//! such as 1e15 and -1e15, leave the small ones among them intact: over ten million values made to be hard, no sum or mean
//! was off by more than 2e-16 of the exact one (`scripts/windows`).
//!
//! A window that holds a NaN has the sum NaN, and one that holds an infinity an infinite one, for as long as it holds
//! them. A sum that exceeds [`f64::MAX`] on the way is infinite.
//!
//! # Cost
//!
//! A push, an eviction and a sum take constant time: amortised, since in a window of n values each nth eviction or so
//! sums it anew. A window allocates while it grows, and not again until it holds more than ever before. Each sum takes
//! up to 16 bytes a value beside the value. A window without sums does not pay for them.
//!
//! # Sources
//!
//! - Arnold Neumaier, *Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen*, ZAMM 54 (1974): the
//!   compensated sum.
//! - Takeshi Ogita, Siegfried M. Rump, Shin'ichi Oishi, *Accurate Sum and Dot Product*, SIAM J. Sci. Comput. 26 (2005):
//!   it without a branch (algorithm 4.4), and the bound of its error (proposition 4.5).
//! - Kanat Tangwongsan, Martin Hirzel, Scott Schneider, *Low-Latency Sliding-Window Aggregation in Worst-Case Constant
//!   Time*, DEBS 2017: windows of two parts, there under the name of two stacks.

mod count;
mod sums;
#[cfg(test)]
mod tests;
mod time;

pub use count::CountWindow;
pub use time::{BackInTime, Evicted, TimeWindow};
