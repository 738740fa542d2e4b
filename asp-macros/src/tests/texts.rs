//! How code is quoted in texts, and how similar names are found.

use super::tokens;
use crate::diag::{shown, similar};

#[test]
fn code_is_shown_as_written() {
    let table = [
        "&mut Self",
        "self: Pin<&mut Self>",
        "cx: &Context<Self>, name: String",
        "HashMap<String, Vec<(u8, u16)>>",
        "&'a str",
        "Box<dyn Fn(u8) -> u16 + Send>",
        "impl Into<String> + Send",
        "[u8; 4]",
        "::std::string::String",
        "<T as Msg>::Id",
        "mut name: String",
        "(bid, ask): (f64, f64)",
        "Trade { price, qty: _, .. }: Trade",
        "<T: Display + Send, const N: usize>",
        "extern \"C\"",
        "\"1s\", immediate",
        "#[cfg(all())]",
        "Exchange::ACKS",
        "acks()",
    ];
    for source in table {
        assert_eq!(shown(tokens(source)), source);
    }
}

#[test]
fn similar_names() {
    let keys = ["stream", "immediate", "aligned"];
    assert_eq!(similar("steam", keys), Some("stream"));
    assert_eq!(similar("alinged", keys), Some("aligned"));
    assert_eq!(similar("colour", keys), None);
    assert_eq!(similar("bid", ["ask", "bids"]), Some("bids"));
    assert_eq!(similar("bit", ["asks", "bids"]), None);
}
