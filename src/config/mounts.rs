//! Whether the data folder lies on a disk of this machine.
//!
//! SQLite's write-ahead log needs memory that all of its processes share. A network file system has none, and
//! neither has a folder that a virtual machine shares with its host. A container's own layers and a plain bind
//! mount are fine: all processes see the same kernel.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::private;

/// Types of file systems, as `/proc/self/mountinfo` names them, whose memory is not shared among their users.
const SHARED: &[&str] = &[
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "drvfs",
    "gfs2",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "prl_fs",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
    "vmhgfs",
    "webdav",
    "afpfs",
];

/// FUSE file systems that lie on a disk of this machine. Any other one may be anything, so it counts as shared.
const LOCAL_FUSE: &[&str] = &[
    "fuseblk",
    "fuse.bindfs",
    "fuse.cryfs",
    "fuse.encfs",
    "fuse.fuse-overlayfs",
    "fuse.gocryptfs",
    "fuse.mergerfs",
    "fuse.ntfs",
    "fuse.ntfs-3g",
    "fuse.securefs",
];

/// Returns the folder for the store, and one sentence when it is not `data` or should not be.
pub(super) fn local(data: PathBuf, fallbacks: &[PathBuf]) -> (PathBuf, Option<String>) {
    let Some(kind) = shared_kind(&data) else {
        return (data, None);
    };
    let place = format!(
        "{} lies on a shared file system ({kind}), which SQLite cannot use safely",
        data.display()
    );
    let key = key(&data);
    let own = fallbacks
        .iter()
        .map(|folder| folder.join(&key))
        .find(|folder| shared_kind(folder).is_none())
        .or_else(|| in_shared(Path::new("/var/tmp")).map(|folder| folder.join(&key)));
    let Some(folder) = own else {
        let said = format!("{place}, and no local folder was found: set CALLUS_HOME to one");
        return (data, Some(said));
    };
    let said = format!("{place}: the store is kept at {}", folder.display());
    (folder, Some(said))
}

/// Names a folder by its path, so that two moved folders stay two.
fn key(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    let number = digest[..8]
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("moved-{number:016x}")
}

/// Returns a folder of this user in one that everybody may write to; nothing when somebody else made it first.
fn in_shared(shared: &Path) -> Option<PathBuf> {
    let user = rustix::process::getuid().as_raw();
    let folder = shared.join(format!("callus-{user}"));
    (private::make(&folder) && shared_kind(&folder).is_none()).then_some(folder)
}

/// Returns the type of the shared file system that `path` lies, or would lie, on; nothing when it is local.
#[cfg(target_os = "linux")]
fn shared_kind(path: &Path) -> Option<String> {
    /// Numbers of `statfs` (linux/magic.h and the file systems' own sources) that rule in or call for a closer look.
    const LOOK: &[u32] = &[
        0x0000_6969, // nfs
        0x0000_517b, // smb
        0xff53_4d42, // cifs
        0xfe53_4d42, // smb2, smb3
        0x0102_1997, // 9p; WSL's drives
        0x6573_5546, // fuse: sshfs, virtiofs, Docker Desktop's shares, but also local ones
        0x786f_4256, // VirtualBox
        0xbacb_acbc, // VMware
        0x7c7c_6673, // Parallels
        0x5346_4846, // WSL 1
        0x5346_414f, // afs
        0x6b41_4653, // afs of the kernel
        0x00c3_6400, // ceph
        0x7375_7245, // coda
        0x0116_1970, // gfs2
        0x7461_636f, // ocfs2
        0x0bd0_0bd0, // lustre
        0x4750_4653, // gpfs
        0x2003_0528, // orangefs
        0x1983_0326, // beegfs
    ];
    let existing = path.ancestors().find(|folder| folder.exists())?;
    // The type is signed on some machines and not on others; the numbers fit into 32 bits.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "compared as 32 bits"
    )]
    let magic = rustix::fs::statfs(existing).ok()?.f_type as u32;
    if !LOOK.contains(&magic) {
        return None;
    }
    let real = existing.canonicalize().ok()?;
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let kind = kind_at(&mounts, &real)?;
    is_shared(&kind).then_some(kind)
}

