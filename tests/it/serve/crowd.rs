//! Many at once: nobody is lost, and whoever is sent away learns when to come again.

use std::net::TcpStream;
use std::thread;

use rusqlite::Connection;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::Value;

use super::client::{Reply, Server, failed};
use crate::env::TestEnv;
use crate::fixture;

/// A machine gives a process few open files unless it asks for more.
fn many_files() {
    let limit = getrlimit(Resource::Nofile);
    let more = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, more).expect("as many as are allowed");
}

#[test]
fn a_thousand_calls_at_once_are_all_answered() {
    many_files();
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &["--rate", "1000"]);
    let check = server.post("/v1/check", &failed()).bytes();
    let report = server.request("GET", "/v1/report?since=30d").bytes();
    let streams: Vec<TcpStream> = (0..1_000)
        .map(|number| server.connect(if number % 10 == 0 { &report } else { &check }))
        .collect();
    let mut bodies: Vec<String> = Vec::new();
    for stream in streams {
        let reply = Reply::read(stream);
        assert_eq!(reply.status, 200, "{}", reply.body);
        bodies.push(reply.body);
    }
    bodies.sort_unstable();
    bodies.dedup();
    assert_eq!(bodies.len(), 2, "the same question has the same answer");
    server.end();
}

#[test]
fn whoever_asks_too_often_is_told_when_to_ask_again() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &["--rate", "1"]);
    let request = server.request("GET", "/openapi.json");
    let replies: Vec<Reply> = (0..40).map(|_| server.ask(&request)).collect();
    let (answered, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
    assert!(
        answered.len() >= 10 && !refused.is_empty(),
        "{} answered",
        answered.len()
    );
    for reply in refused {
        assert_eq!(reply.status, 429, "{}", reply.body);
        assert!(reply.error()[0].contains("too many requests"));
        let wait: u32 = reply
            .header("retry-after")
            .and_then(|wait| wait.parse().ok())
            .expect("when to come again");
        assert!(wait >= 1);
    }
    // Who is not let in spends nothing of what others have, and is told nothing of it.
    let stranger = server.ask(&request.with("authorization", "Bearer wrong"));
    assert_eq!(stranger.status, 401);
    assert_eq!(server.ask(&server.request("GET", "/healthz")).status, 200);
    server.end();
}

#[test]
fn clients_that_are_gone_leave_nothing_behind() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &["--rate", "1000"]);
    let check = server.post("/v1/check", &failed()).bytes();
    for cut in (1..check.len()).step_by(7) {
        drop(server.connect(&check[..cut]));
        drop(server.connect(&check));
    }
    // More of them than are answered at once have left a request half sent.
    for _ in 0..100 {
        drop(server.connect(&check[..check.len() - 3]));
    }
    let reply = server.ask(&server.post("/v1/check", &failed()));
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(server.end(), "");
}

#[test]
fn a_database_that_somebody_holds_is_still_read() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let holder = Connection::open(env.database()).expect("the database");
    holder.execute_batch("begin exclusive").expect("the lock");
    let ask = || {
        let reply = server.ask(&server.post("/v1/check", &failed()));
        (reply.status, reply.json()["verdict"].clone())
    };
    let answers: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        asked
            .into_iter()
            .map(|answer| answer.join().expect("an answer"))
            .collect()
    });
    assert!(
        answers.iter().all(|answer| *answer == (200, Value::from("seen"))),
        "{answers:?}"
    );
    holder.execute_batch("rollback").expect("let go");
    server.end();
}
