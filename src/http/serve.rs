//! Listening, answering, and ending in good order.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::app::App;
use super::error::HttpError;

/// Connections at once; the next ones wait in the system's queue.
const CONNECTIONS: usize = 512;
/// How many wait there.
const QUEUE: u32 = 1024;
/// How long a connection may take to send the head of a request, and lie idle between two.
const HEAD: Duration = Duration::from_secs(15);
/// The most bytes of a head.
const HEAD_SIZE: usize = 32 << 10;
/// The most headers.
const HEADERS: usize = 100;
/// How long answers that were begun may take when the server ends.
const LAST_ANSWERS: Duration = Duration::from_secs(35);
/// How long clients may take to read them.
const LAST_READS: Duration = Duration::from_secs(3);
/// How long to wait when the system cannot give another connection just now.
const PAUSE: Duration = Duration::from_millis(50);

/// Returns the address that is meant by `given`, such as `127.0.0.1:4000` or `localhost:4000`.
pub fn address(given: &str) -> Result<SocketAddr, HttpError> {
    let wrong = || HttpError::Address {
        given: given.to_owned(),
    };
    if let Ok(address) = given.parse() {
        return Ok(address);
    }
    // Of a name with addresses of both kinds the older one: that is what clients are told to ask.
    let found: Vec<_> = given.to_socket_addrs().map_err(|_| wrong())?.collect();
    let older = found.iter().find(|address| address.is_ipv4());
    older.or(found.first()).copied().ok_or_else(wrong)
}

/// Listens at an address.
pub fn listen(address: SocketAddr) -> Result<TcpListener, HttpError> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    };
    let listening = socket.and_then(|socket| {
        // A server that starts again need not wait until the last connections of the one before are forgotten.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(QUEUE)
    });
    listening.map_err(|source| match source.kind() {
        ErrorKind::AddrInUse => HttpError::Taken(address),
        ErrorKind::AddrNotAvailable => HttpError::Elsewhere(address),
        ErrorKind::PermissionDenied => HttpError::Forbidden(address),
        _ => HttpError::Listen { address, source },
    })
}

/// Returns what is over once the system asks this process to end. From here on the signals do nothing else.
pub fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

impl App {
    /// Serves until `end`; then takes no more connections, ends what was begun, closes the streams, and returns.
    pub async fn serve(self, listener: TcpListener, end: impl Future<Output = ()>) {
        let connections = GracefulShutdown::new();
        let seats = Arc::new(Semaphore::new(CONNECTIONS));
        let protocol = protocol();
        let mut end = std::pin::pin!(end);
        loop {
            let accepted = tokio::select! {
                () = &mut end => break,
                accepted = next(&listener, &seats) => accepted,
            };
            let Some((stream, seat)) = accepted else { continue };
            let service = TowerToHyperService::new(self.router.clone());
            let connection = connections.watch(protocol.serve_connection(TokioIo::new(stream), service));
            tokio::spawn(async move {
                // What went wrong with it is the client's business, and the client is gone.
                let _ = connection.await;
                drop(seat);
            });
        }
        drop(listener);
        self.wind_up(connections).await;
    }

    /// Ends what was begun. Nobody is waited for longer than their answer may take.
    async fn wind_up(self, connections: GracefulShutdown) {
        let mut closed = std::pin::pin!(connections.shutdown());
        tokio::select! {
            biased;
            () = &mut closed => return,
            _ = timeout(LAST_ANSWERS, self.gauge.wind_up()) => {}
        }
        let _ = timeout(LAST_READS, closed).await;
    }
}

fn protocol() -> http1::Builder {
    let mut protocol = http1::Builder::new();
    protocol
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_SIZE)
        .max_headers(HEADERS);
    protocol
}

/// Returns the next connection, when there is a seat for it.
async fn next(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let seat = Arc::clone(seats).acquire_owned().await.ok()?;
    if let Ok((stream, _)) = listener.accept().await {
        // Answers are small: waiting to fill a packet would only delay them. A socket that refuses is gone already.
        let _ = stream.set_nodelay(true);
        return Some((stream, seat));
    }
    // The client left in the queue, or the system has no file left: asking again at once would only burn time.
    sleep(PAUSE).await;
    None
}
