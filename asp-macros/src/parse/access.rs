//! How a handler has its strategy: `&mut self` or `this: Shared<Self>`, and the context beside it.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, Ident, PathArguments, Type, TypeReference};

use super::payload::plain_name;
use super::types::{bare, behind_reference, named};
use crate::diag::{Sink, shown, signatures as text, tasks};
use crate::model::Mode;
use crate::syntax::{Parameter, Receiver, Repair, Signature, Typed};

/// What the parameters say, but for the payload.
pub(super) struct Access<'a> {
    pub(super) mode: Mode,
    pub(super) context: Option<Type>,
    pub(super) payloads: Vec<&'a Typed>,
    pub(super) repairs: Vec<Repair>,
}

/// What a parameter is there for.
enum Role<'a> {
    Receiver(&'a Receiver),
    /// In the place of the receiver, but in none of the forms that there are: `this: &mut Self`.
    Odd(&'a Typed),
    Shared(&'a Typed),
    Context(&'a Typed),
    Payload(&'a Typed),
    Variadic,
}

/// Reads the parameters. With `cannot_wait`, `async` is reported as one word too many, and nothing is
/// said about what should or should not stand beside it.
pub(super) fn read<'a>(
    signature: &'a Signature,
    strategy: &Ident,
    cannot_wait: bool,
    sink: &mut Sink,
) -> Access<'a> {
    let parameters = signature.parameters.iter().enumerate();
    let is_async = signature.asyncness.is_some();
    let roles = parameters.map(|(index, parameter)| {
        let place = if index > 0 { Place::Later } else { Place::First { is_async } };
        role(parameter, place, strategy)
    });
    let roles: Vec<Role<'_>> = roles.collect();
    let has_receiver = matches!(roles.first(), Some(Role::Receiver(_)));
    let has_shared = roles.iter().any(|role| matches!(role, Role::Shared(_)));
    let mode = match signature.asyncness {
        Some(_) if cannot_wait => Mode::Sync,
        Some(_) if has_shared && !has_receiver => Mode::Shared,
        Some(_) => Mode::Exclusive,
        None => Mode::Sync,
    };
    let mut reader = Reader { signature, strategy, mode, cannot_wait, repairs: Vec::new(), sink };
    reader.no_attributes();
    reader.receiver(&roles);
    reader.shared(&roles, has_receiver);
    let context = reader.contexts(&roles);
    let payloads = roles.iter().filter_map(|role| match role {
        Role::Payload(typed) => Some(*typed),
        _ => None,
    });
    Access { mode, context, payloads: payloads.collect(), repairs: reader.repairs }
}

/// Where a parameter stands.
#[derive(Clone, Copy)]
enum Place {
    First { is_async: bool },
    Later,
}

fn role<'a>(parameter: &'a Parameter, place: Place, strategy: &Ident) -> Role<'a> {
    match parameter {
        Parameter::Receiver(receiver) => Role::Receiver(receiver),
        Parameter::Variadic(_) => Role::Variadic,
        Parameter::Typed(typed) if is_context(&typed.ty) => Role::Context(typed),
        Parameter::Typed(typed) if is_shared(&typed.ty, place, strategy) => Role::Shared(typed),
        Parameter::Typed(typed) if is_odd(&typed.ty, place, strategy) => Role::Odd(typed),
        Parameter::Typed(typed) => Role::Payload(typed),
    }
}

fn is_odd(ty: &Type, place: Place, strategy: &Ident) -> bool {
    let is_first = matches!(place, Place::First { .. });
    is_first
        && (mentions_self(ty.to_token_stream())
            || named(behind_reference(ty)).is_some_and(|(name, _)| strategy == name.as_str()))
}

/// Whether `Self` stands in there, other than as the beginning of a path.
fn mentions_self(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match token {
            TokenTree::Ident(word) => {
                let is_prefix =
                    matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':');
                word == "Self" && !is_prefix
            }
            TokenTree::Group(group) => mentions_self(group.stream()),
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

fn is_context(ty: &Type) -> bool {
    named(behind_reference(ty)).is_some_and(|(name, _)| matches!(name.as_str(), "Context" | "TaskContext"))
}

/// In the place of the receiver, `Shared` is the strategy; elsewhere it may be a payload that is called so,
/// unless it says whose it is.
fn is_shared(ty: &Type, place: Place, strategy: &Ident) -> bool {
    match named(behind_reference(ty)) {
        Some((name, arguments)) if name == "Shared" => match place {
            Place::First { is_async: true } => true,
            Place::First { is_async: false } if arguments.is_none() => true,
            _ => is_of(arguments, strategy),
        },
        _ => false,
    }
}

/// Whether these are `<Self>`, or the strategy by its name.
fn is_of(arguments: &PathArguments, strategy: &Ident) -> bool {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return false;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(ty)) if arguments.args.len() == 1 => {
            named(ty).is_some_and(|(name, _)| name == "Self" || strategy == name.as_str())
        }
        _ => false,
    }
}

