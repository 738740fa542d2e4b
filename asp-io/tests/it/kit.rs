//! Files in a folder of their own, and what is read from them.
use std::fs;
use std::path::PathBuf;

use asp_core::Timestamp;
use asp_io::{ReadOptions, Uri};
use serde::de::DeserializeOwned;
use tempfile::TempDir;

pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Files {
        Files(tempfile::tempdir().unwrap())
    }

    /// With one file.
    pub(crate) fn with(name: &str, content: impl AsRef<[u8]>) -> Files {
        let files = Files::new();
        files.add(name, content);
        files
    }

    pub(crate) fn add(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn uri(&self, uri: &str) -> Uri {
        self.path(uri).to_str().unwrap().parse().unwrap()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// All rows; the first error, without the path of the folder.
    pub(crate) fn read<T: DeserializeOwned>(&self, uri: &str) -> Result<Vec<(Timestamp, T)>, String> {
        let rows = asp_io::rows(&self.uri(uri), &ReadOptions::new()).map_err(|error| self.short(&error))?;
        rows.collect::<Result<_, _>>().map_err(|error| self.short(&error))
    }

    /// The payloads of all rows.
    pub(crate) fn values<T: DeserializeOwned>(&self, uri: &str) -> Result<Vec<T>, String> {
        Ok(self.read(uri)?.into_iter().map(|(_, value)| value).collect())
    }

    /// The first error.
    pub(crate) fn error<T: DeserializeOwned>(&self, uri: &str) -> String {
        match self.read::<T>(uri) {
            Ok(rows) => panic!("{} rows and no error", rows.len()),
            Err(error) => error,
        }
    }

    /// A text without the path of the folder.
    pub(crate) fn short(&self, text: &dyn std::fmt::Display) -> String {
        let text = text.to_string();
        text.replace(&format!("{}/", self.0.path().display()), "")
            .replace(self.0.path().to_str().unwrap(), "DIR")
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
