//! Enumerations whose every value has one word in the store and in answers.

/// Gives an enumeration the table of its words, and both ways through it.
macro_rules! words {
    ($type:ident: $($variant:ident = $word:literal),* $(,)?) => {
        impl $type {
            /// Every value with its word in the store and in answers.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$variant, $word)),*];

            /// Returns the word for this value.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Returns the value that `word` names.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().find(|(_, w)| *w == word).map(|(value, _)| *value)
            }
        }
    };
}
