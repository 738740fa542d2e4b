//! One binary for all behaviour tests.

mod clock;
mod determinism;
mod face;
mod kit;
mod properties;
mod reference;
mod rules;
mod sources_agree;
