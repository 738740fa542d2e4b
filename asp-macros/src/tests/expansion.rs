//! Snapshots of what comes out: few, and each with much in it.

use super::tokens;
use crate::pipeline;

fn expanded(arguments: &str, item: &str) -> String {
    let out = pipeline::strategy(tokens(arguments), tokens(item));
    let again = pipeline::strategy(tokens(arguments), tokens(item));
    assert_eq!(out.to_string(), again.to_string(), "two runs give the same tokens");
    prettyplease::unparse(&syn::parse2(out).expect("expansions are items"))
}

#[test]
fn greeter() {
    let out = expanded(
        "emits(greetings: String)",
        r#"
        impl Greeter {
            /// Someone came in.
            #[on_event(stream = "names")]
            fn arrive(&mut self, cx: &Context<Self>, name: String) {
                cx.after(Duration::from_secs(1)).greet(name);
            }

            #[after]
            fn greet(&mut self, cx: &Context<Self>, name: String) -> Result<(), Failed> {
                cx.emit(Self::GREETINGS, format!("Hello {name}."))
            }

            #[on_event(stream = "names")]
            fn count(&mut self, event: &Event<String>) {}

            #[every("1s", immediate)]
            #[after("1min")]
            #[on_end(stream = "names")]
            fn tick(&mut self) {}

            #[on_live]
            #[on_caught_up]
            #[on_notice(stream = "names")]
            fn live(&mut self, cx: &Context<Self>) {}

            #[on_notice(stream = "names")]
            fn feed_state(&mut self, cx: &Context<Self>, notice: Notice) {}

            #[on_notice(stream = Exchange::ACKS)]
            fn ack_state(&mut self, notice: &Notice) {}

            #[cfg(feature = "exchange")]
            #[on_event(stream = Exchange::ACKS)]
            fn ack(&mut self, ack: &Ack) {}
        }
        "#,
    );
    insta::assert_snapshot!(out);
}

#[test]
fn exchange() {
    let out = expanded(
        "",
        r#"
        impl Exchange {
            #[on_event(stream = "orders")]
            #[after]
            async fn fill(&mut self, cx: &TaskContext<Self>, Order { id, .. }: Order) -> Result<(), Failed> {
                cx.sleep(self.delay).await;
            }

            #[on_event(stream = "orders")]
            async fn note(this: Shared<Self>, order: Event<Order>) {}

            #[on_event(stream = "orders")]
            async fn count(&mut self) {}

            #[every("1s")]
            #[on_event(stream = Other::ACKS)]
            async fn tick(this: Shared<Self>) {}

            #[after("1min")]
            fn close(&mut self) {}

            #[cfg(feature = "late")]
            #[after]
            async fn late(this: Shared<Self>, id: u32) -> Result<(), Failed> {}
        }
        "#,
    );
    insta::assert_snapshot!(out);
}

#[test]
fn generic() {
    let out = expanded(
        "",
        r#"
        impl<T: Msg, const N: usize> Relay<T, N>
        where
            Self: Sized,
        {
            #[after]
            fn again(&mut self, messages: [T; N]) {}
        }
        "#,
    );
    insta::assert_snapshot!(out);
}

#[test]
fn after_faults() {
    let out = expanded(
        "emits(greetings: String)",
        r#"
        impl Greeter {
            #[on_event(steam = "names")]
            fn arrive(&mut self, name: String) {}

            #[after]
            fn greet(&mut self, name: String, again: bool) {}

            #[after]
            fn close(&mut self, id: u32) {}
        }
        "#,
    );
    insta::assert_snapshot!(out);
}

#[test]
fn joiner() {
    let out = expanded(
        "latest(quotes: Quote, rates: f64, Exchange::ACKS), emits(rates: Rate)",
        r#"
        impl Joiner {
            #[on_event(stream = "quotes")]
            fn moved(&mut self, quote: &Quote) {}

            #[on_event(stream = "trades")]
            fn trade(&mut self, cx: &Context<Self>, trade: Trade) {}
        }
        "#,
    );
    insta::assert_snapshot!(out);
}

#[test]
fn fused() {
    let out = expanded(
        "emits(orders: Order, notes: (T, String)), fuse",
        r#"
        impl<T: Clone> Router<T> {
            #[on_event(stream = "quotes")]
            #[on_event(stream = Other::QUOTES)]
            fn quote(&mut self, cx: &Context<Self>, Quote { bid, .. }: Quote) -> Result<(), Failed> {}

            #[on_event(stream = "orders")]
            fn note(&mut self, cx: &Context<Self>, order: &Event<Order>) {}

            #[cfg(feature = "late")]
            #[on_event(stream = Other::QUOTES)]
            fn late(&mut self) {}
        }
        "#,
    );
    insta::assert_snapshot!(out);
}
