//! Which names say that their value is a secret.

/// How much a name says, and so how much its value must look like a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// People choose these: a short word may be one.
    Password,
    /// People or machines choose these.
    Secret,
    /// Machines make these, and code is full of variables of that name.
    Token,
    /// The value of an `Authorization` header: a scheme, then the secret.
    Header,
}

impl Class {
    /// Returns the word in the marker.
    pub(super) const fn rule(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Secret => "secret",
            Self::Token => "token",
            Self::Header => "authorization",
        }
    }
}

/// The end of a name: lower case, without separators.
struct Ending {
    text: &'static str,
    class: Class,
    /// It must be a word of its own (`DB_PASS`, `dbPass`, not `bypass`).
    word: bool,
    /// Names that end so and are no secret: what stands before the ending.
    not_after: &'static [&'static str],
}

const fn ending(text: &'static str, class: Class) -> Ending {
    Ending {
        text,
        class,
        word: false,
        not_after: &[],
    }
}

const fn word(text: &'static str, class: Class) -> Ending {
    Ending {
        text,
        class,
        word: true,
        not_after: &[],
    }
}

/// Tokens of paging, parsing, cancelling and language models.
const NO_TOKEN: &[&str] = &[
    "next",
    "page",
    "cancel",
    "cancellation",
    "continuation",
    "continue",
    "eos",
    "bos",
    "pad",
    "unk",
    "sep",
    "mask",
    "cls",
    "max",
    "min",
    "sync",
    "stop",
    "special",
    "start",
    "end",
    "first",
    "last",
    "current",
    "peek",
    "prev",
    "previous",
    "cursor",
    "design",
    "color",
    "syntax",
    "progress",
    "resume",
    "change",
    "per",
    "image",
    "fence",
    "lock",
];

/// Every ending, the longer before its own end.
const ENDINGS: &[Ending] = &[
    ending("password", Class::Password),
    ending("passwd", Class::Password),
    ending("passphrase", Class::Password),
    word("pass", Class::Password),
    Ending {
        text: "pwd",
        class: Class::Password,
        word: true,
        not_after: &["old"],
    },
    Ending {
        text: "secret",
        class: Class::Secret,
        word: false,
        not_after: &["is", "has", "no", "image", "image_pull", "imagepull"],
    },
    ending("secretkeybase", Class::Secret),
    Ending {
        text: "token",
        class: Class::Token,
        word: false,
        not_after: NO_TOKEN,
    },
    word("pat", Class::Token),
    ending("apikey", Class::Token),
    ending("secretkey", Class::Token),
    ending("accesskey", Class::Token),
    ending("privatekey", Class::Token),
    ending("signingkey", Class::Token),
    ending("encryptionkey", Class::Token),
    ending("masterkey", Class::Token),
    ending("accountkey", Class::Token),
    ending("sharedkey", Class::Token),
    ending("storagekey", Class::Token),
    ending("servicekey", Class::Token),
    ending("servicerolekey", Class::Token),
    ending("licensekey", Class::Token),
    ending("authkey", Class::Token),
    ending("deploykey", Class::Token),
    ending("credential", Class::Token),
    ending("credentials", Class::Token),
    word("creds", Class::Token),
    ending("authorization", Class::Header),
    word("auth", Class::Token),
];

/// What may follow the ending: where the value is used, or its number.
const AFTERWARDS: &[&str] = &[
    "prod",
    "production",
    "dev",
    "test",
    "staging",
    "live",
    "base",
    "value",
    "raw",
    "new",
    "old",
    "main",
];

/// For each last letter the letters before it with which an ending, a word of [`AFTERWARDS`] or one of the
/// `types` closes; one bit per letter.
const LAST_TWO: [u32; 26] = {
    let mut bits = [0; 26];
    let mut i = 0;
    while i < ENDINGS.len() {
        set_last_two(&mut bits, ENDINGS[i].text.as_bytes());
        i += 1;
    }
    let mut i = 0;
    while i < AFTERWARDS.len() {
        set_last_two(&mut bits, AFTERWARDS[i].as_bytes());
        i += 1;
    }
    let mut i = 0;
    while i < TYPES.len() {
        set_last_two(&mut bits, TYPES[i].as_bytes());
        i += 1;
    }
    bits
};

