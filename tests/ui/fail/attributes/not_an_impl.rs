#![allow(unused)]

use asp::prelude::*;

#[strategy]
struct Greeter;

#[strategy]
pub enum Mode {
    On,
}

#[strategy]
fn greet() {}

#[strategy]
const fn greeting() {}

#[strategy]
mod greeter {}

fn main() {}
