//! Files as users see them: what is read, what is written, and what is said where that fails.

mod errors;
mod kit;
mod parquet;
mod sources;
mod tail;
mod writer;