/// The name in `Context<Self>`, to point at.
fn last_name(ty: &Type) -> Option<&Ident> {
    match behind_reference(ty) {
        Type::Path(path) => path.path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}

fn lacks_self(ty: &Type) -> bool {
    matches!(named(behind_reference(ty)), Some((_, PathArguments::None)))
}

fn parameter_name(typed: &Typed, otherwise: &str) -> String {
    match plain_name(&typed.pattern) {
        Some(name) => name.to_string(),
        None => otherwise.to_owned(),
    }
}

struct Reader<'a, 's> {
    signature: &'a Signature,
    strategy: &'a Ident,
    mode: Mode,
    cannot_wait: bool,
    repairs: Vec<Repair>,
    sink: &'s mut Sink,
}

impl Reader<'_, '_> {
    fn no_attributes(&mut self) {
        for parameter in &self.signature.parameters {
            let attrs = match parameter {
                Parameter::Receiver(receiver) => &receiver.attrs,
                Parameter::Typed(typed) => &typed.attrs,
                Parameter::Variadic(dots) => {
                    self.sink.report(dots, text::variadic_handler());
                    self.repairs.push(Repair::NotVariadic);
                    continue;
                }
            };
            if let Some(attr) = attrs.first() {
                self.sink.report(attr, text::parameter_attribute(&shown(attr)));
            }
        }
    }

    fn receiver(&mut self, roles: &[Role<'_>]) {
        let receiver = match roles.first() {
            Some(Role::Receiver(receiver)) => receiver,
            Some(Role::Odd(typed)) => {
                let text = self.odd_receiver(&shown(&typed.tokens));
                self.sink.report(&typed.tokens, text);
                return;
            }
            _ => {
                if !roles.iter().any(|role| matches!(role, Role::Shared(_))) {
                    self.no_receiver();
                }
                return;
            }
        };
        let tokens = &receiver.tokens;
        let waits = self.mode != Mode::Sync;
        let in_async = Place::First { is_async: true };
        let fault = match receiver {
            Receiver { ty: Some(ty), .. } if shown(ty) == "&mut Self" => return,
            Receiver { ty: Some(ty), .. } if waits && is_shared(ty, in_async, self.strategy) => {
                self.repairs.push(Repair::This);
                tasks::shared_as_receiver().to_owned()
            }
            Receiver { ty: Some(_), .. } => self.odd_receiver(&shown(tokens)),
            Receiver { reference: false, .. } => text::owned_receiver().to_owned(),
            Receiver { mutable: false, .. } if waits => self.odd_receiver(&shown(tokens)),
            Receiver { mutable: false, .. } => text::shared_receiver().to_owned(),
            _ => return,
        };
        self.sink.report(tokens, fault);
    }

    fn odd_receiver(&self, found: &str) -> String {
        match self.mode {
            Mode::Sync => text::typed_receiver(found),
            Mode::Exclusive | Mode::Shared => tasks::odd_receiver(found),
        }
    }

    fn no_receiver(&mut self) {
        let with = |first: &str| {
            let others = self.signature.parameters.iter().map(shown);
            let parameters: Vec<String> = std::iter::once(first.to_owned()).chain(others).collect();
            self.written(&parameters)
        };
        let name = self.signature.ident.to_string();
        let beside = (self.mode != Mode::Sync).then(|| with("this: Shared<Self>"));
        let text = text::no_receiver(&name, &with("&mut self"), beside.as_deref());
        self.sink.report(&self.signature.ident, text);
    }

    /// The signature with every parameter where it belongs.
    fn in_order(&self, roles: &[Role<'_>]) -> String {
        let rank = |role: &Role<'_>| match role {
            Role::Receiver(_) | Role::Odd(_) => 0,
            Role::Shared(_) => 1,
            Role::Context(_) => 2,
            Role::Payload(_) | Role::Variadic => 3,
        };
        let mut parameters: Vec<_> = self.signature.parameters.iter().zip(roles).collect();
        parameters.sort_by_key(|(_, role)| rank(role));
        let parameters: Vec<String> = parameters.iter().map(|(parameter, _)| shown(parameter)).collect();
        self.written(&parameters)
    }

    fn written(&self, parameters: &[String]) -> String {
        let asyncness = if self.mode == Mode::Sync { "" } else { "async " };
        format!("{asyncness}fn {}({})", self.signature.ident, parameters.join(", "))
    }

    /// `this: Shared<Self>`, where it may stand and how.
    fn shared(&mut self, roles: &[Role<'_>], has_receiver: bool) {
        let mut has_one = false;
        for (index, role) in roles.iter().enumerate() {
            let Role::Shared(typed) = role else {
                continue;
            };
            self.complete(&typed.ty);
            let name = parameter_name(typed, "this");
            match self.mode {
                _ if self.cannot_wait => {}
                Mode::Sync => {
                    self.repairs.push(Repair::Async);
                    self.sink.report(&typed.tokens, tasks::shared_not_async(has_receiver));
                }
                Mode::Exclusive => self.sink.report(&typed.tokens, tasks::shared_not_first(&name)),
                Mode::Shared if has_one => self.sink.report(&typed.tokens, tasks::two_shared(&name)),
                Mode::Shared => {
                    self.shared_form(typed, &name);
                    if index > 0 {
                        let text = tasks::shared_out_of_place(&self.in_order(roles));
                        self.sink.report(&typed.tokens, text);
                    }
                }
            }
            has_one = true;
        }
    }

    fn shared_form(&mut self, typed: &Typed, name: &str) {
        if matches!(bare(&typed.ty), Type::Reference(_)) {
            self.sink.report(&typed.ty, tasks::shared_form(name));
        } else if lacks_self(&typed.ty) {
            self.sink.report(&typed.ty, tasks::shared_without_self(name));
        }
    }

    fn contexts(&mut self, roles: &[Role<'_>]) -> Option<Type> {
        let mut context = None;
        let mut after_payload = false;
        let this = roles.iter().find_map(|role| match role {
            Role::Shared(typed) if self.mode == Mode::Shared => Some(*typed),
            _ => None,
        });
        for role in roles {
            after_payload |= matches!(role, Role::Payload(_));
            let Role::Context(typed) = role else {
                continue;
            };
            self.complete(&typed.ty);
            if let Some(this) = this {
                let this = parameter_name(this, "this");
                self.sink.report(&typed.tokens, tasks::context_beside_shared(&this));
                continue;
            }
            if context.is_some() {
                self.sink.report(&typed.tokens, text::two_contexts());
                continue;
            }
            self.context_kind(typed);
            if after_payload {
                let text = text::context_not_second(&self.in_order(roles));
                self.sink.report(&typed.tokens, text);
            }
            context = Some(typed.ty.clone());
        }
        this.map(|typed| typed.ty.clone()).or(context)
    }

    /// `Context` for handlers that do not wait, `TaskContext` for those that do.
    fn context_kind(&mut self, typed: &Typed) {
        let cx = parameter_name(typed, "cx");
        let Some(name) = last_name(&typed.ty) else {
            return;
        };
        match (self.mode, name == "TaskContext") {
            _ if self.cannot_wait => {}
            (Mode::Exclusive, false) => {
                self.repairs.push(Repair::TaskContext);
                self.sink.report(name, tasks::context_in_async(&cx));
            }
            (Mode::Sync, true) => {
                self.repairs.push(Repair::Async);
                self.sink.report(name, tasks::task_context_in_sync(&cx));
            }
            _ => self.context_form(typed, name, &cx),
        }
    }

    fn context_form(&mut self, typed: &Typed, name: &Ident, cx: &str) {
        let is_shared = matches!(bare(&typed.ty), Type::Reference(TypeReference { mutability: None, .. }));
        let name = name.to_string();
        if !is_shared {
            self.sink.report(&typed.ty, text::context_form(cx, &name));
        } else if lacks_self(&typed.ty) {
            self.sink.report(behind_reference(&typed.ty), text::context_without_self(&name));
        }
    }

    /// `Context` becomes `Context<Self>`: that it is not is reported, the compiler need not say so too.
    fn complete(&mut self, ty: &Type) {
        if let Some(name) = last_name(ty)
            && lacks_self(ty)
        {
            self.repairs.push(Repair::Complete(name.to_string()));
        }
    }
}
