#![deny(warnings)]
#![allow(non_snake_case)]
//! Keywords as names of methods, streams, payloads and types.

use asp::prelude::*;

#[allow(non_camel_case_types)]
struct r#struct;

#[strategy(emits(r#type: u32))]
impl r#struct {
    #[on_event(stream = "match")]
    fn r#match(&mut self, cx: &Context<Self>, r#fn: u32) {
        let _ = cx.after(Duration::from_secs(1)).r#loop(r#fn);
        cx.emit(Self::TYPE, r#fn);
    }

    #[after]
    fn r#loop(&mut self, r#in: u32) {
        let _ = r#in;
    }

    #[on_event(stream = "self")]
    fn a_b(&mut self, _: u32) {}

    #[after]
    fn a__b(&mut self, _: u32) {}
}

fn main() {
    let _ = (r#struct::MATCH, r#struct::TYPE, r#struct::SELF);
    let _ = Runner::new().add(r#struct);
}
