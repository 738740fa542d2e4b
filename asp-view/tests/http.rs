//! What the server answers.

mod kit;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use asp::Runner;
use asp_view::{ServeError, Server, View};
use kit::Served;
use serde_json::Value;

fn request(view: &Server, line: &str, host: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(view.address()).expect("it is served");
    // Version 1.0 has no chunks in the answer.
    write!(stream, "{line} HTTP/1.0\r\nHost: {host}\r\n\r\n").expect("it listens");
    BufReader::new(stream)
}

/// The whole answer.
fn answer(view: &Server, line: &str, host: &str) -> String {
    let mut text = String::new();
    request(view, line, host).read_to_string(&mut text).expect("an answer in UTF-8");
    text
}

/// The messages of server-sent events as they come.
fn messages(view: &Server) -> impl Iterator<Item = Value> + use<> {
    let lines = request(view, "GET /events", "localhost").lines().map(|line| line.expect("UTF-8"));
    lines.filter_map(|line| Some(serde_json::from_str(line.strip_prefix("data: ")?).expect("JSON")))
}

#[test]
fn the_page_is_there_and_nothing_else() {
    let view = Served::begin().end();
    let page = answer(&view, "GET /", "localhost:80");
    assert!(page.starts_with("HTTP/1.0 200 OK\r\n"), "{page}");
    for part in
        ["content-type: text/html", "cache-control: no-store", "<title>watch</title>", "remarks: String"]
    {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("http://127"), "it names no other place");
    let nothing = answer(&view, "GET /nothing", "127.0.0.1");
    assert!(nothing.starts_with("HTTP/1.0 404 Not Found\r\ncontent-type: text/plain"), "{nothing}");
    assert!(nothing.ends_with("There is no such page; the run is at /\n"), "{nothing}");
    assert!(answer(&view, "POST /", "[::1]").starts_with("HTTP/1.0 405 "));
}

#[test]
fn snapshots_come_and_grow() {
    let served = Served::begin();
    let mut seen: Vec<Value> = Vec::new();
    for message in messages(&served.view) {
        if message["snapshot"].is_object() {
            seen.push(message);
        }
        if seen.len() == 3 {
            break;
        }
    }
    let fed = |message: &Value| message["snapshot"]["streams"][0][1].as_u64().expect("a count");
    assert!(fed(&seen[0]) < fed(&seen[1]) && fed(&seen[1]) < fed(&seen[2]), "{seen:?}");
    assert_eq!(seen[0]["snapshot"]["streams"][0][0], "prices");
    assert_eq!(seen[0]["snapshot"]["phase"], "history");
    assert_eq!(seen[0]["snapshot"]["strategies"][0][0], "Watcher");

    // Of remarks there are more than are shown, and all of them are of this stream.
    let last = messages(&served.view).next().expect("a message");
    let events = last["events"].as_array().expect("events");
    assert!(!events.is_empty() && events.len() <= 50, "{last}");
    assert!(events.iter().all(|event| event["stream"] == "remarks"));

    let view = served.end();
    let end = messages(&view).next().expect("a message");
    let past = end["past"].as_array().expect("a page that comes late sees what was before");
    assert!(past.iter().any(|look| look["streams"][0][0] == "prices"), "{end}");
    assert_eq!(end["snapshot"]["phase"], "stopped");
    assert!(end["summary"].as_str().expect("a text").starts_with("stopped on request at "), "{end}");
}

#[test]
fn whoever_looks_is_counted_and_hears_of_the_end_of_the_program() {
    let served = Served::begin();
    assert_eq!(served.view.viewers(), 0);
    let mut open = messages(&served.view);
    open.next().expect("a message");
    assert_eq!(served.view.viewers(), 1);
    let view = served.end();
    view.stop();
    let rest: Vec<Value> = open.collect();
    assert!(rest.iter().any(|message| message["snapshot"]["phase"] == "stopped"), "{rest:?}");
    assert!(rest.iter().any(|message| message["summary"].is_string()), "{rest:?}");
}

#[test]
fn only_names_of_this_machine_are_served() {
    let view = Served::begin().end();
    for host in ["example.org", "127.0.0.1.example.org", "10.0.0.1:80", ""] {
        for path in ["GET /", "GET /events", "GET /nothing"] {
            let refused = answer(&view, path, host);
            assert!(refused.starts_with("HTTP/1.0 421 "), "{host}: {refused}");
            assert!(!refused.contains("watch"), "{refused}");
        }
    }
}

#[test]
fn an_address_that_others_reach_has_to_be_asked_for() {
    let error = View::new().at("0.0.0.0:0").serve(Runner::new()).expect_err("others reach it");
    assert_eq!(
        error.to_string(),
        "other machines reach 0.0.0.0:0, and whoever reaches it sees the run\n\
         = help: serve on 127.0.0.1:0, or add `.anyone()` if all who reach it may see the run"
    );
    let (runner, view) = View::new().at("0.0.0.0:0").anyone().serve(Runner::new()).expect("it was asked for");
    view.finish(&runner.run());
    assert!(answer(&view, "GET /", "example.org").starts_with("HTTP/1.0 200 "));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let (_runner, view) = asp_view::serve(Runner::new(), "127.0.0.1:0").expect("a port is free");
    let port = view.address().port();
    let error = asp_view::serve(Runner::new(), &port.to_string()).expect_err("it is taken");
    assert!(matches!(error, ServeError::Taken { .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "another program has port {port}\n= help: name another one, or 127.0.0.1:0 for one that is free"
        )
    );
}

#[test]
fn what_is_no_address_is_said_to_be_none() {
    for text in ["", "run", "127.0.0.1", "70000"] {
        let error = asp_view::serve(Runner::new(), text).expect_err("no address");
        assert!(error.to_string().starts_with(&format!("`{text}` is not an address\n= help: ")), "{error}");
    }
}
