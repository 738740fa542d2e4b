//! From tokens to the model: what is read, what is kept after a fault, what is reported.

use proc_macro2::TokenStream;
use quote::quote;

use super::{read, tokens};
use crate::diag::shown;
use crate::fallback;
use crate::model::{Action, Form, StreamRef};

#[test]
fn a_block_as_data() {
    let (model, faults) = read(
        "emits(sums: f64), crate = ::engine",
        r#"
        impl Greeter {
            const STEP: u32 = 1;
            #[on_event(stream = "order-book")]
            #[asp::on_event(stream = Exchange::ACKS)]
            fn greet(&mut self, cx: &Context<Self>, mut name: Event<String>) -> Result<(), Failed> {}
            #[every("1.5s", aligned, missed = "skip")]
            #[after]
            fn tick(&mut self) {}
            fn helper(&self) {}
        }
        "#,
    );
    let model = model.expect("this is a block");
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(shown(&model.krate), "::engine");
    assert_eq!(model.emits[0].stream.constant, "SUMS");
    let [greet, tick] = model.handlers.as_slice() else {
        panic!("helpers are no handlers");
    };
    let payload = greet.payload.as_ref().expect("it takes one");
    assert_eq!(payload.form, Form::Event);
    assert_eq!(shown(&payload.carried), "String");
    assert_eq!(payload.name.as_ref().expect("it is plain"), "name");
    assert!(greet.context.is_some() && greet.is_sound && !greet.is_call());
    assert!(matches!(
        &greet.triggers[0].action,
        Action::Event(StreamRef::Named { stream, .. })
            if stream.name == "order-book" && stream.constant == "ORDER_BOOK"
    ));
    assert!(matches!(&greet.triggers[1].action, Action::Event(StreamRef::Constant(_))));
    let Action::Every(interval) = &tick.triggers[0].action else {
        panic!("it is periodic");
    };
    assert_eq!(interval.nanos, 1_500_000_000);
    assert!(interval.aligned && interval.skip_missed && !interval.immediate);
    assert!(tick.is_deferred() && tick.payload.is_none());
}

#[test]
fn streams_whose_latest_event_is_kept() {
    let (model, faults) = read(
        "latest(quotes: Quote, Exchange::ACKS, <Book<f64> as Streams>::BOOKS), emits(quotes: Quote)",
        r#"
        impl Joiner {
            #[on_event(stream = "quotes")]
            #[on_end(stream = "quotes")]
            fn changed(&mut self) {}
        }
        "#,
    );
    let model = model.expect("this is a block");
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(model.latest[0].stream.constant, "QUOTES");
    assert_eq!(shown(&model.latest[0].ty), "Quote");
    let constants: Vec<String> = model.latest_constants.iter().map(shown).collect();
    assert_eq!(constants, ["Exchange::ACKS", "<Book<f64> as Streams>::BOOKS"]);
}

#[test]
fn payload_forms() {
    let table = [
        ("name: String", Form::Value, "String"),
        ("name: &String", Form::Reference, "String"),
        ("name: Event<String>", Form::Event, "String"),
        ("name: &Event<Vec<u8>>", Form::EventReference, "Vec<u8>"),
        ("(a, b): (u8, u8)", Form::Value, "(u8, u8)"),
        ("name: &'static str", Form::Reference, "String"),
        ("f: Box<dyn Fn(&str) + Send>", Form::Value, "Box<dyn Fn(&str) + Send>"),
    ];
    for (parameter, form, carried) in table {
        let item = format!("impl G {{ #[on_event(stream = \"x\")] fn f(&mut self, {parameter}) {{}} }}");
        let (model, _) = read("", &item);
        let model = model.expect("this is a block");
        let payload = model.handlers[0].payload.as_ref().expect(parameter);
        assert_eq!((payload.form, shown(&payload.carried).as_str()), (form, carried), "{parameter}");
    }
}

#[test]
fn notices_say_nothing_of_their_stream() {
    let (model, faults) = read(
        "",
        r#"
        impl Greeter {
            #[on_notice(stream = "names")]
            fn feed_state(&mut self, notice: &Notice) {}
            #[on_event(stream = "names")]
            fn greet(&mut self, name: String) {}
        }
        "#,
    );
    assert_eq!(faults, Vec::<String>::new());
    let model = model.expect("this is a block");
    let notice = model.handlers[0].payload.as_ref().expect("it takes one");
    assert_eq!((notice.form, shown(&notice.carried)), (Form::Reference, "Notice".to_owned()));
    assert_eq!(model.carried_by("names").map(shown), Some("String".to_owned()));
}

