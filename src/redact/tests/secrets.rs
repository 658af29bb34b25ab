//! Secrets where they stand in commands, files and output, and what must be left of the text.
//!
//! No literal here looks like a live credential, because the scanners of code hosts read tests too: every
//! one is put together from parts.

use super::rules;
use crate::redact::scan_text;

macro_rules! a20 {
    () => {
        "Zk3vQ9xT7bLm2Rw8Yp5N"
    };
}
macro_rules! a36 {
    () => {
        concat!(a20!(), "c1Hd6Fg4Js0AqW3e")
    };
}
macro_rules! a48 {
    () => {
        concat!(a36!(), "R5tY7uI9oP1z")
    };
}
macro_rules! a64 {
    () => {
        concat!(a48!(), "X2cV4bN6mK8jH0gF")
    };
}
macro_rules! h32 {
    () => {
        "9f86d081884c7d659a2feaa0c55ad015"
    };
}
macro_rules! h40 {
    () => {
        concat!(h32!(), "a3bf4f1b")
    };
}
macro_rules! h64 {
    () => {
        concat!(h32!(), "b2b0b822cd15d6c15b0f00a08d3ce7f1")
    };
}
macro_rules! u16 {
    () => {
        "Q3EGKZ7XN2WPT5YB"
    };
}

/// Rule, text before the secret, the secret, text after it.
type Row = (&'static str, &'static str, &'static str, &'static str);

/// Rows, one per line.
macro_rules! rows {
    ($($rule:literal: $before:literal, $secret:expr, $after:literal;)*) => { &[$(($rule, $before, $secret, $after)),*] };
}

