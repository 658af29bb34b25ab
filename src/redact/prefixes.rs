//! Keys and tokens that name themselves by how they begin.

use super::bytes::{Alphabet, Mix, starts_word};
use super::scan::Hit;
use super::walk::Spot;
use Alphabet::{Alnum, Base64, Dotted, Hex, Upper, Url, Word};

/// A kind of token that is known by its first bytes.
pub(super) struct Row {
    /// What stands in the text instead of it: `[redacted:<rule>]`.
    pub(super) rule: &'static str,
    /// How it begins.
    pub(super) prefix: &'static str,
    /// Fewest bytes that follow.
    pub(super) min: usize,
    /// Most bytes that follow; longer runs are something else.
    pub(super) max: usize,
    /// What follows consists of these.
    pub(super) alphabet: Alphabet,
    /// The prefix stays: it is an address and no part of the secret.
    pub(super) keep: bool,
}

const fn open(rule: &'static str, prefix: &'static str, min: usize, alphabet: Alphabet) -> Row {
    Row {
        rule,
        prefix,
        min,
        max: usize::MAX,
        alphabet,
        keep: false,
    }
}

const fn exact(rule: &'static str, prefix: &'static str, len: usize, alphabet: Alphabet) -> Row {
    Row {
        rule,
        prefix,
        min: len,
        max: len,
        alphabet,
        keep: false,
    }
}

const fn address(rule: &'static str, prefix: &'static str, min: usize, alphabet: Alphabet) -> Row {
    Row {
        rule,
        prefix,
        min,
        max: usize::MAX,
        alphabet,
        keep: true,
    }
}

