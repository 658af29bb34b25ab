//! Who may come in: by which name this server was called, from which page, and with which token.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN, WWW_AUTHENTICATE};
use axum::http::uri::{Authority, Uri};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::error::HttpError;
use super::limits::BODY;
use super::problem::Problem;
use super::token::Token;
use crate::mcp::Web;

/// Who may come in.
#[derive(Debug, Clone)]
pub struct Door {
    token: Option<Token>,
    hosts: Arc<[Name]>,
    origins: Arc<[Origin]>,
    pages: Arc<[Origin]>,
}

/// A name of this server, at one port or at any.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    host: String,
    port: Option<u16>,
}

/// Where a page comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

/// What a machine calls itself.
const LOOPBACK: &[&str] = &["localhost", "127.0.0.1", "[::1]"];
/// Ports that an origin leaves out.
const IMPLIED: &[(&str, u16)] = &[("http", 80), ("https", 443)];

impl Door {
    /// Returns the door of a server that listens at `address`: it goes by the names of this machine and by `hosts`, and
    /// pages may ask it that come from itself or from `origins`. Without a token everybody is let in.
    pub fn new(
        address: SocketAddr,
        token: Option<Token>,
        hosts: &[String],
        origins: &[String],
    ) -> Result<Self, HttpError> {
        if token.is_none() && !address.ip().is_loopback() {
            return Err(HttpError::Open(address));
        }
        let mut names: Vec<Name> = LOOPBACK.iter().map(|host| Name::any_port(host)).collect();
        if !address.ip().is_unspecified() {
            let shown = address.to_string();
            names.push(Name::any_port(
                shown.rsplit_once(':').map_or(shown.as_str(), |(ip, _)| ip),
            ));
        }
        let own = names
            .iter()
            .map(|name| Origin::new("http", &name.host, Some(address.port())));
        let mut from: Vec<Origin> = own.collect();
        for given in hosts {
            names.push(Name::parse(given).ok_or_else(|| HttpError::Name {
                what: "name of a host",
                given: given.clone(),
                example: "--allow-host callus.example.org, or --allow-host callus.example.org:8443 for one port",
            })?);
        }
        let mut pages = Vec::new();
        for given in origins {
            pages.push(Origin::parse(given).ok_or_else(|| HttpError::Name {
                what: "origin of a page",
                given: given.clone(),
                example: "--allow-origin https://tools.example.org",
            })?);
        }
        from.extend(pages.iter().cloned());
        Ok(Self {
            token,
            hosts: names.into(),
            origins: from.into(),
            pages: pages.into(),
        })
    }

    /// Returns what the MCP service checks once more.
    pub(super) fn web(&self) -> Web {
        Web {
            hosts: self.hosts.iter().map(ToString::to_string).collect(),
            origins: self.origins.iter().map(ToString::to_string).collect(),
            largest: BODY,
        }
    }

    /// Returns whether pages of other servers may ask, and so whether browsers must be told.
    pub(super) fn has_pages(&self) -> bool {
        !self.pages.is_empty()
    }

    /// Returns whether a page from there was allowed by name.
    pub(super) fn is_page(&self, origin: &HeaderValue) -> bool {
        origin
            .to_str()
            .ok()
            .and_then(Origin::parse)
            .is_some_and(|origin| self.pages.contains(&origin))
    }

    fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let unclear = |what| {
            let next = "Send one header `host` with the name or address of this server";
            Problem::new(StatusCode::BAD_REQUEST, what, next).at("header `host`")
        };
        let named = sole(headers, &HOST).map_err(|()| unclear("the name of the host is given twice"))?;
        let given = named
            .map(str::to_owned)
            .or_else(|| uri.authority().map(ToString::to_string));
        let given = given.ok_or_else(|| unclear("the name of the host is missing"))?;
        let name = Name::parse(&given).ok_or_else(|| unclear("the name of the host cannot be read"))?;
        // A request may name the host in its first line too.
        let also = uri.authority().map(|authority| Name::parse(authority.as_str()));
        if self.knows(&name) && also.is_none_or(|also| also.is_some_and(|also| self.knows(&also))) {
            return Ok(());
        }
        let next = "Ask it by the address that it listens at, or start it with --allow-host and this name";
        Err(Problem::new(StatusCode::FORBIDDEN, "this server does not go by that name", next).at("header `host`"))
    }

    fn knows(&self, name: &Name) -> bool {
        self.hosts
            .iter()
            .any(|known| known.host == name.host && known.port.is_none_or(|port| Some(port) == name.port))
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let foreign = || {
            let next = "Start it with --allow-origin and the origin of the page, if the page is yours";
            Problem::new(StatusCode::FORBIDDEN, "pages from there may not ask this server", next).at("header `origin`")
        };
        match sole(headers, &ORIGIN).map_err(|()| foreign())? {
            None => Ok(()),
            Some(given) => match Origin::parse(given) {
                Some(origin) if self.origins.contains(&origin) => Ok(()),
                _ => Err(foreign()),
            },
        }
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(token) = &self.token else { return Ok(()) };
        let given = sole(headers, &AUTHORIZATION).unwrap_or(Some("")).map(|given| {
            let (scheme, word) = given.trim().split_once(' ').unwrap_or_default();
            (scheme.eq_ignore_ascii_case("bearer"), word.trim())
        });
        // Plain: a client that was offered more would begin to look for a place to log in.
        let (what, challenge) = match given {
            Some((true, word)) if token.is(word) => return Ok(()),
            None => ("the token is missing", "Bearer realm=\"callus\""),
            Some(_) => (
                "this is not the token",
                "Bearer realm=\"callus\", error=\"invalid_token\"",
            ),
        };
        let next = "Send the header `authorization: Bearer TOKEN`; `callus serve --show-token` prints it";
        Err(Problem::new(StatusCode::UNAUTHORIZED, what, next)
            .at("header `authorization`")
            .with(WWW_AUTHENTICATE, HeaderValue::from_static(challenge)))
    }
}