/// What the hook's scanner must find.
const SCANNER: &[Row] = rows! {
    // Tokens that name themselves.
    "anthropic-key": "export ANTHROPIC_BASE=x; echo ", concat!("sk-", "ant-api03-", a48!()), " | pbcopy";
    "openai-key": "openai api -k ", concat!("sk-", "proj-", a48!()), " chat";
    "openai-key": "using ", concat!("sk", "-", a48!()), "\n";
    "openai-key": "Incorrect API key provided: ", concat!("sk-", "svcacct-", a36!()), ".";
    "openrouter-key": "(", concat!("sk-", "or-v1-", h64!()), ")";
    "github-token": "git clone https://x-access-token@example.com # ", concat!("gh", "p_", a36!()), "";
    "github-token": "remote: ", concat!("gh", "o_", a36!()), " expired";
    "github-token": "[", concat!("gh", "s_", a36!()), "]";
    "github-token": "`", concat!("github", "_pat_", "11ABCDEFG0", a48!(), "_x"), "`";
    "gitlab-token": "curl --data ", concat!("gl", "pat-", a20!()), " https://gitlab.example.com";
    "gitlab-token": "gitlab-runner register --url u -r ", concat!("gl", "rt-", a20!()), "";
    "slack-token": "slack: ", concat!("xo", "xb-", "2401-", a20!()), "\n";
    "slack-token": "\"", concat!("xa", "pp-", "1-A01-", a20!()), "\"";
    "slack-webhook": "curl -X POST https://hooks.slack.com/services/", concat!("T012/", "B345/", a20!()), " -d '{}'";
    "discord-webhook": "wget https://discord.com/api/webhooks/", concat!("112233445566778899/", a48!()), "";
    "aws-key": "aws_access_key_id = ", concat!("AK", "IA", u16!()), "\nregion = eu-west-1";
    "aws-key": "<AccessKeyId>", concat!("AS", "IA", u16!()), "</AccessKeyId>";
    "google-key": "https://maps.example.com/js?v=3&k=", concat!("AI", "za", "Sy", a20!(), "c1Hd6Fg4Js0Aq"), "&cb=x";
    "google-token": "gcloud: ", concat!("ya", "29.", a48!()), "\n";
    "huggingface-token": "huggingface-cli login ", concat!("h", "f_", a36!()), "";
    "huggingface-token": "huggingface-cli login --token ", concat!("h", "f_", "ZkvQxTbLmRwYpNcHdFgJsAqWeRtYuIoPzX"), "";
    "sentry-token": "sentry-cli ", concat!("snt", "rys_", a64!(), a64!(), a64!(), a64!()), " send";
    "npm-token": "npm config set //registry.example.com/:_x ", concat!("np", "m_", a36!()), "";
    "pypi-token": "twine upload -u __token__ ", concat!("py", "pi-AgE", "IcHlwaS5vcmc", a64!()), " dist/*";
    "sendgrid-key": "mail via ", concat!("S", "G.", a20!(), ".", a36!()), " ok";
    "stripe-key": "stripe listen ", concat!("sk", "_live_", a20!()), "";
    "stripe-key": "stripe.js ", concat!("pk", "_live_", a20!()), "";
    "shopify-token": "X: ", concat!("shp", "at_", h32!()), "";
    "digitalocean-token": "doctl auth init -t ", concat!("do", "p_v1_", h64!()), "";
    "databricks-token": "databricks ", concat!("da", "pi", h32!()), " jobs";
    "vault-token": "vault login ", concat!("hv", "s.", a36!()), "";
    "linear-key": "linear ", concat!("lin", "_api_", a36!()), "";
    "notion-token": "notion ", concat!("nt", "n_", a48!()), "";
    "supabase-key": "supabase login ", concat!("sb", "p_", h40!()), "";
    "doppler-token": "doppler ", concat!("dp.", "st.prd.", a48!()), "";
    "fly-token": "fly ", concat!("Fly", "V1 ", "fm2_", a64!()), "";
    "twilio-key": "twilio ", concat!("S", "K", h32!()), "";
    "age-key": "# public key: age1\n", concat!("AGE-", "SECRET-KEY-1", u16!(), u16!(), u16!(), "QPZRY9"), "\n";
    "jwt": "curl -b ", concat!("ey", "JhbGciOiJIUzI1NiJ9.", "ey", "JzdWIiOiIxMjM0NTY3ODkwIn0.", a36!()), " https://x";
    "xai-key": "grok ", concat!("xa", "i-", a64!(), a20!()), "";
    // Escapes and colour codes before a token are no part of it.
    "github-token": "{\"out\":\"a\\n", concat!("gh", "p_", a36!()), "\\nb\"}";
    "github-token": "\u{1b}[32m", concat!("gh", "p_", a36!()), "\u{1b}[0m";
    // Headers.
    "authorization": "curl -H \"Authorization: Bearer ", concat!("abc.", a36!()), "\" https://api.example.com/v1";
    "authorization": "curl -H 'Authorization: token ", h40!(), "' https://api.example.com";
    "authorization": "> Authorization: Basic ", concat!("YWRtaW4", "6aHVudGVyMg=="), "\n> Accept: */*";
    "authorization": "{\"headers\":{\"Authorization\":\"Bearer ", a36!(), "\"}}";
    "authorization": "{\\\"Authorization\\\": \\\"Bearer ", a36!(), "\\\"}";
    "authorization": "fetch(u, {auth: `Bearer ", a36!(), "`})";
    "token": "curl -H \"X-Api-Key: ", h32!(), "\" https://api.example.com";
    "token": "PRIVATE-TOKEN: ", a20!(), "\n";
    // Flags.
    "token": "gh auth login --token ", a36!(), " --hostname github.example.com";
    "password": "mongodump --host db --username root --password ", concat!("hunt", "er2x"), " --out /tmp/d";
    "password": "vault login -method=userpass --password=", concat!("s3", "cr3t"), " user";
    "token": "sonar-scanner --auth-token \"", a20!(), "\" -X";
    "password": "mysql -uroot -p", concat!("hunt", "er2"), " shop < dump.sql";
    "password": "sshpass -p ", concat!("hunt", "er2"), " ssh root@10.0.0.1 uptime";
    "password": "docker login -u ci -p ", concat!("hunt", "er2"), " registry.example.com";
    "password": "curl -s -u admin:", concat!("hunt", "er2"), " https://jenkins.example.com/api";
    "password": "curl --user admin:", concat!("hunt", "er2"), " https://x";
    "password": "curl -sS \\\n  -u ci:", concat!("hunt", "er2"), " https://x?a=1&b=2";
    "password": "curl https://x?a=1&b=2 --user  ci:'", concat!("hunt", "er2"), "' -o f";
    "token": "SNYK_TOKEN ?= ", a36!(), "\n";
    "password": "redis-cli -h cache -a ", concat!("hunt", "er2"), " ping";
    // Addresses.
    "url-password": "psql postgres://app:", concat!("hunt", "er2!x"), "@db.example.com:5432/shop -c 'select 1'";
    "url-password": "git remote add origin https://oauth2:", a20!(), "@gitlab.example.com/acme/app.git";
    "url-password": "DATABASE_URL=mysql://root:", concat!("p%40", "ss"), "@127.0.0.1/db";
    "url-password": "{\"url\":\"redis://:", concat!("hunt", "er2"), "@cache:6379/0\"}";
    "url-token": "origin\thttps://", h40!(), "@github.com/acme/app.git (fetch)";
    "url-password": "amqps://svc:", "1234567", "@mq";
    // Environment, dotenv, YAML, TOML, terraform, properties, JSON, code.
    "password": "POSTGRES_PASSWORD=", concat!("correct", "horse"), " docker compose up -d";
    "secret": "export AWS_SESSION_SECRET='", a36!(), "' && aws s3 ls";
    "token": "AWS_SECRET_ACCESS_KEY=", concat!("wJalrXUtnF", "EMI/K7MDENG/", "bPxRfiCYzzzKEY"), "\nNEXT=1";
    "password": "PGPASSWORD=\"", concat!("correct horse ", "battery"), "\" psql -h db";
    "secret": "SECRET_KEY_BASE=", h64!(), "\n";
    "token": "env:\n  API_KEY: ", h32!(), "\n  PORT: 80";
    "password": "stringData:\n  password: ", concat!("hunt", "er2"), "\n";
    "token": "data:\n  token: ", concat!("ZXhhbXBs", "ZTEyMzQ1Njc4"), "\n";
    "password": "spring.datasource.password=", concat!("hunt", "er2"), "\n";
    "password": "db_password = \"", concat!("hunt", "er2"), "\"\nregion = \"eu\"";
    "secret": "resource x {\n  client_secret   = \"", a36!(), "\"\n}";
    "token": "{\"apiKey\":\"", a20!(), "\",\"model\":\"x\"}";
    "token": "{\"command\":\"echo {\\\"api_key\\\": \\\"", a20!(), "\\\"}\"}";
    "password": "{\"env\":{\"DB_PASS\":\"", concat!("hunt", "er2"), "\"}}";
    "token": "  'access_token' => '", a36!(), "',";
    "token": "const API_TOKEN: &str = \"", a36!(), "\";";
    "token": "token := \"", a36!(), "\"";
    "token": "os.environ[\"OPENAI_API_KEY\"] = \"", a36!(), "\"";
    "token": "GET /v1/items?limit=5&access_token=", a36!(), "&page=2 HTTP/1.1";
    "password": "Server=db;User Id=sa;Password=", concat!("hunt", "er2"), ";Encrypt=true";
    "token": "AccountName=acme;AccountKey=", concat!(a64!(), a20!(), "=="), ";EndpointSuffix=core";
    "token": "//registry.example.com/:_authToken=", a36!(), "\n";
    "token": "{\"auths\":{\"r.example.com\":{\"auth\":\"", concat!("YWRtaW4", "6aHVudGVyMg=="), "\"}}}";
    "password": "{\"command\":\"export PASSWORD='", concat!("a b", "1c"), "'\"}";
    "password": "ansible_become_pass: \"", concat!("hunt", "er2"), "\"";
    // Keys in blocks.
    "private-key": "$ cat id_rsa\n", concat!("-----BEGIN ", "RSA PRIVATE KEY-----\n", a64!(), "\n", a64!(), "\n", a20!(), "==\n-----END ", "RSA PRIVATE KEY-----"), "\n$ ls";
    "private-key": "{\"private_key\":\"", concat!("-----BEGIN ", "PRIVATE KEY-----\\n", a64!(), "\\n", a64!(), "\\n-----END ", "PRIVATE KEY-----"), "\\n\",\"client_email\":\"x\"}";
    "private-key": "", concat!("-----BEGIN ", "OPENSSH PRIVATE KEY-----\n", a64!(), "\n", a64!(), "\n", a20!()), "";
    "private-key": "", concat!(a64!(), "\n", a64!(), "\n", a20!(), "\n-----END ", "EC PRIVATE KEY-----"), "\n$ ls -l";
    "private-key": "     1\t", concat!("-----BEGIN ", "RSA PRIVATE KEY-----\n     2\t", a64!(), "\n     3\t", a64!(), "\n     4\t-----END ", "RSA PRIVATE KEY-----"), "\n     5\tx";
};

