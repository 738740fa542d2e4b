//! One binary for all behaviour tests.

mod kit;
mod properties;
mod reference;
mod rules;
