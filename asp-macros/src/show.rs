//! `ASP_EXPAND=Greeter`: what was written for a strategy, as code on standard error.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proc_macro2::TokenStream;
use quote::quote;

/// The variable that names what to show.
const VARIABLE: &str = "ASP_EXPAND";

/// The expansion of what is called `name`, after it was shown if that was asked for.
///
/// A line is added to it, by which the compiler learns of the variable, and cargo from the compiler: without it cargo
/// would see no reason to build the crate again when the variable changes.
pub(crate) fn on_request(name: &str, attribute: &str, expansion: TokenStream) -> TokenStream {
    if env::var(VARIABLE).is_ok_and(|asked| asked == name) {
        let text = format!("// {attribute} of `{name}` writes:\n\n{}", code(&expansion));
        // There is nobody to tell that nobody listens.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
    quote! {
        #expansion
        const _: ::core::option::Option<&'static ::core::primitive::str> = ::core::option_env!(#VARIABLE);
    }
}

/// Tokens as one would write them, if rustfmt is there, which comes with the toolchain; else on one line.
pub(crate) fn code(tokens: &TokenStream) -> String {
    let plain = tokens.to_string();
    let compiler = env::current_exe().unwrap_or_default();
    let beside = compiler.with_file_name(format!("rustfmt{}", env::consts::EXE_SUFFIX));
    let formatted = [beside, PathBuf::from("rustfmt")].iter().find_map(|program| formatted(program, &plain));
    let text = formatted.unwrap_or(plain);
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        // rustfmt keeps blank lines and adds none.
        if lines.last().is_some_and(|last| last == "}" || last == "};") {
            lines.push(String::new());
        }
        lines.push(with_doc_comment(line));
    }
    lines.join("\n") + "\n"
}

fn formatted(program: &Path, code: &str) -> Option<String> {
    let mut command = Command::new(program);
    command.args(["--quiet", "--edition", "2024"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    // It reads all before it writes. If it does not, it has failed, which its status says.
    let _ = child.stdin.take()?.write_all(code.as_bytes());
    let output = child.wait_with_output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// `/// text` for `#[doc = "text"]`, which is what a doc comment is to a macro.
fn with_doc_comment(line: &str) -> String {
    let words = line.trim_start();
    let indent = &line[..line.len() - words.len()];
    let literal = words.strip_prefix("#[doc = ").and_then(|rest| rest.strip_suffix(']'));
    match literal.and_then(|literal| syn::parse_str::<syn::LitStr>(literal).ok()) {
        Some(text) if !text.value().contains('\n') => {
            format!("{indent}/// {}", text.value().trim_start())
        }
        _ => line.to_owned(),
    }
}
