//! Display names of many ids at once, for lists that show ids of other objects.

use crate::{
    ViewError, Views,
    models::{
        accounts::Accounts, campaigns::Campaigns, domains::Domains, engines::Engines,
        groups::Groups, requests::Requests, reviews::Reviews, roles::Roles, templates::Templates,
        users::Users,
    },
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

impl Views {
    /// Names of these users, groups, templates, domains, engines and roles, whichever they are. What has none, or is
    /// forgotten, is left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn names(
        &self,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, String>, ViewError> {
        let mut ids: BTreeSet<Uuid> = ids.into_iter().collect();
        let mut names = HashMap::with_capacity(ids.len());
        macro_rules! look_up {
            ($model:ty, |$row:ident| $name:expr) => {
                if !ids.is_empty() {
                    let wanted: Vec<Uuid> = ids.iter().copied().collect();
                    for $row in self.among::<$model>(&wanted).await? {
                        ids.remove(&$row.id.0);
                        names.insert($row.id.0, $name);
                    }
                }
            };
        }
        look_up!(Users, |row| row.display_name);
        look_up!(Templates, |row| row.name);
        look_up!(Domains, |row| row.content.name);
        look_up!(Groups, |row| row.name);
        look_up!(Engines, |row| row.name);
        look_up!(Roles, |row| row.content.name);
        names.retain(|_, name| !name.is_empty());
        Ok(names)
    }

    /// The names of objects of any kind, given with it: of a request and of a review that of its account. What has none,
    /// or is forgotten, is left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn object_names(
        &self,
        objects: impl IntoIterator<Item = (&str, Uuid)>,
    ) -> Result<HashMap<Uuid, String>, ViewError> {
        let mut by_kind: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
        for (kind, id) in objects {
            by_kind.entry(kind).or_default().insert(id);
        }
        let mut of = |kind: &str| -> Vec<Uuid> {
            by_kind
                .remove(kind)
                .unwrap_or_default()
                .into_iter()
                .collect()
        };
        let (accounts, requests) = (of("account"), of("request"));
        let (reviews, campaigns) = (of("review"), of("campaign"));
        // Other kinds have no names to look for. A deputyship is called by whose it is.
        let named = [
            "user",
            "deputyship",
            "template",
            "domain",
            "group",
            "engine",
            "role",
        ];
        let others = named.map(&mut of);
        let mut names = self.names(others.into_iter().flatten()).await?;
        for row in self.among::<Accounts>(&accounts).await? {
            names.insert(row.id.0, row.name);
        }
        for row in self.among::<Requests>(&requests).await? {
            names.insert(row.id.0, row.name().to_owned());
        }
        for row in self.among::<Reviews>(&reviews).await? {
            names.insert(row.id.0, row.name);
        }
        for row in self.among::<Campaigns>(&campaigns).await? {
            names.insert(row.id.0, row.content.name);
        }
        names.retain(|_, name| !name.is_empty());
        Ok(names)
    }
}
