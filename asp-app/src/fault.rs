//! Why a program ends with another exit code than zero.

use std::error::Error;
use std::fmt;

/// What is wrong, as a text whose help and note lines begin with `= `.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The command line: exit code 2.
    Usage(String),
    /// The run, the files, or the program itself: exit code 1.
    Failed(String),
    /// Something of that exit code that was said already.
    #[cfg_attr(
        not(feature = "view"),
        expect(dead_code, reason = "only a page that stays has errors said before its end")
    )]
    Told(u8),
}

impl Fault {
    pub(crate) fn usage(text: impl fmt::Display) -> Self {
        Fault::Usage(text.to_string())
    }

    pub(crate) fn failed(text: impl fmt::Display) -> Self {
        Fault::Failed(text.to_string())
    }

    /// An error with all its causes, each of them once: many errors print their cause themselves.
    pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let sentence = error.to_string();
            if !text.contains(&sentence) {
                text += &format!("\n= note: caused by: {sentence}");
            }
            cause = error.source();
        }
        Fault::Failed(text)
    }

    pub(crate) fn code(&self) -> u8 {
        match self {
            Fault::Usage(_) => 2,
            Fault::Failed(_) => 1,
            Fault::Told(code) => *code,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Usage(text) | Fault::Failed(text) => f.write_str(text),
            Fault::Told(_) => f.write_str("see above"),
        }
    }
}

impl Error for Fault {}
