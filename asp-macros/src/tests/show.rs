//! `ASP_EXPAND`: expansions as code that can be read and pasted.

use super::tokens;
use crate::show::code;

#[test]
fn an_expansion_is_shown_as_one_would_write_it() {
    let expansion = tokens(
        r#"#[doc = r" Someone came in."] pub struct Greeter { count: u32 }
        #[allow(dead_code)] impl Greeter { #[doc = "The stream `names`."]
        pub const NAMES: ::asp::Stream<String> = ::asp::Stream::declared("names"); }"#,
    );
    let shown = r#"/// Someone came in.
pub struct Greeter {
    count: u32,
}

#[allow(dead_code)]
impl Greeter {
    /// The stream `names`.
    pub const NAMES: ::asp::Stream<String> = ::asp::Stream::declared("names");
}
"#;
    assert_eq!(code(&expansion), shown);
}

#[test]
fn what_rustfmt_cannot_read_is_shown_as_it_is() {
    assert_eq!(code(&tokens("impl Greeter { fn }")), "impl Greeter { fn }\n");
}
