//! The server: a thread of its own, so that it does not disturb that of the run.

use std::convert::Infallible;
use std::fmt;
use std::future::ready;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use asp_core::Outcome;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use futures_util::future::select;
use futures_util::stream::{self, Stream};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::error::ServeError;
use crate::message::Told;
use crate::page;
use crate::shared::{Shared, Viewer};

/// Between two snapshots.
const PERIOD: Duration = Duration::from_millis(200);

/// How long pages have at the end to take what is new.
const GRACE: Duration = Duration::from_millis(500);

/// A page that is served, until it is [stopped](Server::stop) or dropped.
///
/// The docs of [`serve`](crate::serve) have an example.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// True once it is to end.
    ends: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// What each answer needs.
#[derive(Clone)]
struct Site {
    shared: Arc<Shared>,
    ends: watch::Receiver<bool>,
    is_for_anyone: bool,
}

/// Takes the address.
pub(crate) fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let listener = TcpListener::bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => ServeError::Taken { address },
        _ => ServeError::System { address, error },
    })?;
    let blocks = listener.set_nonblocking(true);
    blocks.map_err(|error| ServeError::System { address, error })?;
    Ok(listener)
}

impl Server {
    pub(crate) fn begin(
        listener: TcpListener,
        address: SocketAddr,
        is_for_anyone: bool,
        shared: Arc<Shared>,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (ends, ended) = watch::channel(false);
        let site = Site { shared: Arc::clone(&shared), ends: ended, is_for_anyone };
        let thread = std::thread::Builder::new().name("asp-view".to_owned()).spawn(move || {
            runtime.block_on(serve(listener, site));
            // Whoever is slow is not waited for.
            runtime.shutdown_background();
        })?;
        Ok(Server { address, shared, ends, thread: Some(thread) })
    }

    /// Where it is served.
    ///
    /// ```
    /// let (runner, view) = asp_view::serve(asp_core::Runner::new(), "127.0.0.1:0")?;
    /// assert!(view.address().ip().is_loopback());
    /// # drop((runner, view));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to open in a browser.
    ///
    /// ```
    /// let (runner, view) = asp_view::serve(asp_core::Runner::new(), "127.0.0.1:0")?;
    /// assert_eq!(view.url(), format!("http://127.0.0.1:{}/", view.address().port()));
    /// # drop((runner, view));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// How many pages are open.
    ///
    /// ```
    /// let (runner, view) = asp_view::serve(asp_core::Runner::new(), "127.0.0.1:0")?;
    /// assert_eq!(view.viewers(), 0);
    /// # drop((runner, view));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn viewers(&self) -> usize {
        self.shared.viewers.load(Ordering::Relaxed)
    }

    /// Shows on the page what the run has come to: its report, or its error.
    ///
    /// ```
    /// let (runner, view) = asp_view::serve(asp_core::Runner::new(), "127.0.0.1:0")?;
    /// view.finish(&runner.run());
    /// # view.stop();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish(&self, result: &asp_core::Result<Outcome>) {
        self.finish_with(match result {
            Ok(outcome) => outcome.report().to_string(),
            Err(error) => error.to_string(),
        });
    }

    /// Shows this text instead, as it stands.
    ///
    /// ```
    /// let (runner, view) = asp_view::serve(asp_core::Runner::new(), "127.0.0.1:0")?;
    /// runner.run()?;
    /// view.finish_with("nothing came of it");
    /// # view.stop();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish_with(&self, text: impl Into<String>) {
        self.shared.set_summary(text.into());
    }

    /// Goes on serving until the process is ended, by Ctrl-C say.
    ///
    /// ```no_run
    /// let (runner, view) = asp_view::serve(asp_core::Runner::new(), "8080")?;
    /// view.finish(&runner.run());
    /// view.wait();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // It does not panic, and does not end before it is told to.
            let _ = thread.join();
        }
    }

    /// Ends it. Pages that are open are shown the last snapshot, and say that the program is gone.
    ///
    /// ```
    /// let (runner, view) = asp_view::serve(asp_core::Runner::new(), "127.0.0.1:0")?;
    /// runner.run()?;
    /// view.stop();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.send_replace(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

async fn serve(listener: TcpListener, site: Site) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let router = Router::new()
        .route("/", get(page))
        .route("/events", get(events))
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(site.clone(), guard))
        .with_state(site.clone());
    let (mut ends, mut last) = (site.ends.clone(), site.ends.clone());
    let ended = async move {
        // An error says that the program has dropped its side, which is an end, too.
        let _ = ends.wait_for(|ends| *ends).await;
    };
    let late = async move {
        let _ = last.wait_for(|ends| *ends).await;
        sleep(GRACE).await;
    };
    let served = axum::serve(listener, router).with_graceful_shutdown(ended).into_future();
    let asking = ask(Arc::clone(&site.shared));
    select(pin!(served), pin!(select(pin!(late), pin!(asking)))).await;
}

/// Asks the run how it is doing, also while nobody looks: whoever comes later sees the last events, too.
async fn ask(shared: Arc<Shared>) {
    let mut period = interval(PERIOD);
    period.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        period.tick().await;
        shared.remember();
        shared.monitor.ask();
    }
}

async fn page(State(site): State<Site>) -> Html<String> {
    Html(page::page(&site.shared))
}

/// The snapshots as they come, until the page is closed or the program ends.
async fn events(State(site): State<Site>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (viewer, mut ends) = (Viewer::new(Arc::clone(&site.shared)), site.ends);
    ends.mark_unchanged();
    // The first answer of the run is a moment away.
    let period = interval(PERIOD / 4);
    let state = (viewer, ends, period, Told::default(), false);
    let messages = stream::unfold(state, |(viewer, mut ends, mut period, mut told, is_last)| async move {
        if is_last {
            return None;
        }
        loop {
            let is_over = *ends.borrow();
            if let Some(message) = told.next(&viewer) {
                let event = Event::default().data(message);
                // What is new comes at its pace.
                period.reset_after(PERIOD);
                return Some((Ok(event), (viewer, ends, period, told, is_over)));
            }
            if is_over {
                return None;
            }
            select(pin!(period.tick()), pin!(ends.changed())).await;
        }
    });
    // The page tries again by itself, and soon.
    let hello = stream::once(ready(Ok(Event::default().retry(Duration::from_secs(1)).comment("hello"))));
    Sse::new(stream::StreamExt::chain(hello, messages)).keep_alive(KeepAlive::default())
}

async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "There is no such page; the run is at /\n").into_response()
}

/// Turns away whoever asks for another host than this machine, and lets no page from elsewhere have the answers.
async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !site.is_for_anyone && !is_of_this_machine(host) {
        let text = "The page is shown under names of this machine alone, as 127.0.0.1 or localhost.\n";
        return (StatusCode::MISDIRECTED_REQUEST, text).into_response();
    }
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    response
}

/// True for `localhost`, `127.0.0.1`, `[::1]` and the like, with any port.
fn is_of_this_machine(host: &str) -> bool {
    let without_port = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = without_port.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_of_this_machine;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for host in ["localhost", "LocalHost:80", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080", "[::1]"] {
            assert!(is_of_this_machine(host), "{host}");
        }
        for host in
            ["", "example.org", "localhost.example.org:80", "10.0.0.1", "0.0.0.0:80", "127.0.0.1.nip.io"]
        {
            assert!(!is_of_this_machine(host), "{host}");
        }
    }
}
