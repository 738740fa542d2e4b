//! Every attribute and every key, once: its name, what it takes, and what it means in one line.
//!
//! The reader of attributes, the texts that list choices and the test over the docs all look here.
//! A new attribute is a row of [`WORDS`] and an arm where its [`Kind`] is matched.

/// What calls a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    OnEvent,
    Every,
    After,
    OnStart,
    OnLive,
    OnCaughtUp,
    OnSettled,
    OnNotice,
    OnEnd,
    OnStop,
}

/// The duration that may stand first between the brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    None,
    Optional,
    Required,
}

/// What follows a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueForm {
    /// Nothing; the key says it all.
    Flag,
    /// A name in quotes or the path of a stream constant.
    Stream,
    /// One of these words in quotes, the default first.
    Choice(&'static [&'static str]),
}

/// A key of an attribute.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) value: ValueForm,
    #[cfg_attr(not(test), expect(dead_code, reason = "compared with the docs by a test"))]
    pub(crate) meaning: &'static str,
}

/// An attribute that makes a method a handler.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    pub(crate) length: Length,
    pub(crate) keys: &'static [Key],
    #[cfg_attr(not(test), expect(dead_code, reason = "compared with the docs by a test"))]
    pub(crate) meaning: &'static str,
}

const STREAM: &[Key] = &[Key {
    name: "stream",
    value: ValueForm::Stream,
    meaning: "which stream: a name, or a constant such as `Exchange::ACKS`",
}];

/// All handler attributes, in the order in which lists show them.
pub(crate) const WORDS: &[Word] = &[
    Word {
        kind: Kind::OnEvent,
        name: "on_event",
        length: Length::None,
        keys: STREAM,
        meaning: "Called for each event of a stream.",
    },
    Word {
        kind: Kind::Every,
        name: "every",
        length: Length::Required,
        keys: &[
            Key { name: "immediate", value: ValueForm::Flag, meaning: "also at the start" },
            Key {
                name: "aligned",
                value: ValueForm::Flag,
                meaning: "at multiples of the interval since 1970, not counted from the start",
            },
            Key {
                name: "missed",
                value: ValueForm::Choice(&["all", "skip"]),
                meaning: "ticks that were missed: `\"all\"` (default) runs each, `\"skip\"` only the last",
            },
        ],
        meaning: "Called again and again, at a fixed interval.",
    },
    Word {
        kind: Kind::After,
        name: "after",
        length: Length::Optional,
        keys: &[],
        meaning: "Called later: when asked through `cx.after(..)`, or once some time after the start.",
    },
    Word {
        kind: Kind::OnStart,
        name: "on_start",
        length: Length::None,
        keys: &[],
        meaning: "Called once, before anything else.",
    },
    Word {
        kind: Kind::OnLive,
        name: "on_live",
        length: Length::None,
        keys: &[],
        meaning: "Called once in a live run, when all that was due before it went live is done.",
    },
    Word {
        kind: Kind::OnCaughtUp,
        name: "on_caught_up",
        length: Length::None,
        keys: &[],
        meaning: "Called once in a live run, when for the first time nothing is due any more.",
    },
    Word {
        kind: Kind::OnSettled,
        name: "on_settled",
        length: Length::None,
        keys: &[],
        meaning: "Called once per instant, when all that happens at that instant is in.",
    },
    Word {
        kind: Kind::OnNotice,
        name: "on_notice",
        length: Length::None,
        keys: STREAM,
        meaning: "Called when the source of a stream has lost its connection, or has it again.",
    },
    Word {
        kind: Kind::OnEnd,
        name: "on_end",
        length: Length::None,
        keys: STREAM,
        meaning: "Called once, when a stream has ended.",
    },
    Word {
        kind: Kind::OnStop,
        name: "on_stop",
        length: Length::None,
        keys: &[],
        meaning: "Called once, after everything else.",
    },
];

/// The options of `#[strategy]` itself.
pub(crate) const OPTIONS: &[&str] = &["emits", "latest", "fuse", "crate"];

/// An option of `#[asp::main]`.
#[derive(Debug)]
pub(crate) struct MainOption {
    pub(crate) name: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "compared with the docs by a test"))]
    pub(crate) meaning: &'static str,
}

/// The options of `#[asp::main]`, in the order in which lists show them.
pub(crate) const MAIN_OPTIONS: &[MainOption] = &[
    MainOption { name: "start", meaning: "begins at this time: `\"2025-01-01\"`, or an expression" },
    MainOption { name: "end", meaning: "ends before this time" },
    MainOption {
        name: "feed",
        meaning: "streams that files feed: `feed(Watch::QUAKES = \"quakes.csv\", ..)`",
    },
    MainOption {
        name: "live",
        meaning: "streams that are fed live: `live(Watch::QUAKES = \"tail:quakes.csv\", ..)`",
    },
    MainOption {
        name: "record",
        meaning: "streams that `--record` can write: `record(Watch::ALERTS, ..)`; with `= \"uri\"` they always are",
    },
    MainOption {
        name: "sweep",
        meaning: "figures of the command `sweep`: `sweep(alerts = Watch::alerts, ..)`; needs `#[derive(asp::Params)]`",
    },
    MainOption { name: "crate", meaning: "where asp is, for those who rename or re-export it" },
];

/// The keys of `#[param]`, in the order in which lists show them.
pub(crate) const PARAM_KEYS: &[MainOption] = &[
    MainOption {
        name: "range",
        meaning: "the values from the first to the last: `5..=50`, `0.1..=0.5`, `\"1s\"..=\"10s\"`",
    },
    MainOption {
        name: "step",
        meaning: "between two values of a range; 1 for whole numbers, unless told otherwise",
    },
    MainOption { name: "values", meaning: "these values: `[1, 2, 5]`, or an expression that has them" },
];

impl Word {
    pub(crate) fn named(name: &str) -> Option<&'static Word> {
        WORDS.iter().find(|word| word.name == name)
    }

    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    pub(crate) fn takes_stream(&self) -> bool {
        self.key("stream").is_some()
    }

    pub(crate) fn takes_nothing(&self) -> bool {
        self.length == Length::None && self.keys.is_empty()
    }

    /// Whether its handler may be an `async fn`. The others are hooks, which run to their end at once.
    pub(crate) fn can_wait(&self) -> bool {
        matches!(self.kind, Kind::OnEvent | Kind::Every | Kind::After)
    }
}

/// The attributes that have a key of this name.
pub(crate) fn owners(key: &str) -> Vec<&'static str> {
    WORDS.iter().filter(|word| word.key(key).is_some()).map(|word| word.name).collect()
}
