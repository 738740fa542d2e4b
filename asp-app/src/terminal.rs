//! Where a program's own words go, and whether they may be coloured.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

/// Standard output and standard error, or what stands in for them in a test.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    pub(crate) out: Target,
    pub(crate) err: Target,
}

/// One of the two.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Out,
    Err,
    Kept(Arc<Mutex<Vec<u8>>>),
}

impl Terminal {
    /// Those of the process.
    pub(crate) fn of_process() -> Self {
        Terminal { out: Target::Out, err: Target::Err }
    }

    pub(crate) fn is_of_process(&self) -> bool {
        matches!(self.err, Target::Err)
    }

    /// Keeps all that is written.
    pub(crate) fn kept() -> Self {
        Terminal { out: Target::Kept(Arc::default()), err: Target::Kept(Arc::default()) }
    }

    /// An error and its help lines.
    pub(crate) fn error(&self, text: &str) {
        let word = if self.err.is_coloured() { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
        self.err.write(&format!("{word}: {}\n", text.replace("\n= ", "\n  = ")));
    }
}

impl Target {
    /// Writes and flushes. If nobody listens any more, there is nobody to tell.
    pub(crate) fn write(&self, text: &str) {
        let mut writer = self.clone();
        let _ = writer.write_all(text.as_bytes()).and_then(|()| writer.flush());
    }

    pub(crate) fn is_terminal(&self) -> bool {
        match self {
            Target::Out => io::stdout().is_terminal(),
            Target::Err => io::stderr().is_terminal(),
            Target::Kept(_) => false,
        }
    }

    /// True on a terminal, unless `NO_COLOR` is set to something or the terminal is dumb.
    pub(crate) fn is_coloured(&self) -> bool {
        let is_refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        self.is_terminal() && !is_refused && env::var_os("TERM").is_none_or(|name| name != "dumb")
    }

    /// What was kept.
    pub(crate) fn into_text(self) -> String {
        match self {
            Target::Kept(bytes) => {
                let bytes = bytes.lock().unwrap_or_else(PoisonError::into_inner);
                String::from_utf8_lossy(&bytes).into_owned()
            }
            Target::Out | Target::Err => String::new(),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::Out => io::stdout().write(bytes),
            Target::Err => io::stderr().write(bytes),
            Target::Kept(kept) => kept.lock().unwrap_or_else(PoisonError::into_inner).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::Out => io::stdout().flush(),
            Target::Err => io::stderr().flush(),
            Target::Kept(_) => Ok(()),
        }
    }
}

impl<'a> MakeWriter<'a> for Target {
    type Writer = Target;

    fn make_writer(&'a self) -> Target {
        self.clone()
    }
}
