#![allow(unused)]

use asp::prelude::*;

struct Greeter;

fn main() {
    let _ = Runner::new().add(Greeter);
}
