//! `#[derive(Params)]`: read -> check -> expand, or fall back. A struct is its item, so it has a pipeline of its own.

mod expand;
mod read;
mod values;

use proc_macro2::{Ident, TokenStream};
use syn::{Data, DeriveInput, Fields, Generics, Type};

use crate::diag::{Sink, params as text};
use crate::show;
use values::Values;

/// What is said of a struct.
pub(crate) struct Params {
    pub(crate) krate: TokenStream,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) params: Vec<Param>,
}

/// A field with `#[param]`.
pub(crate) struct Param {
    pub(crate) field: Ident,
    pub(crate) ty: Type,
    pub(crate) values: Values,
}

/// `#[derive(Params)] item`
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => input,
        // The compiler has read the item before, and said what it thinks of it.
        Err(_) => return TokenStream::new(),
    };
    let mut sink = Sink::default();
    let params = read(&input, &mut sink);
    match sink.into_tokens() {
        None => show::on_request(&params.name.to_string(), "`#[derive(Params)]`", expand::params(&params)),
        Some(errors) => expand::fallback(&params, &errors),
    }
}

fn read(input: &DeriveInput, sink: &mut Sink) -> Params {
    let mut params = Params {
        krate: read::krate(&input.attrs, sink),
        name: input.ident.clone(),
        generics: input.generics.clone(),
        params: Vec::new(),
    };
    let what = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => {
                let before = sink.count();
                params.params = fields.named.iter().filter_map(|field| read::field(field, sink)).collect();
                has_parameters(&params, sink.count() > before, sink);
                return params;
            }
            Fields::Unnamed(_) => "a tuple struct",
            Fields::Unit => "a struct without fields",
        },
        Data::Enum(_) => "an enum",
        Data::Union(_) => "a union",
    };
    sink.report(&input.ident, text::params_on_item(what));
    params
}

/// Rule `params_missing`.
fn has_parameters(params: &Params, has_faults: bool, sink: &mut Sink) {
    if params.params.is_empty() && !has_faults {
        sink.report(&params.name, text::params_missing(&params.name.to_string()));
    }
}

#[cfg(test)]
pub(crate) fn faults(item: &str) -> Vec<String> {
    let mut sink = Sink::default();
    read(&syn::parse_str(item).expect("tests are written in structs"), &mut sink);
    sink.texts()
}