/// Lets a request in that calls this server by its name, and that no foreign page sends.
pub(super) async fn called_rightly(State(door): State<Door>, request: Request, next: Next) -> Response {
    let checked = door
        .check_host(request.uri(), request.headers())
        .and_then(|()| door.check_origin(request.headers()));
    match checked {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Lets a request in that brings the token.
pub(super) async fn known(State(door): State<Door>, request: Request, next: Next) -> Response {
    match door.check_token(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Returns the value of a header that may be given once; an error when it is given twice, or cannot be read.
fn sole<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(drop),
        (Some(_), Some(_)) => Err(()),
    }
}

impl Name {
    fn any_port(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            port: None,
        }
    }

    fn parse(given: &str) -> Option<Self> {
        let authority: Authority = given.parse().ok()?;
        let host = authority.host().to_lowercase();
        // `name:` and `name:99999` have a port that is none.
        let port_is_fine = authority.port().is_some() == authority.as_str()[authority.host().len()..].contains(':');
        let plain = !authority.as_str().contains('@') && !host.is_empty() && port_is_fine;
        plain.then_some(Self {
            host,
            port: authority.port_u16(),
        })
    }
}

impl Origin {
    fn new(scheme: &str, host: &str, port: Option<u16>) -> Self {
        let implied = IMPLIED
            .iter()
            .any(|(known, implied)| *known == scheme && Some(*implied) == port);
        Self {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            port: port.filter(|_| !implied),
        }
    }

    fn parse(given: &str) -> Option<Self> {
        let (scheme, rest) = given.split_once("://")?;
        let name = Name::parse(rest)?;
        let letters = !scheme.is_empty()
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        letters.then(|| Self::new(&scheme.to_lowercase(), &name.host, name.port))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.host)?;
        self.port.map_or(Ok(()), |port| write!(out, ":{port}"))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let implied = IMPLIED
            .iter()
            .find(|(scheme, _)| *scheme == self.scheme)
            .map(|(_, port)| *port);
        write!(out, "{}://{}", self.scheme, self.host)?;
        self.port.or(implied).map_or(Ok(()), |port| write!(out, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(hosts: &[&str], origins: &[&str]) -> Door {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let address = "127.0.0.1:4000".parse().expect("an address");
        Door::new(address, None, &owned(hosts), &owned(origins)).expect("a door")
    }

    fn header(name: &HeaderName, values: &[&str]) -> HeaderMap {
        let value = |value: &&str| {
            (
                name.clone(),
                HeaderValue::from_bytes(value.as_bytes()).expect("a value"),
            )
        };
        values.iter().map(value).collect()
    }

    #[test]
    fn a_server_goes_by_its_own_names_only() {
        let door = door(&["Callus.Example.org", "other.example.org:8443"], &[]);
        let table: &[(&[&str], u16)] = &[
            (&["127.0.0.1:4000"], 200),
            (&["127.0.0.1"], 200),
            (&["LOCALHOST:9"], 200),
            (&["[::1]:4000"], 200),
            (&["callus.example.org"], 200),
            (&["callus.example.org.:4000"], 403),
            (&["other.example.org:8443"], 200),
            (&["other.example.org:80"], 403),
            (&["other.example.org"], 403),
            (&["evil.example.com"], 403),
            (&["localhost.evil.example.com"], 403),
            (&["127.0.0.1.evil.example.com:4000"], 403),
            (&["0.0.0.0:4000"], 403),
            (&["x@127.0.0.1"], 400),
            (&["127.0.0.1:"], 400),
            (&["127.0.0.1:99999"], 400),
            (&["two words"], 400),
            (&[""], 400),
            (&["\u{e4}"], 400),
            (&["127.0.0.1", "evil.example.com"], 400),
            (&[], 400),
        ];
        for (given, status) in table {
            let checked = door.check_host(&Uri::from_static("/mcp"), &header(&HOST, given));
            assert_eq!(
                checked.map_or_else(|problem| problem.into_response().status().as_u16(), |()| 200),
                *status,
                "{given:?}"
            );
        }
        let first_line = |uri| door.check_host(&Uri::from_static(uri), &header(&HOST, &["127.0.0.1"]));
        assert!(first_line("http://localhost:4000/mcp").is_ok());
        assert!(first_line("http://evil.example.com/mcp").is_err());
    }

    #[test]
    fn a_page_from_elsewhere_may_not_ask() {
        let door = door(
            &[],
            &["https://Tools.example.org", "http://localhost:6274", "app://callus"],
        );
        let table: &[(&[&str], bool)] = &[
            (&[], true),
            (&["http://127.0.0.1:4000"], true),
            (&["http://localhost:4000"], true),
            (&["https://tools.example.org"], true),
            (&["https://tools.example.org:443"], true),
            (&["http://localhost:6274"], true),
            (&["app://callus"], true),
            (&["http://tools.example.org"], false),
            (&["https://tools.example.org:8443"], false),
            (&["http://localhost:4001"], false),
            (&["http://localhost"], false),
            (&["https://localhost:4000"], false),
            (&["https://evil.example.com"], false),
            (&["null"], false),
            (&[""], false),
            (&["http://127.0.0.1:4000", "https://evil.example.com"], false),
        ];
        for (given, fine) in table {
            assert_eq!(door.check_origin(&header(&ORIGIN, given)).is_ok(), *fine, "{given:?}");
        }
    }

    #[test]
    fn names_that_are_none_are_refused_at_the_start() {
        let address = "127.0.0.1:4000".parse().expect("an address");
        for (hosts, origins) in [
            (vec!["https://callus.example.org".to_owned()], vec![]),
            (vec![String::new()], vec![]),
            (vec![], vec!["tools.example.org".to_owned()]),
            (vec![], vec!["https://tools.example.org/path".to_owned()]),
            (vec![], vec!["*".to_owned()]),
        ] {
            assert!(
                Door::new(address, None, &hosts, &origins).is_err(),
                "{hosts:?} {origins:?}"
            );
        }
    }

    #[test]
    fn only_this_machine_may_ask_without_a_token() {
        for (address, open) in [
            ("127.0.0.1:0", true),
            ("127.9.9.9:0", true),
            ("[::1]:0", true),
            ("0.0.0.0:0", false),
            ("[::]:0", false),
            ("192.0.2.7:0", false),
        ] {
            let door = Door::new(address.parse().expect("an address"), None, &[], &[]);
            assert_eq!(door.is_ok(), open, "{address}");
        }
    }
}
