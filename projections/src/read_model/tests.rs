use super::{AT_A_TIME, Cells, Changes, Folding, ReadModel, Rows, Slot};
use crate::{
    cell::{Cell, Kind},
    table::Table,
};
use std::collections::{BTreeMap, BTreeSet};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// Numbers, and how many are odd or even.
struct Numbers;

impl ReadModel for Numbers {
    const NAME: &'static str = "numbers";
    const VERSION: u32 = 1;
    const TABLES: &'static [Table] = &[
        Table {
            name: "numbers",
            columns: &[("id", Kind::Bytes), ("number", Kind::Int)],
            key: 1,
            indexes: &[],
        },
        Table {
            name: "numbers_odd",
            columns: &[("odd", Kind::Int), ("many", Kind::Int)],
            key: 1,
            indexes: &[],
        },
    ];
    const COUNTS: Option<usize> = Some(1);
    type Key = Uuid;
    type Row = i64;

    fn keys(_: &StoredEvent, _: &mut Vec<Uuid>) {}

    fn fold(_: &StoredEvent, _: Uuid, row: Option<i64>) -> Result<Option<i64>, String> {
        Ok(row)
    }

    fn cells(row: &i64) -> Result<Cells, String> {
        Ok(vec![Cell::Int(*row)])
    }

    fn row(mut cells: Cells) -> Result<i64, String> {
        let number = cells.pop().and_then(|cell| cell.int());
        number.ok_or_else(|| "no number".to_owned())
    }

    fn indexed(row: &i64) -> Vec<BTreeSet<Cells>> {
        vec![BTreeSet::from([vec![Cell::Int(row % 2)]])]
    }
}

/// More than two portions of them, finished.
fn finished(further: bool) -> (usize, Vec<Changes>) {
    let many = 2 * AT_A_TIME + 1;
    let slot = |number: usize| {
        let now = i64::try_from(number).ok();
        (Uuid::from_u128(number as u128), Slot { before: None, now })
    };
    let rows = Rows::<Numbers> {
        slots: (0..many).map(slot).collect(),
        ..Rows::default()
    };
    let portions = Box::new(rows).finish(further);
    (many, portions.map(Result::unwrap).collect())
}

fn numbers(portions: &[Changes]) -> Vec<i64> {
    let rows = portions.iter().flat_map(|tables| &tables[0].upserted);
    rows.map(|cells| cells[1].int().unwrap()).collect()
}

#[test]
fn of_a_finished_fold_every_row_is_in_one_portion() {
    let (many, portions) = finished(false);
    let sizes: Vec<_> = portions.iter().map(|of| of[0].upserted.len()).collect();
    assert_eq!(sizes, [AT_A_TIME, AT_A_TIME, 1]);
    let all: Vec<i64> = (0..i64::try_from(many).unwrap()).collect();
    assert_eq!(numbers(&portions), all);
    assert!(portions.iter().all(|of| of[1].counted.is_empty()));
}

#[test]
fn what_a_finished_fold_counts_is_said_once() {
    let (many, portions) = finished(true);
    let counted = portions.iter().flat_map(|of| &of[1].counted);
    let counted: Vec<_> = counted
        .map(|cells| (cells[0].int(), cells[1].int()))
        .collect();
    let odd = i64::try_from(many / 2).unwrap();
    let counts = BTreeMap::from([(Some(0), Some(odd + 1)), (Some(1), Some(odd))]);
    assert_eq!(counted, counts.into_iter().collect::<Vec<_>>());
    assert_eq!(numbers(&portions).len(), many);
}
