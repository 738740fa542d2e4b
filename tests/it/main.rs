//! One binary for all behaviour tests.

mod determinism;
mod face;
mod kit;
mod properties;
mod reference;
mod rules;
mod sources_agree;