#[test]
fn all_faults_of_a_block_are_reported() {
    let (model, faults) = read(
        "emit(a: u8)",
        r#"
        impl Greeter {
            #[on_event(steam = "names", colour = "red")]
            fn greet(&self, name: String) {}
            #[every("1m")]
            fn tick(&mut self) {}
            #[after]
            fn close(&mut self, id: &u32) {}
        }
        "#,
    );
    let first_lines: Vec<&str> = faults.iter().map(|text| text.lines().next().unwrap_or("")).collect();
    assert_eq!(
        first_lines,
        [
            "`#[strategy]` has no option `emit`",
            "`#[on_event]` has no key `steam`",
            "`#[on_event]` has no key `colour`",
            "unit `m` is ambiguous",
            "a deferred call keeps its payload until it runs",
        ]
    );
    let model = model.expect("this is a block");
    assert!(model.handlers.iter().all(|handler| !handler.is_sound));
    assert_eq!(model.carried_by("names").map(shown), Some("String".to_owned()), "the stream that was meant");
}

#[test]
fn texts_keep_their_form() {
    let blocks = [
        "struct Greeter;",
        "impl Greeter {}",
        "impl Greeter { #[on_event] fn a(&mut self, x: u8) {} #[every] fn b(&mut self) {} }",
        "impl Greeter { #[on_event(stream = \"a b\")] fn a<T>(self, x: &mut T, y: u8, cx: Context) {} }",
        "impl Greeter { #[every(5)] fn b(&self) {} #[on_stop(\"1s\")] fn c() -> ! {} }",
        "impl Greeter { #[on_notice] fn f(&mut self) {} #[on_live(5)] fn g(&mut self) {} #[on_caught_up] fn h(&mut self, x: u8) {} }",
        "impl Greeter { #[on_notice(stream = \"a\")] fn f(&mut self, x: &str) {} #[on_notice(stream = \"a\")] fn g(&mut self, x: u8, y: u8) {} }",
        "impl<'a> View<'a> { #[on_end(stream = \"x\")] async unsafe fn e(&mut self) {} }",
    ];
    for block in blocks {
        let (_, faults) = read("colour", block);
        assert!(!faults.is_empty(), "{block}");
        for fault in faults {
            let mut lines = fault.lines();
            let first = lines.next().expect("a text has a line");
            assert!(!first.starts_with(char::is_uppercase) && !first.ends_with(['.', '?']), "{fault}");
            assert!(
                lines.all(|line| line.starts_with("= help: ") || line.starts_with("= note: ")),
                "{fault}"
            );
        }
    }
}

#[test]
fn bodies_are_not_read() {
    let (model, faults) = read("", "impl G { #[every(\"1s\")] fn tick(&mut self) { self. let = } }");
    assert!(model.is_some());
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn odd_items_pass_through() {
    let item = r#"
        impl G {
            #![allow(unused)]
            pub(crate) const fn new() -> Self { G }
            const F: fn(u8) -> [u8; { 1 + 1 }] = |_| { [0, 0] };
            type T = u8;
            default! { x }
            call!(y);
            pub unsafe extern "C" fn out(self: Box<Self>, _: u8, ...) -> Foo<{ N }> where u8: Sized {}
            #[every("1s")]
            fn tick(&mut self) {}
        }
    "#;
    let (model, faults) = read("", item);
    assert_eq!(faults, Vec::<String>::new());
    let model = model.expect("this is a block");
    assert_eq!((model.handlers.len(), model.macro_calls.len()), (1, 2));
    let (block, _) = crate::parse::place(tokens(item), &mut crate::diag::Sink::default()).expect("a block");
    // How puncts are joined is lost on the way; the compiler does not look at it here.
    let spaceless = |tokens: TokenStream| tokens.to_string().replace(' ', "");
    assert_eq!(spaceless(quote!(#block)), spaceless(tokens(item)));
}

#[test]
fn handler_attributes_leave_items_that_are_no_block() {
    let item =
        tokens("trait T { #[every(\"1s\")] #[doc(hidden)] fn a(&self); #[asp::after] fn b(&self) {} }");
    let out = fallback::item(item, &quote!());
    assert_eq!(out.to_string(), tokens("trait T { #[doc(hidden)] fn a(&self); fn b(&self) {} }").to_string());
}
