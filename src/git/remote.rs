//! The address of a remote, folded so that all ways to write it are one.

/// Hosts that ignore the case of owner and repository (their documentation; tried for the first three).
const CASELESS: &[&str] = &[
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "gitea.com",
    "dev.azure.com",
];

/// Other names of a host: what answers at port 443 where ssh is not let through, and old names.
const ALIASES: &[(&str, &str)] = &[
    ("ssh.github.com", "github.com"),
    ("www.github.com", "github.com"),
    ("altssh.gitlab.com", "gitlab.com"),
    ("altssh.bitbucket.org", "bitbucket.org"),
    ("ssh.dev.azure.com", "dev.azure.com"),
];

/// Schemes under which a repository on another machine is reached. The port of a web address tells two servers
/// apart; that of an ssh address is only another door to the same repository.
const SCHEMES: &[(&str, bool)] = &[
    ("https", true),
    ("http", true),
    ("ssh", false),
    ("git", false),
    ("git+ssh", false),
    ("ssh+git", false),
    ("git+https", true),
    ("ftp", true),
    ("ftps", true),
];

/// Ports that are the same as none.
const USUAL_PORTS: &[&str] = &["80", "443"];

/// Returns the folded address, such as `github.com/acme/app`; nothing for a folder on this machine.
///
/// Credentials, the user's name, scheme, `.git` and slashes at the end are taken off; the host is in lower case,
/// and so is the path where the host does not care. An address on this machine itself is no remote: sandboxes
/// put a proxy there, at another port each time.
#[must_use]
pub fn fold(address: &str) -> Option<String> {
    let address = address.trim().trim_matches(['"', '\'']);
    let (authority, path, keeps_port) = parts(address)?;
    let after_user = authority.rsplit('@').next()?;
    let (host, port) = host_and_port(after_user);
    let host = known_host(&host.to_ascii_lowercase());
    if !is_host(&host) || is_this_machine(&host) {
        return None;
    }
    let port = port.filter(|port| keeps_port && !USUAL_PORTS.contains(port));
    let path = folded_path(&host, path);
    if path.is_empty() {
        return None;
    }
    Some(match port {
        Some(port) => format!("{host}:{port}/{path}"),
        None => format!("{host}/{path}"),
    })
}

/// Splits an address into user, host and port; the path; and whether the port counts.
fn parts(address: &str) -> Option<(&str, &str, bool)> {
    if let Some((scheme, rest)) = address.split_once("://") {
        let (_, keeps_port) = SCHEMES.iter().find(|(name, _)| scheme.eq_ignore_ascii_case(name))?;
        let (authority, path) = rest.split_once('/')?;
        return Some((authority, path.split(['?', '#']).next()?, *keeps_port));
    }
    // host:path, as scp writes it; a slash before the colon makes it a folder, and one letter a drive.
    let after_literal = address.find(']').unwrap_or(0);
    let colon = after_literal + address[after_literal..].find(':')?;
    let (authority, path) = (&address[..colon], &address[colon + 1..]);
    let is_remote = !authority.contains('/') && authority.len() > 1 && !path.starts_with(['\\', ':']);
    is_remote.then_some((authority, path, false))
}

fn host_and_port(text: &str) -> (&str, Option<&str>) {
    if text.starts_with('[') {
        let end = text.find(']').map_or(text.len(), |end| end + 1);
        return (&text[..end], text[end..].strip_prefix(':'));
    }
    match text.split_once(':') {
        Some((host, port)) => (host, Some(port).filter(|port| !port.is_empty())),
        None => (text, None),
    }
}

/// Returns the host's own name. People with two accounts call one of them `github.com-work` in their ssh settings.
fn known_host(host: &str) -> String {
    if let Some((_, name)) = ALIASES.iter().find(|(alias, _)| *alias == host) {
        return (*name).to_owned();
    }
    CASELESS
        .iter()
        .find(|known| host.strip_prefix(**known).is_some_and(|rest| rest.starts_with('-')))
        .map_or_else(|| host.to_owned(), |known| (*known).to_owned())
}

fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'[' | b']' | b':'))
}

fn is_this_machine(host: &str) -> bool {
    matches!(host, "localhost" | "[::1]" | "0.0.0.0") || host.starts_with("127.")
}

fn folded_path(host: &str, path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if host == "dev.azure.com" {
        // ssh has v3/organisation/project/repository, the web organisation/project/_git/repository.
        parts.retain(|part| !matches!(*part, "v3" | "_git"));
    }
    let path = parts.join("/");
    let path = path.strip_suffix(".git").unwrap_or(&path).trim_end_matches('/');
    if CASELESS.contains(&host) {
        path.to_ascii_lowercase()
    } else {
        path.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_to_write_an_address_are_one() {
        for address in [
            "git@github.com:Acme/App.git",
            "https://github.com/acme/app",
            "https://user:tok@github.com/acme/app/",
            "https://x-access-token:ghs_abc@GitHub.com/acme/app.git",
            "ssh://git@github.com:22/acme/app.git/",
            "ssh://git@ssh.github.com:443/acme/app.git",
            "git://github.com/acme/app",
            "github.com:acme/app",
            "git@github.com-work:acme/app.git",
            "git+ssh://git@github.com//acme/app",
            "HTTPS://www.github.com:443/Acme/App?x=1#y",
            " \"https://github.com/acme/app.git\" ",
        ] {
            assert_eq!(fold(address).as_deref(), Some("github.com/acme/app"), "{address}");
        }
    }

    #[test]
    fn what_tells_repositories_apart_stays() {
        for (address, folded) in [
            ("https://git.example.com:8443/Team/App", "git.example.com:8443/Team/App"),
            (
                "ssh://git@git.example.com:7999/Team/App.git",
                "git.example.com/Team/App",
            ),
            ("git@gitlab.com:group/sub/app.git", "gitlab.com/group/sub/app"),
            ("git@[2001:db8::1]:team/app.git", "[2001:db8::1]/team/app"),
            ("https://github.com/acme/app.js", "github.com/acme/app.js"),
            ("work:team/app", "work/team/app"),
            ("git@ssh.dev.azure.com:v3/acme/shop/app", "dev.azure.com/acme/shop/app"),
            (
                "https://acme@dev.azure.com/acme/shop/_git/app",
                "dev.azure.com/acme/shop/app",
            ),
        ] {
            assert_eq!(fold(address).as_deref(), Some(folded), "{address}");
        }
    }

    #[test]
    fn a_folder_of_this_machine_is_no_remote() {
        for address in [
            "",
            "/srv/git/app.git",
            "../app",
            "./a:b",
            "~/app",
            "file:///srv/git/app",
            "C:\\src\\app",
            "C:/src/app",
            "http://proxy@127.0.0.1:4711/git/acme/app",
            "http://localhost/app",
            "https://github.com",
            "https://github.com/",
            "https://exa mple.com/x",
            "ext::sh -c x",
            "s3://bucket/app",
            "git@github.com:",
        ] {
            assert_eq!(fold(address), None, "{address}");
        }
    }
}
