//! Sessions that ran beside each other, played again.

use callus::config::Settings;
use callus::domain::time::Timestamp;
use callus::flow::import::Request;
use callus::flow::replay::{Event, Kind, replay};

use super::replay::{HOPELESS, INSTEAD, Made, lines, made, name, write};

#[test]
fn a_session_knows_nothing_of_what_another_one_beside_it_learns_later() {
    let home = tempfile::tempdir().expect("a folder");
    let fails = || made(HOPELESS.0, HOPELESS.1, true);
    let works = || made(INSTEAD, "ok", false);
    let waits = || (0..10).map(|_| made("ls", "a", false));
    // The first session learns at minute 11 what works; the second one fails at minute 6, and again at 16, while the
    // first one still runs; the third one begins when both are over.
    let first: Vec<Made> = [fails()]
        .into_iter()
        .chain(waits())
        .chain([works()])
        .chain(waits())
        .collect();
    let second: Vec<Made> = [made("ls", "b", false), fails()]
        .into_iter()
        .chain(waits())
        .chain([fails()])
        .collect();
    for (session, minute, calls) in [(1, 0, &first), (2, 5, &second), (3, 40, &vec![fails(), works()])] {
        write(home.path(), session, &lines(session, session, minute, calls));
    }
    let settings = Settings::at(&home.path().join("store"), Timestamp(0));
    let request = Request {
        paths: vec![home.path().to_owned()],
        ..Request::default()
    };
    let mut events: Vec<Event> = Vec::new();
    replay(&settings, &request, |_| {}, |event| events.push(event.clone())).expect("plays");
    let told: Vec<u32> = (1..=3)
        .filter(|session| {
            events
                .iter()
                .any(|event| event.session == name(*session) && !event.text.is_empty())
        })
        .collect();
    assert_eq!(told, [3], "{events:#?}");
    let kinds: Vec<Option<Kind>> = events
        .iter()
        .filter(|event| event.session == name(2) && event.text.is_empty())
        .map(|event| event.of)
        .collect();
    assert!(kinds.len() == 2 && !kinds.contains(&Some(Kind::Known)), "{kinds:?}");
}
