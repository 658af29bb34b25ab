//! While a client waits: it is told that the work goes on, and takes its question back when it likes.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use rmcp::RoleServer;
use rmcp::model::ProgressNotificationParam;
use rmcp::service::RequestContext;

use super::desk::{Desk, Watch};
use super::refusal::{Kind, Refusal};

/// How often a client that wants to know is told how far the work is. Most questions are answered long before.
const BEAT: Duration = Duration::from_millis(500);

/// Returns what `work` comes to. A client that takes its question back ends it, and one that panics is an error that can
/// be read: a client would wait for ever otherwise.
pub(super) async fn waited_for<T>(
    desk: &Desk,
    context: &RequestContext<RoleServer>,
    watch: &Watch,
    work: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    let mut work = std::pin::pin!(AssertUnwindSafe(work).catch_unwind());
    let token = context.meta.get_progress_token();
    let mut told = 0;
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done.unwrap_or_else(|_| Err(desk.broken())),
            // Nobody reads this: what was taken back has no answer.
            () = context.ct.cancelled() => return Err(Refusal::new(Kind::Busy, "the question was taken back")),
            () = tokio::time::sleep(BEAT), if token.is_some() => {}
        }
        let Some(token) = token.clone().filter(|_| watch.work() > told) else {
            continue;
        };
        told = watch.work();
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let note = ProgressNotificationParam::new(token, told as f64).with_message("reading what is recorded");
        // A client that is gone is told nothing.
        let _ = context.peer.notify_progress(note).await;
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::{CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock};
    use rmcp::{ErrorData, ServerHandler, ServiceExt as _};
    use serde_json::{Value, json};
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};

    use super::super::desk::Asked;
    use super::*;
    use crate::config::Settings;
    use crate::domain::time::Timestamp;
    use crate::store::{Access, Store};

    /// A server with a question that has no end, two that break, and one that is answered.
    struct Odd(Desk);

    impl ServerHandler for Odd {
        async fn call_tool(
            &self,
            request: CallToolRequestParams,
            context: RequestContext<RoleServer>,
        ) -> Result<CallToolResponse, ErrorData> {
            let watch = Watch::default();
            let tool = request.name.clone();
            let work = self
                .0
                .read_watched(&watch, move |store, _| match request.name.as_ref() {
                    "endless" => Ok(store.count_for_ever()?),
                    "broken" => panic!("on purpose"),
                    _ => Ok(()),
                });
            let work = async {
                assert_ne!(tool, "broken outside", "on purpose");
                work.await
            };
            Ok(match waited_for(&self.0, &context, &watch, work).await {
                Ok(()) => CallToolResult::success(vec![]),
                Err(refusal) => CallToolResult::error(vec![ContentBlock::text(refusal.text)]),
            }
            .into())
        }
    }

    /// The client's end of a connection to [`Odd`].
    struct Line {
        lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
        output: WriteHalf<DuplexStream>,
    }

    impl Line {
        async fn begun(desk: Desk) -> Self {
            let (ours, theirs) = tokio::io::duplex(1 << 20);
            tokio::spawn(async move {
                let running = Odd(desk).serve(tokio::io::split(theirs)).await.expect("it begins");
                running.waiting().await
            });
            let (input, output) = tokio::io::split(ours);
            let mut line = Self {
                lines: BufReader::new(input).lines(),
                output,
            };
            let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
            line.send(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}))
                .await;
            line.next().await;
            line.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
                .await;
            line
        }

        async fn send(&mut self, message: &Value) {
            let line = format!("{message}\n");
            self.output.write_all(line.as_bytes()).await.expect("sent");
        }

        async fn call(&mut self, id: i64, tool: &str, meta: Value) {
            let params = json!({"name": tool, "arguments": {}, "_meta": meta});
            self.send(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}))
                .await;
        }

        async fn next(&mut self) -> Value {
            let line = self.lines.next_line().await.expect("reads").expect("a line");
            serde_json::from_str(&line).expect("JSON")
        }
    }

    fn on_a_desk<F: Future<Output = ()>>(work: impl FnOnce(Desk) -> F) {
        let data = tempfile::tempdir().expect("a temporary folder");
        let settings = Settings::at(data.path(), Timestamp(1_763_640_000_000_000));
        drop(Store::open(&settings.database(), Access::Write).expect("a store"));
        let desk = Desk::new(move || Ok(settings.clone()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(work(desk))));
        // What has no end would be waited for by a test that failed.
        runtime.shutdown_background();
        outcome.expect("the test passes");
    }

    #[test]
    fn what_has_no_end_tells_how_far_it_is_and_ends_when_it_is_taken_back() {
        on_a_desk(|desk| async {
            let mut line = Line::begun(desk).await;
            // More than are answered at once, so that the last ones still wait for a seat.
            for id in 1..=9 {
                line.call(id, "endless", json!({"progressToken": id})).await;
            }
            let mut far = Vec::new();
            while far.len() < 3 {
                let note = line.next().await;
                assert_eq!(note["method"], "notifications/progress", "{note}");
                if note["params"]["progressToken"] == 1 {
                    far.push(note["params"]["progress"].as_f64().expect("a number"));
                }
            }
            assert!(far.is_sorted_by(|a, b| a < b), "{far:?}");
            for id in 1..=9 {
                let params = json!({"requestId": id, "reason": "the user went on"});
                line.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}))
                    .await;
            }
            // Every seat is taken until what was taken back has really ended.
            line.call(10, "short", json!({})).await;
            loop {
                let reply = line.next().await;
                if reply["method"] != "notifications/progress" {
                    assert_eq!(
                        (&reply["id"], &reply["result"]["isError"]),
                        (&json!(10), &json!(false)),
                        "{reply}"
                    );
                    break;
                }
            }
        });
    }

    #[test]
    fn a_question_that_is_dropped_stops_too() {
        on_a_desk(|desk| async move {
            for _ in 0..9 {
                let endless = desk.read(|store, _| Ok(store.count_for_ever()?));
                tokio::select! {
                    biased;
                    () = tokio::task::yield_now() => {}
                    _ = endless => panic!("it has no end"),
                }
            }
            assert_eq!(desk.read(|_, _| Ok(7)).await, Ok(7));
        });
    }

    #[test]
    fn what_is_asked_again_is_still_wanted() {
        on_a_desk(|desk| async move {
            for _ in 0..2 {
                let spooled = desk.read(|_, asked| {
                    let folder = asked.settings.journals();
                    std::fs::create_dir_all(&folder).expect("a folder");
                    std::fs::write(folder.join("a.jsonl"), "\nno record\n".repeat(9)).expect("writes");
                    Ok(())
                });
                assert_eq!(spooled.await, Ok(()));
                let watch = Watch::default();
                let seen = watch.clone();
                let wanted = move |_: &Store, _: &Asked<'_>| Ok(!seen.is_given_up());
                assert_eq!(desk.read_at_once_watched(&watch, wanted, |_| false).await, Ok(true));
                assert!(watch.is_given_up(), "nobody wants what was answered");
            }
        });
    }

    #[test]
    fn a_question_that_breaks_is_answered_and_so_is_the_next_one() {
        on_a_desk(|desk| async {
            let mut line = Line::begun(desk).await;
            for tool in ["broken", "broken outside"] {
                line.call(1, tool, json!({})).await;
                let reply = line.next().await;
                assert_eq!(
                    (&reply["id"], &reply["result"]["isError"]),
                    (&json!(1), &json!(true)),
                    "{reply}"
                );
                assert!(reply.to_string().contains("callus doctor"), "{reply}");
            }
            line.call(2, "short", json!({})).await;
            assert_eq!(line.next().await["result"]["isError"], false);
        });
    }
}
