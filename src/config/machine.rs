//! The name of the machine or container: equal paths on two of them are two folders.

use std::fmt::Write as _;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// The file in the data folder that keeps a made-up id.
const KEPT: &str = "machine";

/// Files that a container engine puts into its containers.
const CONTAINER_MARKS: &[&str] = &["/.dockerenv", "/run/.containerenv"];

/// Files that engines mount into a container from a host folder named after the container.
const ENGINE_MOUNTS: &[&str] = &["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"];

/// Digits of a container's whole id.
const CONTAINER_ID: usize = 64;

/// Returns the id as 16 hex digits.
///
/// In a container its own id comes first: the machine id there is the image's, and so that of all its containers.
pub(super) fn id(data: &Path) -> String {
    let raw = container()
        .or_else(|| read("/etc/machine-id").map(|id| id.trim().to_owned()))
        .filter(|id| !id.is_empty())
        .or_else(|| kept(&data.join(KEPT)))
        .unwrap_or_else(host_name);
    hashed(&raw)
}

/// The raw id is a secret of the machine (`man machine-id`): only its hash is stored.
fn hashed(raw: &str) -> String {
    let digest = Sha256::digest(format!("callus machine 1\0{raw}"));
    digest[..8].iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

fn container() -> Option<String> {
    let marked = CONTAINER_MARKS.iter().any(|mark| Path::new(mark).exists());
    let cgroup = read("/proc/self/cgroup").unwrap_or_default();
    id_in_cgroup(&cgroup)
        .map(str::to_owned)
        .or_else(|| {
            marked
                .then(|| read("/proc/self/mountinfo"))
                .flatten()
                .and_then(|mounts| {
                    let id = id_in_mounts(&mounts)?;
                    Some(id.to_owned())
                })
        })
        .or_else(|| marked.then(host_name))
}

/// Returns the container's id from `/proc/self/cgroup`, where version 1 names it: `4:memory:/docker/<id>`.
fn id_in_cgroup(text: &str) -> Option<&str> {
    text.lines().find_map(|line| container_id(line.splitn(3, ':').nth(2)?))
}

/// Returns the container's id from `/proc/self/mountinfo`: with cgroup version 2 only the sources of the engine's
/// own mounts name it. Other lines hold 64 digits too: those are layers of the image.
fn id_in_mounts(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let mut fields = line.split(' ');
        let source = fields.nth(3)?;
        ENGINE_MOUNTS.contains(&fields.next()?).then(|| container_id(source))?
    })
}

fn container_id(path: &str) -> Option<&str> {
    path.split(['/', '-', '.', ':'])
        .find(|part| part.len() == CONTAINER_ID && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Returns the id kept at `path`, which is made at the first time; two processes that start at once agree on one.
fn kept(path: &Path) -> Option<String> {
    if let Ok(id) = std::fs::read_to_string(path)
        && !id.trim().is_empty()
    {
        return Some(id.trim().to_owned());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path.parent()?)
        .ok()?;
    let mut random = [0_u8; 16];
    File::open("/dev/urandom").ok()?.read_exact(&mut random).ok()?;
    let id = u128::from_be_bytes(random);
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            file.write_all(format!("{id:032x}\n").as_bytes()).ok()?;
            Some(format!("{id:032x}"))
        }
        Err(_) => std::fs::read_to_string(path).ok().map(|id| id.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f4ab2c19d8e7f605142332415f6e7d8c9bab1a2938475665748392a1b0c9d8e";

    #[test]
    fn engines_name_the_container_in_several_places() {
        for (text, found) in [
            (format!("12:memory:/docker/{ID}\n0::/\n"), Some(ID)),
            (format!("5:cpu:/kubepods/besteffort/pod1b2c/{ID}"), Some(ID)),
            (format!("0::/system.slice/docker-{ID}.scope"), Some(ID)),
            ("0::/user.slice/user-1000.slice/session-2.scope".to_owned(), None),
            ("0::/".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(id_in_cgroup(&text), found, "{text}");
        }
        let layer = "a".repeat(64);
        for (text, found) in [
            (
                format!("1 2 8:1 /var/lib/docker/containers/{ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw"),
                Some(ID),
            ),
            (
                format!("1 2 0:30 /containers/overlay-containers/{ID}/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw"),
                Some(ID),
            ),
            (
                format!("1 2 0:50 /lib/{layer} / rw - overlay overlay rw,upperdir=/{layer}"),
                None,
            ),
            ("broken".to_owned(), None),
        ] {
            assert_eq!(id_in_mounts(&text), found, "{text}");
        }
    }

    #[test]
    fn a_made_up_id_stays_and_the_raw_one_is_not_shown() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("data").join(KEPT);
        let id = kept(&path).expect("made");
        assert_eq!(kept(&path), Some(id.clone()));
        assert_eq!(hashed(&id).len(), 16);
        assert!(!id.contains(&hashed(&id)));
        assert_ne!(hashed(&id), hashed("another"));
    }
}
