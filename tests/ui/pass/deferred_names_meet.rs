#![deny(warnings)]
#![allow(non_snake_case)]
//! Names of methods are kept as they are, so that names which another case would make equal stay two.

use asp::prelude::*;

#[derive(Default)]
struct Greeter {
    log: Vec<&'static str>,
}

#[strategy]
impl Greeter {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        let _ = cx.after(Duration::from_secs(1)).a_b(1);
        let _ = cx.after(Duration::from_secs(2)).a__b(2);
        let _ = cx.after(Duration::from_secs(3)).aB();
        let _ = cx.after(Duration::from_secs(4)).AB();
    }

    #[after]
    fn a_b(&mut self, _: u8) {
        self.log.push("a_b");
    }

    #[after]
    fn a__b(&mut self, _: u16) {
        self.log.push("a__b");
    }

    #[after]
    fn aB(&mut self) {
        self.log.push("aB");
    }

    #[after]
    fn AB(&mut self) {
        self.log.push("AB");
    }
}

fn main() {
    let greeter: Greeter = Runner::new().add(Greeter::default()).run().unwrap().take().unwrap();
    assert_eq!(greeter.log, ["a_b", "a__b", "aB", "AB"]);
}
