#![no_implicit_prelude]
//! What is generated for handlers that wait has paths that begin at the root, or where `crate` says.

mod vendor {
    pub(crate) mod engine {
        pub(crate) use ::asp::*;
    }
}

struct Greeter;

#[::asp::strategy(emits(greetings: ::std::string::String))]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(
        &mut self,
        cx: &::asp::TaskContext<Self>,
        name: ::asp::Event<::std::string::String>,
    ) -> ::std::result::Result<(), ::std::fmt::Error> {
        cx.sleep(::asp::Duration::from_secs(1)).await;
        cx.emit(Self::GREETINGS, name.value);
        ::std::result::Result::Ok(())
    }

    #[every("1s")]
    #[after]
    async fn tick(this: ::asp::Shared<Self>) {
        this.sleep(::asp::Duration::from_secs(1)).await;
    }
}

struct Elsewhere;

#[vendor::engine::strategy(crate = crate::vendor::engine)]
impl Elsewhere {
    #[on_event(stream = "names")]
    async fn greet(this: vendor::engine::Shared<Self>, _: ::std::string::String) {
        this.sleep(::asp::Duration::from_secs(1)).await;
    }

    #[after]
    async fn wait(&mut self, cx: &vendor::engine::TaskContext<Self>, _: u8) {
        cx.sleep(::asp::Duration::from_secs(1)).await;
    }
}

fn main() {
    let _ = || ::asp::Runner::new().add(Greeter).add(Elsewhere);
}
