use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, _: String) {}
}

fn main() {
    let names = vec!["Jane".to_owned(), "John".to_owned()];
    let _ = Runner::new().feed(Greeter::NAMES, names.clone()).add(Greeter).run();
    let _: Source<String> = Source::past(names);
}
