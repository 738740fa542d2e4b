#![allow(unused)]

use asp::prelude::*;

struct Relay<T> {
    last: Option<T>,
}

#[strategy(emits(echo: T))]
impl<T> Relay<T> {
    #[on_event(stream = "messages")]
    fn message(&mut self, cx: &Context<Self>, message: T) {
        cx.after(Duration::from_secs(1)).send(message);
    }

    #[after]
    fn send(&mut self, cx: &Context<Self>, message: T) {
        cx.emit(Self::ECHO, message);
    }
}

struct Watcher<T: ?Sized, U> {
    last: Box<T>,
    other: U,
}

#[strategy]
impl<T: ?Sized, U> Watcher<T, U> {
    #[on_event(stream = "messages")]
    fn message(&mut self, message: &U) {}
}

// Which of the bounds is missing is for the compiler to say, where there are some.
struct Counter<T> {
    last: Option<T>,
}

#[strategy]
impl<T: Send + 'static> Counter<T> {
    #[on_event(stream = "messages")]
    fn message(&mut self, message: T) {
        self.last = Some(message);
    }
}

fn main() {
    let _ = Runner::new().add(Relay::<u8> { last: None });
}