/// What only the full set must find.
const FULL: &[Row] = rows! {
    "named-value": "- name: DB_PASSWORD\n  value: ", concat!("correct", "horse"), "\n- name: PORT";
    "named-value": "[{\"name\":\"API_KEY\",\"value\":\"", a20!(), "\"}]";
    "netrc-password": "machine api.example.com login ci password ", concat!("hunt", "er2"), "\n";
    "xml-secret": "<server><password>", concat!("hunt", "er2"), "</password></server>";
    "azure-signature": "https://acme.blob.example.net/c?sv=2022&sig=", concat!(a36!(), "%3D"), "&se=2026";
    "aws-signature": "https://b.s3.example.com/k?X-Amz-Date=2026&X-Amz-Signature=", h64!(), " 200";
    "telegram-token": "bot ", concat!("123456789:", "AA", "Hd6Fg4Js0AqW3eR5tY7uI9oP1zX2cV4bN"), " up";
    "heroku-key": "heroku api key: ", concat!("01234567-89ab-cdef-", "0123-456789abcdef"), "\n";
    "cookie": "Set-Cookie: sid=", a36!(), "; Path=/; HttpOnly";
    "client-key": "    client-key-data: ", concat!("LS0tLS1CRUdJ", a36!()), "\n";
    "password": "openssl rsa -in k.pem -passin pass:", concat!("hunt", "er2"), " -out o.pem";
    "sql-password": "CREATE USER 'app'@'%' IDENTIFIED BY '", concat!("hunt", "er2"), "';";
    "sql-password": "ALTER ROLE app WITH PASSWORD '", concat!("hunt", "er2"), "';";
    "password": "echo ", concat!("hunt", "er2"), " | docker login -u ci --password-stdin r.example.com";
    "password": "echo '", concat!("hunt", "er2"), "' | sudo -S apt-get update";
    "password": "requests.get(u, auth=(\"admin\", \"", concat!("hunt", "er2"), "\"))";
    "environment": "t.Setenv(\"GITHUB_TOKEN\", \"", a36!(), "\")";
    "told-password": "log in as admin, the password is ", concat!("hunt", "er2"), " and then restart it";
    "mailchimp-key": "mailchimp ", concat!(h32!(), "-us", "18"), " eu";
    "azure-secret": "<v>", concat!("~Gg", "8Q", "~", a20!(), "c1Hd6Fg4Js0AqW"), "</v>";
    "google-token": "refresh ", concat!("1/", "/0", a48!()), "\n";
    "random": "here is the key ", concat!(a36!()), " for staging";
    "random": "use this api key -> ", concat!("Ab3", "dE6gH9jK2mN5pQ8sT1vW4"), "\n";
};

