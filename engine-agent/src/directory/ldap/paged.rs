//! Reading more than fits into one answer, page by page (RFC 2696). The control is read by hand, since ldap3's reader
//! panics on a malformed one.

use super::{
    connection::{Connection, Trouble},
    entry::Entry,
};
use ldap3::{
    LdapResult, Scope,
    controls::{Control, RawControl},
};

/// Active Directory gives no more in one page.
const PAGE: u16 = 1000;
const PAGED_RESULTS: &str = "1.2.840.113556.1.4.319";

/// A search whose answer comes in pages.
pub(super) struct Pages<'a> {
    pub(super) base: &'a str,
    pub(super) filter: &'a str,
    pub(super) attributes: &'a [String],
    /// Beside the one that asks for pages.
    pub(super) controls: &'a [RawControl],
}

impl Connection {
    /// Every entry below `base` that the filter finds, handed over page by page: memory holds one page.
    pub(super) async fn search_all(
        &self,
        base: &str,
        filter: &str,
        attributes: &[String],
        mut page: impl FnMut(Vec<Entry>),
    ) -> Result<(), Trouble> {
        let search = Pages {
            base,
            filter,
            attributes,
            controls: &[],
        };
        let mut cookie = Some(Vec::new());
        while let Some(from) = cookie {
            let (entries, next) = self.page(&search, &from).await?;
            page(entries);
            cookie = next;
        }
        Ok(())
    }

    /// The page that the cookie leads to (empty: the first), and the cookie of the next one, if there is one.
    pub(super) async fn page(
        &self,
        search: &Pages<'_>,
        cookie: &[u8],
    ) -> Result<(Vec<Entry>, Option<Vec<u8>>), Trouble> {
        let mut controls = vec![control(cookie)];
        controls.extend_from_slice(search.controls);
        let (entries, result) = self
            .search_with(
                search.base,
                Scope::Subtree,
                search.filter,
                search.attributes.to_vec(),
                controls,
            )
            .await?;
        let next = next_cookie(&result).ok_or_else(|| {
            Trouble::unreachable("the directory does not say whether there is more")
        })?;
        Ok((entries, Some(next).filter(|next| !next.is_empty())))
    }
}

/// SEQUENCE { size INTEGER, cookie OCTET STRING }
fn control(cookie: &[u8]) -> RawControl {
    let [high, low] = PAGE.to_be_bytes();
    let mut value = vec![2, 2, high, low, 4];
    value.extend(length(cookie.len()));
    value.extend(cookie);
    let mut sequence = vec![0x30];
    sequence.extend(length(value.len()));
    sequence.extend(value);
    RawControl {
        ctype: PAGED_RESULTS.into(),
        crit: true,
        val: Some(sequence),
    }
}

/// A length in BER.
fn length(length: usize) -> Vec<u8> {
    let bytes = length.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0);
    match (length, first) {
        (0..=0x7f, _) => vec![bytes[bytes.len() - 1]],
        (_, first) => {
            let bytes = bytes.get(first.unwrap_or_default()..).unwrap_or_default();
            let mut long = vec![0x80 | u8::try_from(bytes.len()).unwrap_or(8)];
            long.extend(bytes);
            long
        }
    }
}

/// Where to go on; empty after the last page, none if the answer does not say.
fn next_cookie(result: &LdapResult) -> Option<Vec<u8>> {
    let Control(_, raw) = result
        .ctrls
        .iter()
        .find(|Control(_, raw)| raw.ctype == PAGED_RESULTS)?;
    let (tag, sequence, _) = element(raw.val.as_deref()?)?;
    let (size_tag, _, rest) = element(sequence)?;
    let (cookie_tag, cookie, _) = element(rest)?;
    ((tag, size_tag, cookie_tag) == (0x30, 2, 4)).then(|| cookie.to_vec())
}

/// Tag, content, and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (long, rest) = rest.split_at_checked(usize::from(*first & 0x7f))?;
        if long.len() > 4 {
            return None;
        }
        let length = long
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte));
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn answered(value: Option<Vec<u8>>) -> Option<Vec<u8>> {
        next_cookie(&LdapResult {
            rc: 0,
            matched: String::new(),
            text: String::new(),
            refs: vec![],
            ctrls: vec![Control(
                None,
                RawControl {
                    ctype: PAGED_RESULTS.into(),
                    crit: false,
                    val: value,
                },
            )],
        })
    }

    #[test]
    fn a_cookie_of_any_length_comes_back_as_it_was_sent() {
        for size in [0, 1, 127, 128, 255, 256, 70_000] {
            let cookie = vec![0xab; size];
            assert_eq!(answered(control(&cookie).val).unwrap(), cookie, "{size}");
        }
    }

    #[test]
    fn an_answer_that_is_cut_off_or_is_something_else_is_no_last_page() {
        let whole = control(b"more").val.unwrap();
        for end in 0..whole.len() {
            assert_eq!(answered(Some(whole[..end].to_vec())), None, "{end}");
        }
        assert_eq!(answered(None), None);
        assert_eq!(answered(Some(vec![0x30, 0x89, 1, 1, 1])), None);
    }
}
