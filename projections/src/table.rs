//! Tables of a read model, as PostgreSQL and SQLite both understand them.
//!
//! Every generation of a model has its own tables, `<name>_<generation>`; queries go by an SQL view `<name>` that
//! shows the active one.

use crate::cell::Kind;
use sea_query::{
    Alias, ColumnDef, Index, IndexCreateStatement, PostgresQueryBuilder, SqliteQueryBuilder,
    Table as Ddl,
};

/// One table.
#[derive(Debug)]
pub(crate) struct Table {
    /// The name queries use.
    pub(crate) name: &'static str,
    /// Columns; those of the key come first.
    pub(crate) columns: &'static [(&'static str, Kind)],
    /// How many columns make the key.
    pub(crate) key: usize,
    /// Further indexes, by their columns.
    pub(crate) indexes: &'static [&'static [&'static str]],
}

/// Which of the two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Postgres,
    Sqlite,
}

impl Table {
    /// Name of the table of that generation.
    pub(crate) fn of(&self, generation: i64) -> String {
        format!("{}_{generation}", self.name)
    }

    /// Names of the key's columns.
    pub(crate) fn key_columns(&self) -> Vec<&'static str> {
        self.columns
            .iter()
            .take(self.key)
            .map(|(name, _)| *name)
            .collect()
    }

    /// Names of all columns.
    pub(crate) fn column_names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|(name, _)| *name).collect()
    }

    /// Kinds of all columns.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        self.columns.iter().map(|(_, kind)| *kind).collect()
    }

    /// Makes the table without its indexes, which come cheaper once it is full.
    pub(crate) fn create(&self, generation: i64, dialect: Dialect) -> String {
        let mut table = Ddl::create();
        table.table(Alias::new(self.of(generation)));
        let mut key = Index::create();
        for (index, (name, kind)) in self.columns.iter().enumerate() {
            let mut column = ColumnDef::new(*name);
            match kind {
                Kind::Int => column.big_integer(),
                Kind::Text => column.text(),
                Kind::Bytes => column.binary(),
            };
            // Sorting and comparing is by bytes: keys are folded before they are stored.
            if *kind == Kind::Text && dialect == Dialect::Postgres {
                column.extra("COLLATE \"C\"");
            }
            if index < self.key {
                column.not_null();
                key.col(*name);
            }
            table.col(&mut column);
        }
        table.primary_key(&mut key);
        match dialect {
            Dialect::Postgres => {
                // Room for changed rows beside the old ones spares the indexes.
                let filled = if self.columns.iter().any(|(name, _)| *name == "content") {
                    80
                } else {
                    100
                };
                format!(
                    "{} WITH (fillfactor = {filled})",
                    table.to_string(PostgresQueryBuilder)
                )
            }
            Dialect::Sqlite if self.key == self.columns.len() => {
                format!("{} WITHOUT ROWID", table.to_string(SqliteQueryBuilder))
            }
            Dialect::Sqlite => table.to_string(SqliteQueryBuilder),
        }
    }

    /// Makes the indexes.
    pub(crate) fn create_indexes(&self, generation: i64, dialect: Dialect) -> Vec<String> {
        let statement = |columns: &&[&'static str]| {
            let mut index: IndexCreateStatement = Index::create();
            index
                .if_not_exists()
                .name(format!("{}_{}", self.of(generation), columns.join("_")));
            index.table(Alias::new(self.of(generation)));
            for column in *columns {
                index.col(*column);
            }
            match dialect {
                Dialect::Postgres => index.to_string(PostgresQueryBuilder),
                Dialect::Sqlite => index.to_string(SqliteQueryBuilder),
            }
        };
        self.indexes.iter().map(statement).collect()
    }

    /// Lets queries see that generation.
    pub(crate) fn show(&self, generation: i64, dialect: Dialect) -> Vec<String> {
        let columns = self.column_names().join(", ");
        let select = format!("SELECT {columns} FROM {}", self.of(generation));
        match dialect {
            Dialect::Postgres => vec![format!("CREATE OR REPLACE VIEW {} AS {select}", self.name)],
            Dialect::Sqlite => vec![
                format!("DROP VIEW IF EXISTS {}", self.name),
                format!("CREATE VIEW {} AS {select}", self.name),
            ],
        }
    }
}