#[test]
fn the_scanner_takes_the_secret_and_nothing_else() {
    for (rule, before, secret, after) in SCANNER {
        let text = format!("{before}{secret}{after}");
        assert_eq!(
            scan_text(&text),
            format!("{before}[redacted:{rule}]{after}"),
            "from {text:?}"
        );
    }
}

#[test]
fn the_full_set_takes_what_the_scanner_takes_and_more() {
    let rules = rules();
    for (rule, before, secret, after) in SCANNER.iter().chain(FULL) {
        let text = format!("{before}{secret}{after}");
        assert_eq!(
            *rules.text(&text),
            format!("{before}[redacted:{rule}]{after}"),
            "from {text:?}"
        );
    }
}

#[test]
fn every_row_of_the_prefix_table_finds_its_own_token() {
    use crate::redact::bytes::Alphabet;
    for row in super::super::prefixes::ROWS {
        let digits = match row.alphabet {
            Alphabet::Hex => "0a1b2c3d4e5f6789",
            Alphabet::Upper => "0A1B2C3D4E5F6G7H",
            _ => "0aB1cD2eF3gH4iJ5",
        };
        let body: String = digits.chars().cycle().take(row.min).collect();
        let text = format!("x {}{body} y", row.prefix);
        let kept = if row.keep { row.prefix } else { "" };
        assert_eq!(
            scan_text(&text),
            format!("x {kept}[redacted:{}] y", row.rule),
            "{}",
            row.prefix
        );
    }
}

#[test]
fn there_are_enough_rows() {
    assert!(SCANNER.len() + FULL.len() >= 100, "{}", SCANNER.len() + FULL.len());
}
