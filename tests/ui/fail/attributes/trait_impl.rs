#![allow(unused)]

use asp::prelude::*;

use std::fmt::{self, Display};

struct Greeter;

#[strategy]
impl Display for Greeter {
    #[on_start]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("greeter")
    }
}

fn main() {}
