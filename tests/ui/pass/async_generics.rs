#![deny(warnings)]
//! Handlers that wait, in blocks with generics, by macros, under conditions, and without a prelude.

use asp::prelude::*;

trait Msg: Clone + Send + 'static {
    type Id: Clone + Send + 'static;
}

struct Relay<T, U: ?Sized, const N: usize> {
    last: Vec<T>,
    show: Box<U>,
}

#[strategy(emits(echo: T, ids: T::Id))]
impl<T: Msg, U: ?Sized + Send + 'static, const N: usize> Relay<T, U, N>
where
    Self: Sized,
{
    #[on_event(stream = "in")]
    async fn receive(&mut self, cx: &TaskContext<Self>, message: T) {
        cx.sleep(Duration::from_secs(1)).await;
        let _ = cx.after(Duration::from_secs(1)).again([message.clone(), message.clone()]);
        let _ = &self.show;
        self.last.push(message);
    }

    #[on_event(stream = "in")]
    async fn beside(this: Shared<Relay<T, U, N>>, message: Event<T>) {
        this.sleep(Duration::from_secs(1)).await;
        this.with(|relay, cx| {
            cx.emit(Self::ECHO, message.value.clone());
            relay.last.push(message.value);
        });
    }

    #[after]
    async fn again(&mut self, cx: &TaskContext<Self>, [first, _]: [T; 2]) {
        cx.sleep(Duration::from_secs(1)).await;
        cx.emit(Self::ECHO, first);
    }

    #[after]
    async fn forward(this: Shared<Self>, id: <T as Msg>::Id) {
        this.sleep(Duration::from_secs(1)).await;
        this.with(|_, cx| cx.emit(Self::IDS, id));
    }

    #[after]
    #[every("1s")]
    async fn tick(&mut self) {
        std::future::ready(()).await;
        assert!(self.last.len() < N);
    }
}

/// All of its calls are async, and some are not there.
struct Partly;

#[strategy]
impl Partly {
    #[cfg(any())]
    #[every("1s")]
    async fn gone(&mut self) {}

    #[cfg(any())]
    #[after]
    async fn gone_too(this: Shared<Self>, _: Missing) {}
}

mod beside {
    use asp::prelude::{Duration, TaskContext, strategy};

    /// A payload that is called like the way to share a strategy.
    #[derive(Clone)]
    pub(crate) struct Shared<T>(T);

    pub(crate) struct Beside;

    #[strategy]
    impl Beside {
        #[on_event(stream = "shared")]
        fn read(&mut self, shared: Shared<u8>) {
            let _ = shared.0;
        }

        #[on_event(stream = "shared")]
        async fn wait(&mut self, cx: &TaskContext<Self>, shared: Shared<u8>) {
            cx.sleep(Duration::from_secs(1)).await;
            let _ = shared.0;
        }
    }
}

macro_rules! counter {
    ($name:ident, $ty:ty, $stream:literal, $interval:literal) => {
        struct $name($ty);

        #[strategy]
        impl $name {
            #[on_event(stream = $stream)]
            async fn count(&mut self, cx: &TaskContext<Self>, value: $ty) {
                cx.sleep(Duration::from_secs(1)).await;
                self.0 += value;
            }

            #[after]
            async fn again(this: Shared<Self>, value: $ty) {
                this.sleep(Duration::from_secs(1)).await;
                this.with(|counter, _| counter.0 += value);
            }

            #[every($interval)]
            async fn tick(&mut self) {
                std::future::ready(()).await;
            }
        }
    };
}

counter!(Small, u8, "small", "1s");

macro_rules! from_parts {
    ($vis:vis $name:ident { $($method:item)* }) => {
        $vis struct $name;

        #[strategy]
        impl $name {
            $($method)*
        }
    };
}

from_parts!(pub(crate) Parts {
    #[on_event(stream = "names")]
    async fn names(&mut self, cx: &TaskContext<Self>, name: String) {
        cx.sleep(Duration::from_secs(1)).await;
        let _ = name;
    }

    #[on_event(stream = "names")]
    async fn beside(this: Shared<Self>, event: Event<String>) {
        this.sleep(Duration::from_secs(1)).await;
        let _ = event.value;
    }

    #[every("1s")]
    #[after]
    async fn tick(this: Shared<Self>) -> Result<(), std::fmt::Error> {
        this.sleep(Duration::from_secs(1)).await;
        Ok(())
    }
});

macro_rules! one_method {
    ($self:ident, $cx:ident, $pattern:pat, $ty:ty, $body:block) => {
        struct OneMethod;

        #[strategy]
        impl OneMethod {
            #[on_event(stream = "events")]
            async fn event(&mut $self, $cx: &TaskContext<Self>, $pattern: $ty) $body
        }
    };
}

one_method!(self, cx, (a, b), (u8, u8), {
    cx.sleep(Duration::from_secs(1)).await;
    let _ = (self, a, b);
});

fn main() {
    let _ = Relay::<u8, str, 3>::ECHO;
    let _ = |relay: Relay<u8, str, 3>| Runner::new().add(relay).add(Partly).add(beside::Beside);
    let _ = || Runner::new().add(Small(0)).add(Parts).add(OneMethod);
}

impl Msg for u8 {
    type Id = u16;
}
