//! The signature of a handler: `fn name(&mut self, [cx: &Context<Self>,] [payload])`, and what it is
//! with `async`.

use syn::ext::IdentExt;
use syn::{GenericParam, Ident, ReturnType, Type};

use super::access;
use super::payload::{self, Keeper};
use super::types::bare;
use crate::diag::{Sink, names, shown, signatures as text, tasks};
use crate::model::{Mode, Payload, Strategy};
use crate::syntax::{Repair, Signature};
use crate::words::{Kind, Word};

/// What a handler takes and returns.
pub(super) struct Shape {
    pub(super) mode: Mode,
    pub(super) context: Option<Type>,
    pub(super) payload: Option<Payload>,
    pub(super) arity: usize,
    pub(super) output: Option<Type>,
    /// What to change about a faulty method, so that the compiler does not find fault with it as well.
    pub(super) repairs: Vec<Repair>,
}

/// Reads the signature, every rule on its own. The attributes of the method are `words`.
pub(super) fn read(
    signature: &Signature,
    model: &Strategy,
    words: &[&'static Word],
    sink: &mut Sink,
) -> Shape {
    let strategy = &model.name;
    let mut repairs = qualifiers(signature, sink);
    let cannot_wait = async_hook(signature, words, sink);
    if signature.ident.unraw().to_string().starts_with("__asp") {
        sink.report(&signature.ident, names::reserved_method_name());
    }
    let is_generic = generics(signature, strategy, sink);
    let access = access::read(signature, strategy, cannot_wait, sink);
    let hears_notices = words.iter().any(|word| word.kind == Kind::OnNotice);
    let payload = match access.payloads.as_slice() {
        [] => None,
        // Its type may mention the parameters, which are reported.
        _ if is_generic => None,
        [one] if hears_notices => payload::notice(one, sink),
        [one] => {
            repairs.extend(payload::unsized_repair(one));
            payload::payload(one, keeper(access.mode, words), &model.generics, sink)
        }
        many if hears_notices => {
            payload::more_than_a_notice(signature, many, sink);
            None
        }
        many => {
            payload::too_many(signature, many, is_deferred(words), sink);
            None
        }
    };
    repairs.extend(access.repairs);
    Shape {
        mode: access.mode,
        context: access.context,
        payload,
        arity: access.payloads.len(),
        output: output(signature, sink),
        repairs,
    }
}

/// Who keeps the payload until the handler has it.
fn keeper(mode: Mode, words: &[&'static Word]) -> Keeper {
    if mode != Mode::Sync {
        Keeper::Task
    } else if is_deferred(words) {
        Keeper::Call
    } else {
        Keeper::Stream
    }
}

/// True if all that calls the method is a deferred call.
fn is_deferred(words: &[&'static Word]) -> bool {
    words.iter().all(|word| word.kind == Kind::After)
}

fn qualifiers(signature: &Signature, sink: &mut Sink) -> Vec<Repair> {
    let mut repairs = Vec::new();
    if let Some(constness) = &signature.constness {
        sink.report(constness, text::const_handler());
        repairs.push(Repair::NotConst);
    }
    if let Some(unsafety) = &signature.unsafety {
        sink.report(unsafety, text::unsafe_handler());
    }
    if !signature.abi.is_empty() {
        sink.report(&signature.abi, text::extern_handler(&shown(&signature.abi)));
        repairs.push(Repair::NotExtern);
    }
    repairs
}

/// Reports `async` on a hook; true if it did. What follows from `async` is not looked at then.
fn async_hook(signature: &Signature, words: &[&'static Word], sink: &mut Sink) -> bool {
    let hook = words.iter().find(|word| !word.can_wait());
    let (Some(asyncness), Some(hook)) = (&signature.asyncness, hook) else {
        return false;
    };
    sink.report(asyncness, tasks::async_hook(hook));
    true
}

/// Reports parameters and conditions of the method; true if a payload may mention them.
fn generics(signature: &Signature, strategy: &Ident, sink: &mut Sink) -> bool {
    let generics = &signature.generics;
    let params = generics.params.iter();
    let first_type = params.clone().find_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        _ => None,
    });
    let first_const = params.clone().find_map(|param| match param {
        GenericParam::Const(param) => Some(&param.ident),
        _ => None,
    });
    let fault = match (first_type, first_const) {
        (Some(first), _) => {
            let (strategy, first) = (strategy.to_string(), first.to_string());
            text::type_parameter(&shown(generics), &strategy, &first)
        }
        (None, Some(first)) => text::const_parameter(&first.to_string()),
        _ => text::lifetime_parameter().to_owned(),
    };
    if !generics.params.is_empty() {
        sink.report(generics, fault);
    }
    if let Some(clause) = &generics.where_clause {
        sink.report(clause, text::where_on_handler());
    }
    !generics.params.is_empty()
}

fn output(signature: &Signature, sink: &mut Sink) -> Option<Type> {
    let ReturnType::Type(_, ty) = &signature.output else {
        return None;
    };
    match bare(ty) {
        Type::Never(_) => sink.report(ty, text::never_returns()),
        Type::ImplTrait(_) => sink.report(ty, text::returns_impl(&shown(ty), &signature.ident.to_string())),
        _ => {}
    }
    Some((**ty).clone())
}
