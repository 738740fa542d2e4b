#![allow(unused)]

use asp::prelude::*;

struct Item<'a>(&'a str);

struct View<'a> {
    shown: Option<&'a str>,
}

#[strategy]
impl<'a> View<'a> {
    #[on_event(stream = "items")]
    fn item(&mut self, item: Item<'a>) {
        self.shown = Some(item.0);
    }

    #[on_event(stream = "names")]
    fn names(&mut self, names: &Vec<Option<&'a str>>) {}

    #[on_event(stream = "views")]
    fn view(&mut self, view: View<'static>) {}
}

fn main() {}
