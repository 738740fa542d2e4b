//! The batches of a row group. Those of a large one are decoded ahead, on a thread of their own: decoding takes longer than
//! most handlers do.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

/// How many batches may wait.
const WAITING: usize = 2;

/// From how many batches on a thread is worth its making.
const MANY: usize = 8;

type Decoded = Result<RecordBatch, ArrowError>;

pub(super) enum Batches {
    Here(ParquetRecordBatchReader),
    Ahead {
        decoded: Receiver<Decoded>,
        /// None once it has ended.
        decoder: Option<JoinHandle<()>>,
    },
}

impl Batches {
    /// Those of `reader`, which are about so many.
    pub(super) fn new(reader: ParquetRecordBatchReader, count: usize) -> Self {
        if count < MANY {
            return Batches::Here(reader);
        }
        // The reader is given when the thread is there, lest it be lost with one that cannot begin.
        let (giver, given) = channel();
        let (sender, decoded) = sync_channel(WAITING);
        let decoder = Builder::new().name("asp-parquet".to_owned()).spawn(move || {
            if let Ok(reader) = given.recv() {
                decode(reader, &sender);
            }
        });
        let Ok(decoder) = decoder else { return Batches::Here(reader) };
        match giver.send(reader) {
            Ok(()) => Batches::Ahead { decoded, decoder: Some(decoder) },
            Err(unsent) => Batches::Here(unsent.0),
        }
    }
}

/// Until nobody listens any more, as when the run has stopped.
fn decode(reader: ParquetRecordBatchReader, sender: &SyncSender<Decoded>) {
    for batch in reader {
        if sender.send(batch).is_err() {
            return;
        }
    }
}

impl Iterator for Batches {
    type Item = Decoded;

    fn next(&mut self) -> Option<Decoded> {
        match self {
            Batches::Here(reader) => reader.next(),
            Batches::Ahead { decoded, decoder } => decoded.recv().ok().or_else(|| {
                let has_panicked = decoder.take().is_some_and(|decoder| decoder.join().is_err());
                has_panicked.then(|| Err(ArrowError::ComputeError("the decoder has panicked".to_owned())))
            }),
        }
    }
}