/// Every row, rows of one first byte together, a longer prefix before its own beginning.
///
/// Lengths are the issuers' own where they publish them, else a little below what is seen, so that a
/// slightly shorter issue is still caught and a word of prose is not.
pub(super) const ROWS: &[Row] = &[
    open("1password-key", "A3-", 30, Url),
    open("bedrock-key", "ABSK", 100, Base64),
    open("age-key", "AGE-SECRET-KEY-1", 40, Upper),
    open("artifactory-key", "AKCp", 60, Alnum),
    exact("aws-key", "AKIA", 16, Upper),
    exact("aws-key", "ASIA", 16, Upper),
    exact("aws-key", "ABIA", 16, Upper),
    exact("aws-key", "ACCA", 16, Upper),
    open("atlassian-token", "ATATT3", 50, Base64),
    open("atlassian-token", "ATCTT3", 50, Base64),
    exact("bitbucket-token", "ATBB", 32, Alnum),
    Row {
        rule: "google-key",
        prefix: "AIza",
        min: 30,
        max: 40,
        alphabet: Url,
        keep: false,
    },
    open("circleci-token", "CCIPAT_", 40, Word),
    open("circleci-token", "CCIPRJ_", 40, Word),
    open("contentful-token", "CFPAT-", 40, Url),
    open("clojars-token", "CLOJARS_", 50, Hex),
    open("facebook-token", "EAA", 80, Alnum),
    open("fly-token", "FlyV1 ", 20, Base64),
    open("google-secret", "GOCSPX-", 20, Url),
    Row {
        rule: "alibaba-key",
        prefix: "LTAI",
        min: 12,
        max: 26,
        alphabet: Alnum,
        keep: false,
    },
    open("heroku-key", "HRKU-", 50, Url),
    open("newrelic-key", "NRAK-", 20, Upper),
    open("postman-key", "PMAK-", 50, Url),
    open("sendgrid-key", "SG.", 40, Dotted),
    exact("twilio-key", "SK", 32, Hex),
    open("apify-token", "apify_api_", 30, Alnum),
    open("huggingface-token", "api_org_", 30, Alnum),
    address("telegram-token", "api.telegram.org/bot", 40, Base64),
    address("bedrock-key", "bedrock-api-key-", 60, Base64),
    open("buildkite-token", "bkua_", 40, Hex),
    exact("databricks-token", "dapi", 32, Hex),
    open("docker-token", "dckr_pat_", 20, Url),
    address("discord-webhook", "discord.com/api/webhooks/", 40, Base64),
    address("discord-webhook", "discordapp.com/api/webhooks/", 40, Base64),
    open("digitalocean-token", "doo_v1_", 60, Hex),
    open("digitalocean-token", "dop_v1_", 60, Hex),
    open("digitalocean-token", "dor_v1_", 60, Hex),
    open("doppler-token", "dp.ct.", 40, Alnum),
    open("doppler-token", "dp.pt.", 40, Alnum),
    open("doppler-token", "dp.sa.", 40, Alnum),
    open("doppler-token", "dp.st.", 40, Dotted),
    open("dynatrace-token", "dt0c01.", 60, Dotted),
    open("figma-token", "figd_", 35, Url),
    open("fly-token", "fm1_", 40, Base64),
    open("fly-token", "fm2_", 40, Base64),
    open("fly-token", "fo1_", 40, Url),
    open("github-token", "github_pat_", 40, Word),
    open("github-token", "gho_", 30, Alnum),
    open("github-token", "ghp_", 30, Alnum),
    open("github-token", "ghr_", 30, Alnum),
    open("github-token", "ghs_", 30, Alnum),
    open("github-token", "ghu_", 30, Alnum),
    open("gitlab-token", "glagent-", 40, Url),
    open("gitlab-token", "glcbt-", 20, Url),
    open("gitlab-token", "gldt-", 20, Url),
    open("gitlab-token", "glft-", 20, Url),
    open("gitlab-token", "glimt-", 20, Url),
    open("gitlab-token", "gloas-", 40, Url),
    open("gitlab-token", "glpat-", 20, Dotted),
    open("gitlab-token", "glptt-", 40, Url),
    open("gitlab-token", "glrt-", 20, Dotted),
    open("gitlab-token", "glsoat-", 20, Url),
    open("grafana-token", "glc_", 32, Base64),
    open("grafana-token", "glsa_", 38, Word),
    open("groq-key", "gsk_", 40, Alnum),
    open("huggingface-token", "hf_", 30, Alnum),
    address("slack-webhook", "hooks.slack.com/services/", 20, Base64),
    address("slack-webhook", "hooks.slack.com/triggers/", 20, Base64),
    address("slack-webhook", "hooks.slack.com/workflows/", 20, Base64),
    open("vault-token", "hvb.", 24, Url),
    open("vault-token", "hvr.", 24, Url),
    open("vault-token", "hvs.", 24, Url),
    exact("mailgun-key", "key-", 32, Hex),
    open("linear-key", "lin_api_", 32, Alnum),
    open("linear-key", "lin_oauth_", 32, Alnum),
    open("langsmith-key", "lsv2_pt_", 32, Word),
    open("langsmith-key", "lsv2_sk_", 32, Word),
    open("neon-key", "napi_", 40, Alnum),
    open("netlify-token", "nfp_", 36, Alnum),
    open("npm-token", "npm_", 30, Alnum),
    open("notion-token", "ntn_", 40, Alnum),
    open("nvidia-key", "nvapi-", 50, Url),
    open("1password-token", "ops_eyJ", 50, Base64),
    exact("nuget-key", "oy2", 43, Alnum),
    open("posthog-key", "phx_", 40, Alnum),
    open("stripe-key", "pk_live_", 16, Alnum),
    open("perplexity-key", "pplx-", 40, Alnum),
    open("planetscale-token", "pscale_oauth_", 30, Dotted),
    open("planetscale-token", "pscale_pw_", 30, Dotted),
    open("planetscale-token", "pscale_tkn_", 30, Dotted),
    exact("pulumi-token", "pul-", 40, Hex),
    open("pypi-token", "pypi-AgE", 50, Url),
    open("replicate-token", "r8_", 36, Alnum),
    open("stripe-key", "rk_live_", 16, Alnum),
    open("stripe-key", "rk_prod_", 16, Alnum),
    open("stripe-key", "rk_test_", 16, Alnum),
    open("rubygems-key", "rubygems_", 40, Hex),
    open("supabase-key", "sb_secret_", 20, Url),
    open("supabase-key", "sbp_", 40, Hex),
    open("notion-token", "secret_", 40, Alnum),
    open("sourcegraph-token", "sgp_", 40, Word),
    open("shopify-token", "shpat_", 32, Hex),
    open("shopify-token", "shpca_", 32, Hex),
    open("shopify-token", "shppa_", 32, Hex),
    open("shopify-token", "shpss_", 32, Hex),
    open("openai-key", "sk-admin-", 20, Url),
    open("anthropic-key", "sk-ant-", 20, Url),
    open("openrouter-key", "sk-or-", 20, Url),
    open("openai-key", "sk-proj-", 20, Url),
    open("openai-key", "sk-svcacct-", 20, Url),
    open("openai-key", "sk-", 32, Alnum),
    open("stripe-key", "sk_live_", 16, Alnum),
    open("stripe-key", "sk_prod_", 16, Alnum),
    open("stripe-key", "sk_test_", 16, Alnum),
    open("dropbox-token", "sl.", 100, Url),
    open("sentry-token", "sntrys_", 40, Base64),
    open("sentry-token", "sntryu_", 40, Hex),
    open("square-token", "sq0atp-", 20, Url),
    open("square-token", "sq0csp-", 40, Url),
    exact("sonar-token", "sqa_", 40, Hex),
    exact("sonar-token", "sqp_", 40, Hex),
    exact("sonar-token", "squ_", 40, Hex),
    open("together-key", "tgp_v1_", 40, Url),
    open("tailscale-key", "tskey-", 20, Url),
    address("teams-webhook", "webhook.office.com/webhookb2/", 40, Base64),
    open("webhook-secret", "whsec_", 30, Base64),
    open("xai-key", "xai-", 60, Alnum),
    open("slack-token", "xapp-", 20, Url),
    open("slack-token", "xoxa-", 15, Url),
    open("slack-token", "xoxb-", 15, Url),
    open("slack-token", "xoxe-", 15, Url),
    open("slack-token", "xoxe.", 15, Dotted),
    open("slack-token", "xoxo-", 15, Url),
    open("slack-token", "xoxp-", 15, Url),
    open("slack-token", "xoxr-", 15, Url),
    open("slack-token", "xoxs-", 15, Url),
    open("google-token", "ya29.", 20, Url),
];

