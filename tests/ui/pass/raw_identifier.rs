#![deny(warnings)]
//! Keywords as names of methods, streams, payloads and types. They are shown as they are meant, without `r#`.

use asp::prelude::*;

#[allow(non_camel_case_types)]
#[derive(Default)]
struct r#struct {
    sum: u32,
}

#[strategy(emits(r#type: u32))]
impl r#struct {
    #[on_event(stream = "match")]
    fn r#match(&mut self, cx: &Context<Self>, r#fn: u32) {
        let _ = cx.after(Duration::from_secs(1)).r#loop(r#fn);
        cx.emit(Self::TYPE, r#fn);
    }

    #[after]
    fn r#loop(&mut self, r#in: u32) {
        self.sum += r#in;
    }

    #[on_event(stream = "self")]
    fn r#move(&mut self, r#ref: &u32) {
        self.sum += r#ref;
    }
}

fn main() {
    let start = Timestamp::EPOCH;
    let runner = Runner::new().feed(r#struct::MATCH, [(start, 1)]).feed(r#struct::SELF, [(start, 20)]);
    let runner = runner.add(r#struct::default()).collect(r#struct::TYPE);
    let strategy = &runner.graph().strategies[0];
    let methods: Vec<&str> = strategy.handlers.iter().map(|handler| handler.method.as_ref()).collect();
    assert_eq!((strategy.name.as_str(), methods), ("struct", vec!["match", "loop", "move"]));
    let mut outcome = runner.run().unwrap();
    assert_eq!(outcome.take::<r#struct>().unwrap().sum, 21);
    assert_eq!(outcome.collected(r#struct::TYPE).unwrap().len(), 1);
}
