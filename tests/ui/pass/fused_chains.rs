//! Strategies of all forms can be part of a fused chain.

#![deny(warnings, missing_docs, unreachable_pub)]

use std::fmt::Debug;

use asp::prelude::*;

#[derive(Clone, Debug)]
struct Hidden(u32);

/// Emits what nobody else can name, and two streams of one type.
pub struct Source;

#[strategy(emits(hidden: Hidden, more: Hidden, raw: u32), fuse)]
impl Source {
    #[on_event(stream = "numbers")]
    fn number(&mut self, cx: &Context<Self>, number: u32) {
        cx.emit(Self::HIDDEN, Hidden(number));
    }

    #[on_event(stream = "ends")]
    fn end(&mut self) {}

    #[on_event(stream = "ends")]
    fn ended(&mut self, _: u32) {}

    #[cfg(any())]
    #[on_event(stream = "never")]
    fn never(&mut self, _: Nothing) {}

    #[on_event(stream = "others")]
    async fn other(&mut self, _: u32) {}
}

struct Relay<T, const N: usize>
where
    T: Default,
{
    last: [T; N],
}

#[strategy(emits(relayed: (T, Hidden)), fuse, crate = ::asp)]
impl<T, const N: usize> Relay<T, N>
where
    T: Clone + Debug + Default + Send + 'static,
{
    #[on_event(stream = Source::HIDDEN)]
    fn relay(&mut self, cx: &Context<Self>, hidden: &Event<Hidden>) -> Result<(), String> {
        assert_eq!(hidden.time, cx.now());
        cx.emit(Self::RELAYED, (self.last[0].clone(), hidden.value.clone()));
        Ok(())
    }
}

#[derive(Default)]
struct Sink {
    sum: u32,
    r#type: u32,
}

#[strategy(fuse)]
impl Sink {
    #[on_event(stream = Relay::<u8, 1>::RELAYED)]
    fn r#match(&mut self, (_, Hidden(number)): (u8, Hidden)) {
        self.sum += number;
        self.r#type += 1;
    }
}

fn main() -> asp::Result<()> {
    let numbers = timestamps(Timestamp::EPOCH, Duration::from_secs(1)).zip(1..=100);
    let mut outcome = Runner::new()
        .feed(Source::NUMBERS, numbers)
        .opens(Source::ENDS)
        .opens(Source::OTHERS)
        .add(Source)
        .add(Relay::<u8, 1> { last: [7] })
        .add(Sink::default())
        .fuse::<(Source, Relay<u8, 1>, Sink)>()
        .run()?;
    assert_eq!(outcome.report().fused, 2 * 98);
    let sink: Sink = outcome.take()?;
    assert_eq!((sink.sum, sink.r#type), (5050, 100));
    Ok(())
}
