//! What is shown where nothing has been recorded yet.

use insta::assert_snapshot;

use super::env::TestEnv;

#[test]
fn the_sample_goes_the_way_of_real_sessions_and_leaves_nothing_behind() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["report", "--sample"]).success(), @r"
    A sample: four invented sessions, recorded nowhere.

    Callus · all that is recorded

    Read        4 sessions, 17 calls: 8 failures
    Set aside   2: 1x a probe that found nothing, 1x the user
                said no

    3 failure modes, met again
    routes.go:40:2: string `close…constant (goconst) (hidden)
      wx4s06n1 · mise run lint · 2x in 2 sessions · 5 days ago
    fork/exec /tmp/go-build9/b002/api.t…exe: exec format error
      ydqtq91c · go test · 2x in 2 sessions · 5 days ago
      Worked instead: `GOOS=windows go test -run '^$' -exec=tr…`
    /bin/bash: line 1: go: command not found
      qpebpksv · go test · 2x in 2 sessions · 8 days ago
      Worked instead: `mise exec -- go test ./...`
    2 more are slips that the client explains: File has not bee…

    Project    sessions    calls failures  met again
    shop              2       11        5          1
    api               2        6        3          1

    Next        callus install claude-code, or callus import
    Undo        callus uninstall; --purge takes the records too
    ");
    let json: serde_json::Value =
        serde_json::from_str(&env.run(&["report", "--sample", "--json"]).success()).expect("JSON");
    assert_eq!(json["sample"], true);
    assert!(!env.data().exists(), "the sample was recorded");
}
