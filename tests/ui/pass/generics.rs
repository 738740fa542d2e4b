#![deny(warnings)]
//! Generics and conditions are carried over everything that is generated.

use std::fmt::Display;

use asp::prelude::*;

trait Msg: Clone + Send + 'static {
    type Id: Clone + Send + 'static;
}

impl Msg for u8 {
    type Id = u16;
}

struct Relay<T, U: ?Sized, const N: usize> {
    last: Vec<T>,
    show: Box<U>,
}

#[strategy(emits(echo: T, ids: T::Id))]
impl<T: Msg, U: ?Sized + Display + Send + 'static, const N: usize> Relay<T, U, N>
where
    Vec<T>: Sized,
    Self: Sized,
{
    #[on_event(stream = "in")]
    fn receive(&mut self, cx: &Context<Self>, message: T) {
        let _ = cx.after(Duration::from_secs(1)).again([message.clone(), message.clone()]);
        let _ = cx.every(Duration::from_secs(1)).tick();
        let _ = self.show.to_string();
        self.last.push(message);
    }

    #[after]
    fn again(&mut self, cx: &Context<Self>, [first, _]: [T; 2]) {
        cx.emit(Self::ECHO, first);
    }

    #[after]
    fn forward(&mut self, id: <T as Msg>::Id) {
        let _ = id;
    }

    #[after]
    fn nest(&mut self, parts: Vec<Box<Self>>) {
        let _ = parts;
    }

    #[after]
    #[every("1s")]
    fn tick(&mut self) {
        assert!(self.last.len() < N);
    }
}

struct Pure<T>(T);

#[strategy]
impl<T: Send + 'static> Pure<T> {
    #[on_start]
    fn start(&mut self) {
        let _ = &self.0;
    }
}

fn main() {
    let _ = Relay::<u8, str, 3>::ECHO;
    let relay = Relay::<u8, str, 3> { last: Vec::new(), show: "".into() };
    let _ = Runner::new().add(relay).add(Pure(1));
}