/// First and one past the last row of each first byte.
const BY_FIRST: [(u8, u8); 256] = {
    assert!(ROWS.len() < 256, "row numbers are bytes");
    let mut ranges = [(0, 0); 256];
    let mut i = 0_u8;
    while (i as usize) < ROWS.len() {
        let first = ROWS[i as usize].prefix.as_bytes()[0] as usize;
        if ranges[first].1 == 0 {
            ranges[first].0 = i;
        }
        ranges[first].1 = i + 1;
        i += 1;
    }
    ranges
};

/// How much of a token is looked at before it counts as one; no row asks for more.
const LOOK: usize = 160;

/// From this length on a body without a digit must change between its cases as random letters do: there are
/// tokens of letters alone, and there are long names in camel case.
const LONG: usize = 30;

/// For each second byte of a prefix the bytes that may be third, one bit each: most words that begin like a
/// token differ there.
static THIRD: [[u64; 4]; 256] = {
    let mut map = [[0_u64; 4]; 256];
    let mut i = 0;
    while i < ROWS.len() {
        let prefix = ROWS[i].prefix.as_bytes();
        let mut byte = 0_u8;
        while byte < 128 {
            let may_follow = if prefix.len() > 2 {
                byte == prefix[2]
            } else {
                ROWS[i].alphabet.has(byte)
            };
            if may_follow {
                map[prefix[1] as usize][(byte >> 6) as usize] |= 1 << (byte & 63);
            }
            byte += 1;
        }
        i += 1;
    }
    map
};

/// Fewest bytes after the prefix that count where the text was cut: fewer tell nobody anything.
const MIN_AT_CUT: usize = 4;

/// Returns the token that begins at `at`.
pub(super) fn find(text: &[u8], at: usize, spot: Spot) -> Option<Hit> {
    let third = *text.get(at + 2)?;
    if THIRD[usize::from(text[at + 1])][usize::from(third >> 6)] >> (third & 63) & 1 == 0 {
        return None;
    }
    let (first, end) = BY_FIRST[text[at] as usize];
    let row = ROWS[first as usize..end as usize]
        .iter()
        .find(|row| begins(row.prefix.as_bytes(), third, &text[at..]))?;
    if !starts_word(text, at) {
        return None;
    }
    let body = at + row.prefix.len();
    let seen = row.alphabet.run_within(text, body, LOOK);
    let end = without_punctuation(text, body, seen);
    let (len, mix) = (end - body, Mix::of(&text[body..end]));
    let cut = spot.cut_after && end == text.len() && (MIN_AT_CUT..=row.max).contains(&len);
    let whole = (row.min..=row.max).contains(&len)
        && mix.is_mixed()
        && (mix.digits > 0 || len < LONG || mix.changes * 3 >= len);
    let after = seen < body + LOOK && text.get(end).is_some_and(u8::is_ascii_alphanumeric);
    (cut || (whole && !after)).then(|| Hit {
        start: if row.keep { body } else { at },
        end: without_punctuation(text, body, row.alphabet.run(text, seen)),
        rule: row.rule,
    })
}

/// Returns the end of a token without the punctuation of the sentence around it.
fn without_punctuation(text: &[u8], start: usize, end: usize) -> usize {
    let punctuation = |b: &&u8| b.is_ascii_punctuation() && !matches!(b, b'=' | b'_' | b'-');
    end - text[start..end].iter().rev().take_while(punctuation).count()
}

/// Returns whether `text` begins with `prefix`; the third byte tells most rows apart without a comparison.
fn begins(prefix: &[u8], third: u8, text: &[u8]) -> bool {
    prefix.get(2).is_none_or(|byte| *byte == third) && text.starts_with(prefix)
}

/// Fewest bytes of each part of a JSON web token.
const JWT_PART: usize = 10;

/// Longest header of a JSON web token: those that carry certificates stay below.
const JWT_HEAD: usize = 4096;

/// Returns the JSON web token that begins at `at`, where `eyJ` (the base64 of `{"`) stands.
pub(super) fn jwt(text: &[u8], at: usize, spot: Spot) -> Option<Hit> {
    // Inside a longer word of the same alphabet it is a part of something else.
    let inside = at > 0 && matches!(text[at - 1], b'-' | b'.');
    if inside || !text[at..].starts_with(b"eyJ") || !starts_word(text, at) {
        return None;
    }
    let head = Url.run_within(text, at, JWT_HEAD);
    if head - at < JWT_PART {
        return None;
    }
    let body = if text.get(head) == Some(&b'.') {
        Url.run(text, head + 1)
    } else {
        head
    };
    let whole = body - head > JWT_PART && text.get(body) == Some(&b'.');
    let cut = spot.cut_after && body == text.len();
    (whole || cut).then(|| Hit {
        start: at,
        end: without_punctuation(text, at, Dotted.run(text, body)),
        rule: "jwt",
    })
}
