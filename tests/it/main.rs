//! One binary for all behaviour tests.

mod clock;
mod determinism;
mod face;
mod fused;
mod growing;
mod handover;
mod kit;
mod latest;
mod mistakes;
mod monitor;
mod properties;
mod recipes;
mod reference;
mod rules;
mod simulator;
mod soak;
mod sources_agree;
mod stepping;
mod sweeping;
mod waiting;
mod windows;
