#![deny(warnings)]
//! Handlers that are called like what generated code uses: methods of its traits, of contexts and of the call slots.

use asp::prelude::*;

#[derive(Default)]
struct Greeter {
    log: Vec<u8>,
}

#[strategy(emits(emit: u8))]
impl Greeter {
    #[on_start]
    fn wire(&mut self, cx: &Context<Self>) {
        let second = Duration::from_secs(1);
        let _ = cx.after(second).call(1);
        let _ = cx.after(second).calls(2);
        let _ = cx.after(second).call_name(3);
        let _ = cx.after(second).put(4);
        let _ = cx.after(second).put_with();
        let _ = cx.after(second).begin(6);
        let _ = cx.after(second).is_async();
        let _ = cx.after(second).into_result();
        cx.emit(Self::EMIT, 1);
    }

    #[on_event(stream = "emit")]
    fn name(&mut self, _: u8) {
        self.log.push(10);
    }

    #[after("1s")]
    fn default(&mut self) {
        self.log.push(9);
    }

    #[every("1s")]
    fn now(&mut self, cx: &Context<Self>) {
        self.log.push(11);
        if self.log.len() > 3 {
            cx.stop();
        }
    }

    #[after]
    fn call(&mut self, number: u8) {
        self.log.push(number);
    }

    #[after]
    fn calls(&mut self, number: u8) {
        self.log.push(number);
    }

    #[after]
    fn call_name(&mut self, number: u8) {
        self.log.push(number);
    }

    #[after]
    fn put(&mut self, number: u8) {
        self.log.push(number);
    }

    #[after]
    fn put_with(&mut self) {
        self.log.push(5);
    }

    #[after]
    async fn begin(&mut self, number: u8) {
        self.log.push(number);
        std::future::ready(()).await;
    }

    #[after]
    fn is_async(&mut self) {
        self.log.push(7);
    }

    #[after]
    fn into_result(&mut self) -> Result<(), std::fmt::Error> {
        self.log.push(8);
        Ok(())
    }
}

fn main() {
    let greeter = <Greeter as Default>::default();
    let mut outcome = Runner::new().add(greeter).end(Timestamp::from_secs(2)).start(Timestamp::EPOCH).run().unwrap();
    let mut log = outcome.take::<Greeter>().unwrap().log;
    assert_eq!(log.remove(0), 10);
    log.sort_unstable();
    assert_eq!(log, [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]);
}