/// Returns the type of the shared file system that `path` lies, or would lie, on; nothing when it is local.
#[cfg(target_os = "macos")]
fn shared_kind(path: &Path) -> Option<String> {
    let existing = path.ancestors().find(|folder| folder.exists())?;
    let found = rustix::fs::statfs(existing).ok()?;
    let name: Vec<u8> = found.f_fstypename.iter().map(|byte| byte.to_ne_bytes()[0]).collect();
    let kind = String::from_utf8_lossy(name.split(|byte| *byte == 0).next()?).into_owned();
    is_shared(&kind).then_some(kind)
}

/// Elsewhere the platform does not say.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn shared_kind(_path: &Path) -> Option<String> {
    None
}

fn is_shared(kind: &str) -> bool {
    let fuse = kind.starts_with("fuse") || kind.starts_with("macfuse") || kind.starts_with("osxfuse");
    SHARED.contains(&kind) || (fuse && !LOCAL_FUSE.contains(&kind))
}

/// Returns the type of the file system at `path` from the text of `/proc/self/mountinfo`: that of the longest mount
/// point above it, and of those the last, since a later mount hides an earlier one.
fn kind_at(mounts: &str, path: &Path) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        // 36 35 98:0 /root /mount/point options [optional fields] - type source options
        let Some((before, after)) = line.split_once(" - ") else {
            continue;
        };
        let (Some(point), Some(kind)) = (before.split(' ').nth(4), after.split(' ').next()) else {
            continue;
        };
        let point = unescaped(point);
        if path.starts_with(&point) && best.is_none_or(|(length, _)| point.len() >= length) {
            best = Some((point.len(), kind));
        }
    }
    best.map(|(_, kind)| kind.to_owned())
}

/// Returns a mount point with its blanks: `mountinfo` writes them, and backslashes, as octal numbers.
fn unescaped(point: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(point.to_owned(), |text, (code, plain)| text.replace(code, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /home rw,relatime shared:1 - nfs4 server:/home rw,vers=4.2
31 30 254:1 / /home/local\\040disk rw - xfs /dev/vdb rw
32 22 0:41 / /mnt/c rw - 9p drvfs rw
33 22 0:42 / /workspaces rw - virtiofs share rw
34 22 0:43 / /ssh rw - fuse.sshfs dev@host:/ rw
35 22 8:17 / /usb rw - fuseblk /dev/sdb1 rw
36 22 0:44 / /grpc rw - fuse.grpcfuse grpcfuse rw
37 22 0:45 / /var/lib/app rw - overlay overlay rw
38 22 0:46 / /twice rw - nfs server:/twice rw
39 22 254:3 / /twice rw - ext4 /dev/vdd rw
broken line
";

    #[test]
    fn the_deepest_and_newest_mount_decides() {
        for (path, kind, shared) in [
            ("/srv/x", "ext4", false),
            ("/home/dev/.local/share/callus", "nfs4", true),
            ("/homely", "ext4", false),
            ("/home/local disk/callus", "xfs", false),
            ("/mnt/c/Users/dev", "9p", true),
            ("/workspaces/app", "virtiofs", true),
            ("/ssh", "fuse.sshfs", true),
            ("/usb/x", "fuseblk", false),
            ("/grpc/x", "fuse.grpcfuse", true),
            ("/var/lib/app/x", "overlay", false),
            ("/twice/x", "ext4", false),
        ] {
            let found = kind_at(MOUNTS, Path::new(path)).expect("a mount");
            assert_eq!((found.as_str(), is_shared(&found)), (kind, shared), "{path}");
        }
        assert_eq!(kind_at("", Path::new("/x")), None);
    }

    #[test]
    fn a_local_folder_stays_where_it_is() {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("not/there/yet");
        assert_eq!(local(data.clone(), &[]), (data, None));
    }
}
