#![deny(warnings)]
//! Generics and conditions are carried over everything that is generated.

use std::fmt::Display;

use asp::prelude::*;

trait Msg: Clone + Send + 'static {
    type Id: Clone + Send + 'static;

    fn id(&self) -> Self::Id;
}

impl Msg for u8 {
    type Id = u16;

    fn id(&self) -> u16 {
        1000 + u16::from(*self)
    }
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
        let _ = cx.after(Duration::from_secs(1)).forward(first.id());
        cx.emit(Self::ECHO, first);
    }

    #[after]
    fn forward(&mut self, cx: &Context<Self>, id: <T as Msg>::Id) {
        let _ = cx.after(Duration::from_secs(1)).nest(Vec::new());
        cx.emit(Self::IDS, id);
    }

    #[after]
    fn nest(&mut self, cx: &Context<Self>, parts: Vec<Box<Self>>) {
        assert!(parts.is_empty());
        cx.stop();
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

struct Where<T, const N: usize>([T; N]);

#[strategy(emits(parts: [T; N]))]
impl<T, const N: usize> Where<T, N>
where
    T: Copy + Send + 'static,
{
    #[on_event(stream = "in")]
    fn receive(&mut self, cx: &Context<Self>, message: Event<T>) {
        self.0[0] = message.value;
        cx.emit(Self::PARTS, self.0);
    }
}

fn main() {
    type Numbers = Relay<u8, str, 3>;
    type Both = Where<u8, 2>;
    let relay = Numbers { last: Vec::new(), show: "".into() };
    let start = Timestamp::EPOCH;
    let runner = Runner::new().feed(Numbers::IN, [(start, 7)]).add(relay).add(Pure(1)).add(Where([1_u8, 2]));
    let mut outcome = runner.collect(Numbers::ECHO).collect(Numbers::IDS).collect(Both::PARTS).run().unwrap();
    assert_eq!(outcome.take::<Numbers>().unwrap().last, [7]);
    assert_eq!(outcome.collected(Numbers::ECHO).unwrap()[0].value, 7);
    assert_eq!(outcome.collected(Numbers::IDS).unwrap()[0].value, 1007);
    assert_eq!(outcome.collected(Both::PARTS).unwrap()[0].value, [7, 2]);
}
