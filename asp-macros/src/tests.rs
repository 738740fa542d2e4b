//! Unit tests over token streams, and snapshots of expansions.

mod docs;
mod duration;
mod expansion;
mod explained;
mod params;
mod program;
mod reading;
mod show;
mod shown;
mod size;
mod tables;
mod tasks;
mod texts;

use proc_macro2::TokenStream;

use crate::diag::Sink;
use crate::model::Strategy;
use crate::{checks, parse};

/// The model of a block and the texts of its faults.
fn read(arguments: &str, item: &str) -> (Option<Strategy>, Vec<String>) {
    let mut sink = Sink::default();
    let model = parse::place(tokens(item), &mut sink).ok().map(|(mut block, name)| {
        let mut model = parse::strategy(tokens(arguments), &mut block, name, &mut sink);
        checks::run(&mut model, &block, &mut sink);
        model
    });
    (model, sink.texts())
}

fn tokens(source: &str) -> TokenStream {
    source.parse().expect("tests are written in tokens")
}
