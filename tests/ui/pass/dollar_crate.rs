#![deny(warnings)]
//! `crate = $crate::..`: a crate that wraps asp and whose users know nothing of it.

pub mod vendor {
    pub mod engine {
        pub use ::asp::*;
    }

    #[macro_export]
    macro_rules! greeter {
        ($name:ident, $payload:ty) => {
            struct $name;

            #[$crate::vendor::engine::strategy(emits(out: $payload), crate = $crate::vendor::engine)]
            impl $name {
                #[on_event(stream = "in")]
                fn read(&mut self, cx: &$crate::vendor::engine::Context<Self>, value: $payload) {
                    let _ = cx.after($crate::vendor::engine::Duration::from_secs(1)).write(value);
                }

                #[after]
                fn write(&mut self, cx: &$crate::vendor::engine::Context<Self>, value: $payload) {
                    cx.emit(Self::OUT, value);
                }

                #[on_event(stream = "in")]
                #[after]
                async fn wait(&mut self, cx: &$crate::vendor::engine::TaskContext<Self>, value: $payload) {
                    cx.sleep($crate::vendor::engine::Duration::from_secs(1)).await;
                    cx.emit(Self::OUT, value);
                }

                #[on_event(stream = "in")]
                async fn beside(
                    this: $crate::vendor::engine::Shared<Self>,
                    event: $crate::vendor::engine::Event<$payload>,
                ) {
                    this.with(|_, cx| cx.emit(Self::OUT, event.value));
                }
            }
        };
    }
}

greeter!(Greeter, Vec<u8>);

fn main() {
    let _ = || asp::Runner::new().add(Greeter);
}
