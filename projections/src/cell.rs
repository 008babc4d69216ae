//! Values of columns, the same for both databases: integers, ids, texts and bytes.

use crate::ViewError;
use sea_query::Value;
use sqlx::{Row, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

/// What a column holds. Ids are 16 bytes, times microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Text,
    Bytes,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Id(Uuid),
    Text(String),
    Bytes(Vec<u8>),
}

impl Cell {
    /// PostgreSQL's text holds no NUL; what people type may.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(if text.contains('\0') {
            text.replace('\0', "\u{fffd}")
        } else {
            text.to_owned()
        })
    }

    pub(crate) fn int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Null | Self::Id(_) | Self::Text(_) | Self::Bytes(_) => None,
        }
    }

    pub(crate) fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Id(id) => Some(id.as_bytes().to_vec()),
            Self::Null | Self::Int(_) | Self::Text(_) => None,
        }
    }

    pub(crate) fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Int(_) | Self::Id(_) | Self::Bytes(_) => None,
        }
    }

    pub(crate) fn id(&self) -> Option<Uuid> {
        match self {
            Self::Id(id) => Some(*id),
            Self::Bytes(bytes) => Uuid::from_slice(bytes).ok(),
            Self::Null | Self::Int(_) | Self::Text(_) => None,
        }
    }
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        Self::Int(value.cast_signed())
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}

impl From<Uuid> for Cell {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<Vec<u8>> for Cell {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<Cell> for Value {
    fn from(cell: Cell) -> Self {
        match cell {
            // Only ever compared with columns that hold something.
            Cell::Null => Self::BigInt(None),
            Cell::Int(value) => Self::BigInt(Some(value)),
            Cell::Id(id) => Self::Bytes(Some(id.as_bytes().to_vec())),
            Cell::Text(text) => Self::String(Some(text)),
            Cell::Bytes(bytes) => Self::Bytes(Some(bytes)),
        }
    }
}

/// The cells of a fetched row, by the kinds of the selected columns.
pub(crate) trait Fetched {
    fn cells(&self, kinds: &[Kind]) -> Result<Vec<Cell>, ViewError>;
}

macro_rules! cells {
    ($row:ty) => {
        impl Fetched for $row {
            fn cells(&self, kinds: &[Kind]) -> Result<Vec<Cell>, ViewError> {
                let cell = |(index, kind): (usize, &Kind)| {
                    Ok(match kind {
                        Kind::Int => self.try_get::<Option<i64>, _>(index)?.into(),
                        Kind::Text => self
                            .try_get::<Option<String>, _>(index)?
                            .map_or(Cell::Null, Cell::Text),
                        Kind::Bytes => self.try_get::<Option<Vec<u8>>, _>(index)?.into(),
                    })
                };
                kinds.iter().enumerate().map(cell).collect()
            }
        }
    };
}
cells!(PgRow);
cells!(SqliteRow);
