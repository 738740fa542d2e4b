#![allow(unused)]

#[asp::main]
struct Greeter;

fn main() {}
