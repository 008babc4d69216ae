//! Who asks, and may they: passwords, sessions, and the check that every request passes.

pub(crate) mod authorise;
pub(crate) mod client_address;
pub(crate) mod cross_site;
pub(crate) mod objects;
pub(crate) mod one_time_codes;
pub(crate) mod passwords;
#[cfg(test)]
mod permission_document;
pub(crate) mod permission_table;
pub(crate) mod sessions;
pub(crate) mod sign_in_limits;
pub(crate) mod totp;
