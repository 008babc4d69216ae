//! Rows in the binary form of PostgreSQL's `COPY`: half the work of `unnest` where nothing has to be looked for.
//! <https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4>

use crate::{cell::Cell, read_model::Cells};

/// Signature, flags, length of the header's extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
const NULL: [u8; 4] = (-1_i32).to_be_bytes();

/// The rows, with header and trailer.
pub(crate) fn rows(rows: &[Cells]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER.len() + rows.len() * 320);
    out.extend_from_slice(HEADER);
    for row in rows {
        let columns = i16::try_from(row.len()).unwrap_or(i16::MAX);
        out.extend_from_slice(&columns.to_be_bytes());
        for cell in row {
            match cell {
                Cell::Null => out.extend_from_slice(&NULL),
                Cell::Int(value) => field(&mut out, &value.to_be_bytes()),
                Cell::Id(id) => field(&mut out, id.as_bytes()),
                Cell::Text(text) => field(&mut out, text.as_bytes()),
                Cell::Bytes(bytes) => field(&mut out, bytes),
            }
        }
    }
    out.extend_from_slice(&TRAILER);
    out
}

fn field(out: &mut Vec<u8>, value: &[u8]) {
    let length = i32::try_from(value.len()).unwrap_or(i32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(value);
}
