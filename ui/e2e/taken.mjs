// What the menu Export hands out: whole, as its last line says.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { button } from './looks.mjs';

export const AS_TABLE = 'As a table (CSV)';
export const AS_LINES = 'As lines of JSON (NDJSON)';

/** Opens the menu, and finds one of its files. */
export async function offered(page, name) {
  // The one before goes while one looks.
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await button(page, 'Export').click();
  const item = page.getByRole('menuitem', { name, exact: true });
  await item.waitFor();
  return item;
}

/** Takes a list out by the menu: its rows, as lines of a table or as objects. */
export async function taken(page, name = AS_TABLE) {
  const item = await offered(page, name);
  const download = page.waitForEvent('download');
  await item.click();
  return whole(await readFile(await (await download).path(), 'utf8'));
}

/** The rows of a list that is whole. */
export function whole(text) {
  const table = text.startsWith('\ufeff');
  const lines = text.trimEnd().split(table ? '\r\n' : '\n');
  const last = lines.pop();
  const cells = table ? last.split(',') : [];
  const said = table ? { type: cells[0], count: Number(cells[1]), sha256: cells[6] } : JSON.parse(last);
  assert.equal(said.type, table ? 'complete' : 'tenure.list.complete.1', text);
  const before = text.slice(0, text.lastIndexOf(last));
  assert.equal(said.sha256, createHash('sha256').update(before).digest('hex'));
  const rows = table ? lines.slice(1) : lines.map((line) => JSON.parse(line));
  assert.equal(said.count, rows.length, text);
  return rows;
}
