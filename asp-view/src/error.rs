//! Why there is no page.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Why a run cannot be served.
///
/// ```
/// use asp_core::Runner;
/// use asp_view::ServeError;
///
/// let error = asp_view::serve(Runner::new(), "0.0.0.0:0").unwrap_err();
/// assert!(matches!(error, ServeError::NotLoopback { .. }));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ServeError {
    /// What was given is no address.
    NoAddress {
        /// What was given.
        text: String,
    },
    /// Other machines reach the address, and nobody has said that they may; see [`View::anyone`](crate::View::anyone).
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// Another program has the port.
    Taken {
        /// The address.
        address: SocketAddr,
    },
    /// The system refuses.
    System {
        /// The address.
        address: SocketAddr,
        /// What it says.
        error: io::Error,
    },
}

impl ServeError {
    /// What is wrong, without a remedy.
    ///
    /// ```
    /// let error = asp_view::View::new().at("nowhere").serve(asp_core::Runner::new()).unwrap_err();
    /// assert_eq!(error.what(), "`nowhere` is not an address");
    /// ```
    pub fn what(&self) -> String {
        match self {
            ServeError::NoAddress { text } => format!("`{text}` is not an address"),
            ServeError::NotLoopback { address } => {
                format!("other machines reach {address}, and whoever reaches it sees the run")
            }
            ServeError::Taken { address } => format!("another program has port {}", address.port()),
            ServeError::System { address, error } => format!("{address} cannot be served: {error}"),
        }
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what())?;
        match self {
            ServeError::NoAddress { .. } => {
                f.write_str("\n= help: write a port, `8080`, or an address with one, `127.0.0.1:8080`")
            }
            ServeError::NotLoopback { address } => write!(
                f,
                "\n= help: serve on 127.0.0.1:{}, or add `.anyone()` if all who reach it may see the run",
                address.port()
            ),
            ServeError::Taken { address } => {
                write!(f, "\n= help: name another one, or {}:0 for one that is free", address.ip())
            }
            ServeError::System { .. } => Ok(()),
        }
    }
}

impl Error for ServeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ServeError::System { error, .. } => Some(error),
            _ => None,
        }
    }
}
