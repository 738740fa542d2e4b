//! One binary for all behaviour tests.

mod properties;
mod reference;
