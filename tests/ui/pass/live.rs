#![deny(warnings, missing_docs)]
//! Hooks of live runs, and notices in all their forms.

use asp::prelude::*;

mod exchange {
    use asp::prelude::*;

    #[derive(Default)]
    pub struct Exchange;

    #[strategy(emits(acks: u32))]
    impl Exchange {
        #[on_live]
        fn live(&mut self) {}
    }
}

use exchange::Exchange;

type Told = asp::Notice;

/// A strategy.
#[derive(Default)]
pub struct Greeter {
    told: Vec<Notice>,
}

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        let _ = cx.after(Duration::from_secs(1)).again(Notice::Reconnected { attempts: name.len() as u32 });
    }

    #[on_live]
    fn live(&mut self) {}

    #[on_caught_up]
    fn trade_now(&mut self, cx: &Context<Self>) -> Result<(), std::fmt::Error> {
        let _ = cx.now();
        Ok(())
    }

    #[asp::on_live]
    #[asp::on_caught_up]
    #[every("1s")]
    #[on_notice(stream = "names")]
    #[on_end(stream = "names")]
    fn tick(&mut self) {}

    /// By value.
    #[on_notice(stream = "names")]
    fn by_value(&mut self, notice: Notice) {
        self.told.push(notice);
    }

    #[on_notice(stream = "names")]
    fn by_reference(&mut self, cx: &Context<Self>, notice: &asp::Notice) -> Result<(), std::fmt::Error> {
        println!("{} {notice}", cx.now());
        Ok(())
    }

    #[on_notice(stream = Exchange::ACKS)]
    #[asp::on_notice(stream = "names")]
    fn of_two(&mut self, cx: &Context<Self>, _: Told) {
        cx.stop();
    }

    #[on_notice(stream = Exchange::ACKS)]
    fn without(&mut self, cx: &Context<Self>) {
        cx.stop();
    }

    #[after]
    #[on_notice(stream = "names")]
    fn again(&mut self, mut notice: Notice) {
        if let Notice::Reconnected { attempts } = &mut notice {
            *attempts += 1;
        }
    }

    #[cfg(any())]
    #[on_notice(stream = Missing::STREAM)]
    fn not_there(&mut self, notice: Notice) {}
}

/// A generic one.
pub struct Relay<T>(Option<T>);

#[strategy]
impl<T: Clone + Send + 'static> Relay<T> {
    #[on_event(stream = "messages")]
    fn message(&mut self, message: T) {
        self.0 = Some(message);
    }

    #[on_notice(stream = "messages")]
    fn feed_state(&mut self, _: &Notice) {
        self.0 = None;
    }
}

fn main() {
    let graph = Runner::new().add(Greeter::default()).add(Relay::<u8>(None)).add(Exchange).graph();
    let handlers = graph.strategies[0].handlers.iter();
    let handlers: Vec<String> = handlers.map(|handler| format!("{} {}", handler.method, handler.trigger)).collect();
    assert_eq!(
        handlers,
        [
            "arrive on_event \"names\"",
            "live on_live",
            "trade_now on_caught_up",
            "tick on_live",
            "tick on_caught_up",
            "tick every 1s",
            "tick on_notice \"names\"",
            "tick on_end \"names\"",
            "by_value on_notice \"names\"",
            "by_reference on_notice \"names\"",
            "of_two on_notice \"acks\"",
            "of_two on_notice \"names\"",
            "without on_notice \"acks\"",
            "again after",
            "again on_notice \"names\"",
        ]
    );
}
