//! Single values that count only as this instance kept them: whoever has the database can delete one, or put back an older
//! one, but cannot make one up.

use crate::{EventStore, StoreError};

const PURPOSE: &str = "marks";

impl EventStore {
    /// The value kept under `name`; none if what stands there was not kept by this instance.
    pub(crate) async fn mark(&self, name: &str) -> Result<Option<String>, StoreError> {
        let kept = self.state_tables().meta(name).await?;
        let value = kept.as_deref().and_then(|kept| {
            let (seal, value) = kept.split_once(' ')?;
            (seal == self.seal_of(name, value)).then(|| value.to_owned())
        });
        Ok(value)
    }

    /// Keeps `value` under `name`.
    pub(crate) async fn keep_mark(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let kept = format!("{} {value}", self.seal_of(name, value));
        self.state_tables().set_meta(name, &kept).await
    }

    fn seal_of(&self, name: &str, value: &str) -> String {
        let marked = format!("{name}\n{value}");
        hex::encode(self.keys().keyed_hash(PURPOSE, marked.as_bytes()))
    }
}
