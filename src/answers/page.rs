//! A text that is written line by line.

/// A text that is written line by line.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// Adds a line; blanks at its end are left out.
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        self.0.push_str(line.as_ref().trim_end());
        self.0.push('\n');
    }

    /// Adds lines that are laid out already.
    pub(super) fn add(&mut self, lines: &str) {
        self.0.push_str(lines);
    }

    /// Returns the text.
    pub(super) fn text(self) -> String {
        self.0
    }
}
