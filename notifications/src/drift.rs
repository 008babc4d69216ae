//! What one person is told of accounts that are not as ordered: one mail a look, whatever their number.

use crate::{message::Facts, recipients::Told};
use tenure_domain::{
    UserId,
    directory::{AccountsDrifted, DriftedAccount},
};

/// Accounts that are named in a mail.
const NAMED: usize = 20;

/// Tells `user` of all accounts, or of those that are theirs.
pub(crate) fn tell(
    facts: &mut Facts,
    drifted: &AccountsDrifted,
    told: &Told,
    user: UserId,
    public_url: &str,
) {
    let all = told.of_all.contains(&user);
    let own = told.of_some.get(&user).map(Vec::as_slice);
    let accounts = match all {
        true => &drifted.accounts,
        false => own.unwrap_or_default(),
    };
    let count = match all {
        true => drifted.count as usize,
        false => accounts.len(),
    };
    facts.detail = match count {
        0 => "accounts that were not seen".to_owned(),
        1 => "one account".to_owned(),
        count => format!("{count} accounts"),
    };
    facts.reason = match count {
        0 => String::new(),
        count => listed(accounts, count),
    };
    if all {
        facts.reason.push_str(&what_becomes(drifted));
    }
    match (accounts, all) {
        ([one], _) if count == 1 => facts.link = format!("{public_url}/accounts/{}", one.account),
        (_, true) => {}
        (_, false) => facts.link = format!("{public_url}/drift"),
    }
}

fn listed(accounts: &[DriftedAccount], count: usize) -> String {
    let said = |account: &DriftedAccount| {
        let fields: Vec<_> = account.fields.iter().map(|field| field.text()).collect();
        format!("{} ({})", account.name, fields.join(", "))
    };
    let named: Vec<_> = accounts.iter().take(NAMED).map(said).collect();
    let more = match count.saturating_sub(named.len()) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    format!("What differs: {}{more}.", named.join("; "))
}

fn what_becomes(drifted: &AccountsDrifted) -> String {
    let unseen = match drifted.unseen {
        0 => String::new(),
        unseen => format!(
            " {unseen} accounts were not seen, too many to believe that they are gone: has the engine lost the right to read \
             them?"
        ),
    };
    let becomes = match drifted.held {
        Some(held) => format!(
            " {} of them were to be repaired, more than the {} that may be at once: none was. Decide what becomes of them; \
             until then nothing is repaired by itself in this domain.",
            held.accounts, held.allowed
        ),
        None => match drifted.repaired {
            0 => " Nothing is repaired by itself.".to_owned(),
            repaired => format!(" {repaired} of them are being repaired."),
        },
    };
    becomes + &unseen
}
