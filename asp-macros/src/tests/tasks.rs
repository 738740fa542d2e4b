//! Async handlers: what is read of them, what is reported, and what stays after faults.

use super::{read, tokens};
use crate::diag::shown;
use crate::model::{Form, Mode};
use crate::pipeline;

/// The first lines of the faults of one method.
fn faults(method: &str) -> Vec<String> {
    let (_, faults) = read("", &format!("impl Greeter {{ {method} }}"));
    faults.iter().map(|text| text.lines().next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn modes() {
    let table = [
        ("fn f(&mut self, x: u8)", Mode::Sync, None),
        ("fn f(&mut self, cx: &Context<Self>, x: Shared<u8>)", Mode::Sync, Some("&Context<Self>")),
        ("fn f(&mut self, x: Shared)", Mode::Sync, None),
        ("async fn f(&mut self, x: u8)", Mode::Exclusive, None),
        ("async fn f(&mut self, x: Shared<u8>)", Mode::Exclusive, None),
        (
            "async fn f(self: &mut Self, _: &asp::TaskContext<Self>, x: Event<u8>)",
            Mode::Exclusive,
            Some("&asp::TaskContext<Self>"),
        ),
        ("async fn f(this: Shared<Self>, x: u8)", Mode::Shared, Some("Shared<Self>")),
        (
            "async fn f(mut us: asp::Shared<Greeter>, x: Shared<u8>)",
            Mode::Shared,
            Some("asp::Shared<Greeter>"),
        ),
        (
            "async fn f(_: Shared<crate::Greeter<u8>>, Event { time, value }: Event<u8>)",
            Mode::Shared,
            Some("Shared<crate::Greeter<u8>>"),
        ),
    ];
    for (signature, mode, context) in table {
        let item = format!("impl Greeter {{ #[on_event(stream = \"x\")] {signature} {{}} }}");
        let (model, faults) = read("", &item);
        assert_eq!(faults, Vec::<String>::new(), "{signature}");
        let handler = &model.expect("this is a block").handlers[0];
        assert_eq!(handler.mode, mode, "{signature}");
        assert_eq!(handler.context.as_ref().map(shown).as_deref(), context, "{signature}");
        assert!(handler.is_sound && handler.payload.is_some(), "{signature}");
    }
}

#[test]
fn one_mistake_is_one_fault() {
    let table = [
        (
            "#[on_start] async fn f(this: &Shared, cx: Context) {}",
            "`#[on_start]` cannot wait, a hook runs to its end before anything else",
        ),
        (
            "#[on_stop] async fn f(&mut self, cx: &TaskContext<Self>) {}",
            "`#[on_stop]` cannot wait, time has ended",
        ),
        ("#[every(\"1s\")] fn f(this: &Shared) {}", "`Shared<Self>` is for async handlers"),
        (
            "#[every(\"1s\")] async fn f(this: Shared<Self>, cx: Context) {}",
            "`Shared<Self>` is a context too, there is no other beside it",
        ),
        ("#[every(\"1s\")] async fn f(this: &Shared) {}", "`Shared<Self>` is passed by value"),
        (
            "#[every(\"1s\")] async fn f(&mut self, cx: Context) {}",
            "an async handler has a `TaskContext`, it can sleep",
        ),
        ("#[every(\"1s\")] fn f(&mut self, cx: TaskContext) {}", "`TaskContext` is for async handlers"),
        (
            "#[after] async fn f(&mut self, x: &str) {}",
            "an async handler outlives the event, so it owns its payload",
        ),
        (
            "#[after] async fn f(&mut self, x: &'a u8) {}",
            "an async handler outlives the event, so it owns its payload",
        ),
        ("#[after] async fn f(self: Shared<Self>) {}", "`Shared<Self>` cannot be a receiver"),
        (
            "#[after] async fn f(x: u8, this: Shared<Self>) {}",
            "`Shared<Self>` stands where the receiver would",
        ),
        ("#[after] fn f(this: &mut Self) {}", "handlers take `&mut self`, found `this: &mut Self`"),
        (
            "#[after] async fn f(this: Arc<Mutex<Self>>, x: u8) {}",
            "async handlers take `&mut self` or `this: Shared<Self>`, found `this: Arc<Mutex<Self>>`",
        ),
        ("#[after] fn f(x: Shared<u8>) {}", "handler `f` has no receiver"),
        ("#[every(\"1s\")] async fn f(this: Shared<Self>, x: u8) {}", "a timer has nothing to pass as `x`"),
    ];
    for (method, fault) in table {
        assert_eq!(faults(method), [fault], "{method}");
    }
}

#[test]
fn a_payload_passed_by_reference_still_types_its_stream() {
    let item = "impl G { #[on_event(stream = \"x\")] async fn f(&mut self, x: &Event<u8>) {} }";
    let (model, _) = read("", item);
    let model = model.expect("this is a block");
    let payload = model.handlers[0].payload.as_ref().expect("it takes one");
    assert_eq!((payload.form, shown(&payload.carried)), (Form::EventReference, "u8".to_owned()));
}

#[test]
fn texts_keep_their_form() {
    let methods = [
        "#[on_start] async fn f(&mut self) {}",
        "#[on_stop] async fn f(&mut self) {}",
        "#[every(\"1s\")] fn f(this: Shared<Self>) {}",
        "#[every(\"1s\")] fn f(&mut self, this: Shared<Self>) {}",
        "#[every(\"1s\")] async fn f(&mut self, this: Shared<Self>) {}",
        "#[every(\"1s\")] async fn f(this: Shared<Self>, us: Shared<Self>, cx: Context) {}",
        "#[every(\"1s\")] async fn f(this: &Shared<Self>) {}",
        "#[every(\"1s\")] async fn f(this: Shared) {}",
        "#[every(\"1s\")] async fn f(&self, cx: &Context) {}",
        "#[every(\"1s\")] async fn f(self: Shared<Self>, cx: &TaskContext) {}",
        "#[every(\"1s\")] fn f(&mut self, cx: &TaskContext<Self>) -> impl Future<Output = ()> {}",
        "#[after] async fn f(&mut self, x: &u8) {}",
        "#[after] async fn f(x: u8, this: Shared<Self>) {}",
        "#[after] async fn f(&mut self, x: Event<u8>) {}",
    ];
    for method in methods {
        let (_, faults) = read("", &format!("impl Greeter {{ {method} }}"));
        assert!(!faults.is_empty(), "{method}");
        for fault in faults {
            let mut lines = fault.lines();
            let first = lines.next().expect("a text has a line");
            assert!(!first.starts_with(char::is_uppercase) && !first.ends_with(['.', '?']), "{fault}");
            assert!(
                lines.all(|line| line.starts_with("= help: ") || line.starts_with("= note: ")),
                "{fault}"
            );
            assert!(fault.lines().all(|line| line.len() <= 110), "{fault}");
        }
    }
}

#[test]
fn faulty_methods_stay_in_a_form_that_compiles() {
    let table = [
        ("async fn f(&mut self, cx: &Context) {}", "async fn f(&mut self, cx: &::asp::TaskContext<Self>) {}"),
        (
            "async fn f(&mut self, cx: &asp::Context<Self>) {}",
            "async fn f(&mut self, cx: &asp::TaskContext<Self>) {}",
        ),
        (
            "fn f(&mut self, cx: &TaskContext) { cx.sleep(x).await }",
            "async fn f(&mut self, cx: &TaskContext<Self>) { cx.sleep(x).await }",
        ),
        (
            "pub(crate) fn f(this: Shared) { { this.x().await } }",
            "pub(crate) async fn f(this: Shared<Self>) { { this.x().await } }",
        ),
        ("fn f(this: Shared<Self>) { this.now() }", "fn f(this: Shared<Self>) { this.now() }"),
        (
            "async fn f(self: Shared<Self>) { self.now(); (self) }",
            "async fn f(this: Shared<Self>) { this.now(); (this) }",
        ),
    ];
    // How puncts are joined is lost on the way.
    let spaceless = |source: &str| tokens(source).to_string().replace(' ', "");
    for (method, repaired) in table {
        let out = pipeline::strategy(tokens(""), tokens(&format!("impl G {{ #[every(\"1s\")] {method} }}")));
        let out = out.to_string().replace(' ', "");
        assert!(out.contains(&spaceless(repaired)), "{method}: {out}");
    }
}
