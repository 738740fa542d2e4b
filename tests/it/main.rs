//! One binary for all behaviour tests.

mod clock;
mod determinism;
mod face;
mod kit;
mod properties;
mod recipes;
mod reference;
mod rules;
mod simulator;
mod sources_agree;
