//! What following groups would do, before anybody follows them: from the last reading, by the rules of the real thing, and
//! without writing anything.

use super::{
    NAMED, followed, members,
    members::{Difference, Member, Members},
    number, state, unavailable,
};
use crate::{CommandError, Instance};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use tenure_domain::{
    DomainId, UserId,
    directory::{Domain, FollowedGroup, PeopleHeld, PeoplePlan},
    user::folded_email,
};
use tenure_projections::{LONGEST_PAGE, Page, SortOrder, Start, UserFilter, UserRow, UserSort};
use uuid::Uuid;

/// What following groups would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeoplePreview {
    /// When the domain was read last; never, and nothing can be told.
    pub read_at: Option<DateTime<Utc>>,
    /// What each group brings, in the order asked for. Whoever is in several counts in each.
    pub groups: Vec<GroupPreview>,
    /// All that they bring; whoever is in several counts once.
    pub people: Coming,
    /// Who would come, new or known, by objectGUID and name: the first thousand.
    pub who_comes: Vec<(Uuid, String)>,
    /// Who would leave and be disabled: the first thousand.
    pub who_leaves: Vec<UserId>,
    /// How many would leave.
    pub leaving: u32,
    /// They are so many that somebody is asked first.
    pub asked_first: bool,
}

/// What one group brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupPreview {
    /// objectGUID.
    pub object: Uuid,
    /// It is not in what was read.
    pub missing: bool,
    /// Who is in it, direct or through other groups.
    pub people: Coming,
}

/// People by what they are to Tenure now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coming {
    /// Nobody yet: would be registered, with a welcome by mail.
    pub new: u32,
    /// Users who are not followed: would be from now on. Whoever left before is enabled again.
    pub known: u32,
    /// Users who are followed already.
    pub followed: u32,
    /// Who cannot come: the directory has no e-mail address of them, or somebody else has it here.
    pub cannot: u32,
}

impl Coming {
    fn count(&mut self, standing: Standing) {
        let counted = match standing {
            Standing::New => &mut self.new,
            Standing::Known => &mut self.known,
            Standing::Followed => &mut self.followed,
            Standing::Cannot => &mut self.cannot,
        };
        *counted += 1;
    }
}

/// What somebody is to Tenure now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    New,
    Known,
    Followed,
    Cannot,
}

impl Instance {
    /// What following these groups would do, as of the last reading. Writes nothing.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn preview_people(
        &self,
        domain: DomainId,
        groups: &[Uuid],
    ) -> Result<PeoplePreview, CommandError> {
        let known = self.store.cached_state::<Domain>(domain.0).await?.state;
        let followed_group = |object: &Uuid| FollowedGroup {
            object: *object,
            name: String::new(),
            group: None,
        };
        // The groups count, in whatever order: the same ones are no other plan.
        let present: BTreeSet<_> = known.people.plan.groups.iter().map(|g| g.object).collect();
        let plan = match groups.iter().copied().collect::<BTreeSet<_>>() == present {
            true => known.people.plan.clone(),
            false => PeoplePlan {
                groups: groups.iter().map(followed_group).collect(),
                ..known.people.plan.clone()
            },
        };
        let read_at = state::read(self, domain).await?.0.last.map(|last| last.at);
        let members = members(self, domain, &plan).await?;
        let difference = Difference::new(&members, followed(self, domain).await?);
        let users = match difference.coming.is_empty() {
            true => Users::default(),
            false => Users::all(self).await?,
        };
        let mut preview = judged(groups, &members, &difference, &users);
        preview.read_at = read_at;
        let followed = number(difference.staying.len() + difference.leaving.len());
        let change = PeopleHeld {
            coming: preview.people.new + preview.people.known,
            leaving: preview.leaving,
            followed,
        };
        preview.asked_first = !groups.is_empty() && !known.people.would_pass(&plan, &change);
        Ok(preview)
    }
}

/// Whom Tenure knows already.
#[derive(Debug, Default)]
struct Users {
    /// By address: linked to an account of a directory?
    by_address: BTreeMap<String, Option<Uuid>>,
    /// objectGUIDs of those who are linked.
    linked: BTreeSet<Uuid>,
}

impl Users {
    async fn all(instance: &Instance) -> Result<Self, CommandError> {
        let mut users = Self::default();
        let mut page = Page {
            uncounted: true,
            ..Page::first(LONGEST_PAGE)
        };
        loop {
            let (filter, sort) = (UserFilter::default(), UserSort::Created);
            let found = instance
                .views
                .users(&filter, sort, SortOrder::Ascending, &page)
                .await
                .map_err(unavailable)?;
            found.rows.iter().for_each(|user| users.add(user));
            match found.next {
                Some(next) => page.start = Start::After(next),
                None => return Ok(users),
            }
        }
    }

    fn add(&mut self, user: &UserRow) {
        let object = user.directory_link.as_ref().map(|link| link.object);
        self.linked.extend(object);
        for email in &user.emails {
            self.by_address.insert(folded_email(email), object);
        }
    }

    /// As [`super::carry_out`] takes somebody who comes.
    fn standing(&self, member: &Member) -> Standing {
        let mail = folded_email(member.user.mail.as_deref().unwrap_or_default());
        match self.by_address.get(&mail) {
            _ if mail.is_empty() => Standing::Cannot,
            _ if self.linked.contains(&member.user.id) => Standing::Known,
            Some(None) => Standing::Known,
            // Another account of a directory.
            Some(Some(_)) => Standing::Cannot,
            None => Standing::New,
        }
    }
}

fn judged(
    groups: &[Uuid],
    members: &Members,
    difference: &Difference,
    users: &Users,
) -> PeoplePreview {
    let missing = |object: &Uuid| members.missing.iter().any(|gone| gone.object == *object);
    let of_group = |object: &Uuid| GroupPreview {
        object: *object,
        missing: missing(object),
        people: Coming::default(),
    };
    let mut preview = PeoplePreview {
        groups: groups.iter().map(of_group).collect(),
        ..PeoplePreview::default()
    };
    let standing = |member: &Member| match member.user.id {
        id if difference.left.contains_key(&id) => Standing::Known,
        id if difference.coming.contains(&id) => users.standing(member),
        _ => Standing::Followed,
    };
    for member in members.people.values() {
        let standing = standing(member);
        preview.people.count(standing);
        for group in &mut preview.groups {
            if member.through.contains(&group.object) {
                group.people.count(standing);
            }
        }
        let comes = matches!(standing, Standing::New | Standing::Known);
        if comes && preview.who_comes.len() < NAMED {
            let name = member.user.name.clone();
            preview.who_comes.push((member.user.id, name));
        }
    }
    // Where no group is followed, or one is not there, nobody leaves.
    if !groups.is_empty() && members.missing.is_empty() {
        preview.leaving = number(difference.leaving.len());
        let leaving = difference.leaving.iter().take(NAMED);
        preview.who_leaves = leaving.map(|user| user.id).collect();
    }
    preview
}

#[cfg(test)]
mod tests;