const fn set_last_two(bits: &mut [u32; 26], word: &[u8]) {
    let (before, last) = (word[word.len() - 2], word[word.len() - 1]);
    bits[(last - b'a') as usize] |= 1 << (before - b'a');
}

/// Returns whether a name of a secret, or a type, can end where `text` ends.
///
/// It answers no for nearly every name in a transcript, from two bytes.
pub(super) fn can_end(text: &[u8]) -> bool {
    let [.., before, last] = text else { return false };
    let (before, last) = (before.to_ascii_lowercase(), last.to_ascii_lowercase());
    match (before, last) {
        (b'a'..=b'z', b'a'..=b'z') => LAST_TWO[usize::from(last - b'a')] >> (before - b'a') & 1 == 1,
        (_, b'0'..=b'9') => true,
        _ => false,
    }
}

/// Types that stand between a name and `=`, as in `token: &str = "…"`.
pub(super) const TYPES: &[&str] = &["str", "string"];

/// Longest name that is looked at, in bytes.
pub(super) const LONGEST: usize = 64;

/// A name without case and separators.
struct Squeezed {
    letters: [u8; LONGEST],
    /// A word begins here.
    starts: [bool; LONGEST],
    len: usize,
}

impl Squeezed {
    fn of(name: &[u8]) -> Self {
        let mut squeezed = Self {
            letters: [0; LONGEST],
            starts: [false; LONGEST],
            len: 0,
        };
        let mut before = b'_';
        for byte in name.iter().take(LONGEST) {
            if byte.is_ascii_alphanumeric() {
                squeezed.letters[squeezed.len] = byte.to_ascii_lowercase();
                squeezed.starts[squeezed.len] =
                    !before.is_ascii_alphanumeric() || (byte.is_ascii_uppercase() && !before.is_ascii_uppercase());
                squeezed.len += 1;
            }
            before = *byte;
        }
        squeezed
    }

    fn text(&self) -> &[u8] {
        &self.letters[..self.len]
    }

    /// Cuts off a trailing number and one word of [`AFTERWARDS`].
    fn cut_afterwards(&mut self) {
        let digits = |text: &[u8]| text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        self.len -= digits(self.text());
        let afterwards = AFTERWARDS.iter().find(|word| {
            self.text()
                .strip_suffix(word.as_bytes())
                .is_some_and(|rest| !rest.is_empty() && self.starts[rest.len()])
        });
        self.len -= afterwards.map_or(0, |word| word.len());
    }

    /// Returns the ending that the name has, and where it starts.
    fn ending(&self) -> Option<(&'static Ending, usize)> {
        ENDINGS.iter().find_map(|ending| {
            let rest = self.text().strip_suffix(ending.text.as_bytes())?;
            let own = !ending.word || self.starts[rest.len()];
            let other = ending.not_after.iter().any(|word| rest.ends_with(word.as_bytes()));
            (own && !other).then_some((ending, rest.len()))
        })
    }
}

/// Returns what the name says about its value; nothing when it names no secret.
pub(super) fn class(name: &[u8]) -> Option<Class> {
    let mut squeezed = Squeezed::of(name);
    if let Some((ending, _)) = squeezed.ending() {
        // `PWD` alone is the shell's working folder.
        return (squeezed.text() != b"pwd").then_some(ending.class);
    }
    squeezed.cut_afterwards();
    squeezed.ending().map(|(ending, _)| ending.class)
}

/// Returns whether `word` is itself the name of a secret (`db_password`, `accessToken`, `SECRET`): as a
/// value it is a reference and gives nothing away.
pub(super) fn is_name(word: &[u8]) -> bool {
    let squeezed = Squeezed::of(word);
    word.iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        && squeezed.ending().is_some_and(|(_, start)| squeezed.starts[start])
}
