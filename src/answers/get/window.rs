//! A page of a long text: whole lines, as far as there are any.

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window<'t> {
    /// Its text, or the beginning of it.
    pub(super) text: &'t str,
    /// The end of the whole text, where the middle is left out.
    pub(super) tail: Option<&'t str>,
    /// Lines between the two.
    pub(super) cut_lines: usize,
    /// Where it begins.
    pub(super) start: usize,
    /// Where the next page begins; nothing at the end.
    pub(super) next: Option<usize>,
}

/// Returns the page of `text` that begins at `offset`, of at most `most` bytes. Without an offset, and where `ends` says
/// that the end matters as much as the beginning, it is both of them.
pub(super) fn window(text: &str, offset: Option<usize>, most: usize, ends: bool) -> Window<'_> {
    let start = text.ceil_char_boundary(offset.unwrap_or_default().min(text.len()));
    let rest = &text[start..];
    let whole = Window {
        text: rest,
        tail: None,
        cut_lines: 0,
        start,
        next: None,
    };
    if rest.len() <= most {
        return whole;
    }
    if offset.is_none() && ends {
        // Commands say at their end what went wrong, and a cause may stand at the beginning.
        let head = cut(rest, most / 2);
        let from = rest.ceil_char_boundary((rest.len() - most / 2).max(head.len()));
        let from = rest[from..].find('\n').map_or(from, |at| from + at + 1);
        let middle = &rest[head.len()..from];
        return Window {
            text: head,
            tail: Some(&rest[from..]),
            cut_lines: middle.lines().count(),
            next: Some(start + head.len()),
            ..whole
        };
    }
    let page = cut(rest, most);
    Window {
        text: page,
        next: Some(start + page.len()),
        ..whole
    }
}

/// Returns the beginning of `text` in at most `most` bytes: up to the end of a line, where there is one.
fn cut(text: &str, most: usize) -> &str {
    let end = text.floor_char_boundary(most.min(text.len()));
    match text[..end].rfind('\n') {
        Some(at) => &text[..=at],
        // A character is longer than the page: it is its own page.
        None if end == 0 => &text[..text.ceil_char_boundary(1)],
        None => &text[..end],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_log_shows_both_of_its_ends() {
        let lines: Vec<String> = (0..100).map(|n| format!("line {n:02}\n")).collect();
        let text = lines.concat();
        let page = window(&text, None, 80, true);
        assert_eq!(page.text, "line 00\nline 01\nline 02\nline 03\nline 04\n");
        assert_eq!(page.tail, Some("line 96\nline 97\nline 98\nline 99\n"));
        assert_eq!((page.cut_lines, page.next), (91, Some(40)));
        assert_eq!(window("short\n", None, 80, true).text, "short\n");
        assert_eq!(window(&text, Some(0), 80, true).tail, None);
    }

    fn text() -> impl Strategy<Value = String> {
        prop::collection::vec("[a-zß日\n]{0,30}", 0..20).prop_map(|parts| parts.join("\n"))
    }

    proptest! {
        /// Whoever reads on from page to page has read everything once.
        #[test]
        fn pages_make_the_whole(text in text(), most in 1_usize..90) {
            let mut read = String::new();
            let mut offset = Some(0);
            while let Some(at) = offset {
                let page = window(&text, Some(at), most, true);
                prop_assert_eq!(page.start, at);
                prop_assert!(page.text.len() <= most.max(4), "{}", page.text);
                read.push_str(page.text);
                prop_assert!(page.next.is_none_or(|next| next > at));
                offset = page.next;
            }
            prop_assert_eq!(read, text);
        }

        #[test]
        fn both_ends_are_ends(text in text(), most in 8_usize..90) {
            let page = window(&text, None, most, true);
            prop_assert!(text.starts_with(page.text));
            if let Some(tail) = page.tail {
                prop_assert!(text.ends_with(tail));
                prop_assert!(page.text.len() + tail.len() <= most);
            }
        }
    }
}
