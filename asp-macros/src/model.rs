//! A strategy in the user's words: plain data with the tokens that errors and rows point at.

use proc_macro2::TokenStream;
use syn::{Attribute, Generics, Ident, LitStr, Type, TypePath};

/// Everything one `#[strategy]` block says.
pub(crate) struct Strategy {
    /// Where asp is: `::asp`, or the path given by `crate = ..`.
    pub(crate) krate: TokenStream,
    pub(crate) self_ty: Type,
    /// The name of the type, without generics.
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    /// `cfg` and `cfg_attr`-free attributes of the block that concern what is generated beside it.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) emits: Vec<Listed>,
    pub(crate) latest: Vec<Listed>,
    /// Streams in `latest(..)` that are given by the constant of another strategy.
    pub(crate) latest_constants: Vec<TypePath>,
    /// True if it can be part of a fused chain.
    pub(crate) fuse: bool,
    pub(crate) handlers: Vec<Handler>,
    /// Macro calls among the items: they may stand for handlers nobody can see.
    pub(crate) macro_calls: Vec<TokenStream>,
}

/// A stream listed in `emits(..)` or in `latest(..)`.
pub(crate) struct Listed {
    pub(crate) stream: StreamName,
    pub(crate) ty: Type,
}

/// A stream that this strategy names with a string of its own, and for which it gets a constant.
#[derive(Clone)]
pub(crate) struct StreamName {
    pub(crate) name: String,
    /// The constant, with the span of the name.
    pub(crate) constant: Ident,
}

/// What `stream = ..` says.
#[derive(Clone)]
pub(crate) enum StreamRef {
    Named {
        stream: StreamName,
        literal: LitStr,
    },
    /// The constant of another strategy.
    Constant(TokenStream),
}

/// A method with at least one of our attributes.
pub(crate) struct Handler {
    pub(crate) ident: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) docs: Vec<Attribute>,
    /// `allow(..)`, which also holds for the method that defers it.
    pub(crate) allows: Vec<Attribute>,
    /// `#[must_use]`, which nobody hears.
    pub(crate) must_use: Option<Attribute>,
    pub(crate) triggers: Vec<Trigger>,
    pub(crate) mode: Mode,
    /// The type of the context parameter if there is one, or that of `this: Shared<Self>`.
    pub(crate) context: Option<Type>,
    pub(crate) payload: Option<Payload>,
    /// How many parameters a call from outside would fill: known even if the signature is not sound.
    pub(crate) arity: usize,
    /// What it returns, unless that is left out.
    pub(crate) output: Option<Type>,
    /// Whether its attributes and its signature were free of faults. If not, it gets no rows.
    pub(crate) is_sound: bool,
}

/// Who has the strategy while a handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `fn f(&mut self, ..)`: the handler, which does not wait.
    Sync,
    /// `async fn f(&mut self, ..)`: the handler, also while it waits.
    Exclusive,
    /// `async fn f(this: Shared<Self>, ..)`: whoever is at work, and the handler between its awaits.
    Shared,
}

/// One attribute of a handler.
pub(crate) struct Trigger {
    /// The attribute without its `#[..]`, to point at.
    pub(crate) tokens: TokenStream,
    pub(crate) action: Action,
}

/// What calls a handler, and its settings.
pub(crate) enum Action {
    Event(StreamRef),
    Every(Interval),
    /// `#[after]`: a call that handlers ask for.
    Deferred,
    /// `#[after("60s")]`: nanoseconds after the start.
    After(i64),
    Start,
    Live,
    CaughtUp,
    Settled,
    /// What befalls the source of the stream.
    Notice(StreamRef),
    End(StreamRef),
    Stop,
}

/// A periodic timer.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) nanos: i64,
    pub(crate) immediate: bool,
    pub(crate) aligned: bool,
    pub(crate) skip_missed: bool,
}

/// The parameter that takes what is passed along.
pub(crate) struct Payload {
    /// Its name, if the pattern is a plain one.
    pub(crate) name: Option<Ident>,
    /// The whole parameter, to point at.
    pub(crate) tokens: TokenStream,
    /// The type as written.
    pub(crate) written: Type,
    /// What the stream carries: the type without `&` and `Event<..>`.
    pub(crate) carried: Type,
    pub(crate) form: Form,
}

/// How a payload is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Value,
    Reference,
    Event,
    EventReference,
}

impl Action {
    /// The name of its attribute.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Event(_) => "on_event",
            Self::Every(_) => "every",
            Self::Deferred | Self::After(_) => "after",
            Self::Start => "on_start",
            Self::Live => "on_live",
            Self::CaughtUp => "on_caught_up",
            Self::Settled => "on_settled",
            Self::Notice(_) => "on_notice",
            Self::End(_) => "on_end",
            Self::Stop => "on_stop",
        }
    }

    /// Whether the handler gets what its parameter asks for.
    pub(crate) fn passes_payload(&self) -> bool {
        matches!(self, Self::Event(_) | Self::Deferred | Self::Notice(_))
    }

    /// Whether it is scheduled, and so is a variant of the call enum.
    pub(crate) fn is_call(&self) -> bool {
        matches!(self, Self::Every(_) | Self::Deferred | Self::After(_))
    }

    pub(crate) fn stream(&self) -> Option<&StreamRef> {
        match self {
            Self::Event(stream) | Self::Notice(stream) | Self::End(stream) => Some(stream),
            _ => None,
        }
    }
}

impl Handler {
    pub(crate) fn is_deferred(&self) -> bool {
        self.triggers.iter().any(|trigger| matches!(trigger.action, Action::Deferred))
    }

    pub(crate) fn is_call(&self) -> bool {
        self.triggers.iter().any(|trigger| trigger.action.is_call())
    }

    pub(crate) fn is_async(&self) -> bool {
        self.mode != Mode::Sync
    }
}

impl StreamName {
    /// `order-book` names the constant `ORDER_BOOK`; names are checked before.
    pub(crate) fn new(name: &str, span: proc_macro2::Span) -> Self {
        Self { name: name.to_owned(), constant: Ident::new(&constant_name(name), span) }
    }
}

pub(crate) fn constant_name(stream: &str) -> String {
    stream.to_ascii_uppercase().replace(['-', '.'], "_")
}

impl Strategy {
    /// The streams that the options of the block list by name.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Listed> {
        self.emits.iter().chain(&self.latest)
    }

    /// What the stream of this name carries, as far as this block says: `emits` has the first word, then `latest`,
    /// then the first handler with a payload.
    pub(crate) fn carried_by(&self, stream: &str) -> Option<&Type> {
        let listed = self.listed().find(|listed| listed.stream.name == stream);
        listed.map(|listed| &listed.ty).or_else(|| {
            self.handlers
                .iter()
                .find_map(|handler| handler.payload_of(stream))
                .map(|payload| &payload.carried)
        })
    }
}

impl Handler {
    /// The payload, if this is a handler of the stream of that name.
    pub(crate) fn payload_of(&self, stream: &str) -> Option<&Payload> {
        let reads = |trigger: &Trigger| matches!(&trigger.action, Action::Event(StreamRef::Named { stream: named, .. }) if named.name == stream);
        self.payload.as_ref().filter(|_| self.triggers.iter().any(reads))
    }
}
