//! Streams that can be written to files.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use asp_core::{Payload, Runner, Stream};
use asp_io::{IoError, Uri, Writer};
use serde::Serialize;

/// What can be written to a file: a payload that serde serializes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written to a file",
    label = "not `serde::Serialize`",
    note = "derive `serde::Serialize` for it, or take the stream with `Runner::sink`"
)]
pub trait IntoFile: Payload + Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Payload + Serialize> IntoFile for T {}

/// A stream that can be recorded.
pub(crate) struct Record {
    pub(crate) stream: String,
    /// Where to, unless the command line says otherwise.
    pub(crate) uri: Option<String>,
    typed: Box<dyn Typed>,
}

/// A recording in the course of being written.
pub(crate) struct Recording {
    pub(crate) stream: String,
    pub(crate) uri: Uri,
    file: Box<dyn Finish>,
}

impl Record {
    pub(crate) fn new<T: IntoFile>(stream: Stream<T>, uri: Option<String>) -> Self {
        Record { stream: stream.name().to_owned(), uri, typed: Box::new(stream) }
    }

    /// Charts the stream in a report.
    #[cfg(feature = "report")]
    pub(crate) fn chart(&self, recorder: asp_report::Recorder) -> asp_report::Recorder {
        self.typed.chart(recorder)
    }

    /// Shows its last events in a browser.
    #[cfg(feature = "view")]
    pub(crate) fn show(&self, view: asp_view::View) -> asp_view::View {
        self.typed.show(view)
    }

    /// Writes the stream to a file while the runner runs.
    pub(crate) fn begin(&self, runner: Runner, uri: Uri) -> Result<(Runner, Recording), IoError> {
        let (runner, file) = self.typed.begin(runner, &uri)?;
        Ok((runner, Recording { stream: self.stream.clone(), uri, file }))
    }
}

impl Recording {
    /// Puts the file in its place; how many events it has. A recording that is not finished leaves nothing behind.
    pub(crate) fn finish(self) -> Result<u64, IoError> {
        self.file.finish()
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({})", self.stream)
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recording({} = {})", self.stream, self.uri)
    }
}

/// A stream whose payload type is known.
trait Typed {
    fn begin(&self, runner: Runner, uri: &Uri) -> Result<(Runner, Box<dyn Finish>), IoError>;
    #[cfg(feature = "report")]
    fn chart(&self, recorder: asp_report::Recorder) -> asp_report::Recorder;
    #[cfg(feature = "view")]
    fn show(&self, view: asp_view::View) -> asp_view::View;
}

/// A writer whose payload type is forgotten.
trait Finish {
    fn finish(self: Box<Self>) -> Result<u64, IoError>;
}

/// The writer is taken out behind the run, whose sink writes to it until then.
struct Shared<T>(Arc<Mutex<Option<Writer<T>>>>);

impl<T: IntoFile> Typed for Stream<T> {
    fn begin(&self, runner: Runner, uri: &Uri) -> Result<(Runner, Box<dyn Finish>), IoError> {
        let writer = Arc::new(Mutex::new(Some(Writer::<T>::create(uri)?)));
        let shared = Shared(Arc::clone(&writer));
        let runner = runner.sink(self.clone(), move |event| -> Result<(), Box<dyn Error + Send + Sync>> {
            // The lock is free all the time; it costs some nanoseconds beside the writing of a row.
            match writer.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
                Some(writer) => Ok(writer.write(event)?),
                None => Ok(()),
            }
        });
        Ok((runner, Box::new(shared)))
    }

    #[cfg(feature = "report")]
    fn chart(&self, recorder: asp_report::Recorder) -> asp_report::Recorder {
        recorder.chart(self.clone())
    }

    #[cfg(feature = "view")]
    fn show(&self, view: asp_view::View) -> asp_view::View {
        view.events(self.clone())
    }
}

impl<T: IntoFile> Finish for Shared<T> {
    fn finish(self: Box<Self>) -> Result<u64, IoError> {
        let writer = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        writer.map_or(Ok(0), Writer::finish)
    }
}
