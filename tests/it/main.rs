//! One binary for all behaviour tests.

mod clock;
mod determinism;
mod face;
mod handover;
mod kit;
mod properties;
mod recipes;
mod reference;
mod rules;
mod simulator;
mod soak;
mod sources_agree;
mod waiting;
mod windows;
