// An import that the directory refuses: its reason is told, it is taken back, and the object is imported anew.
import assert from 'node:assert/strict';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { templateOf } from './asking.mjs';
import { withDemo } from './demo.mjs';
import { button, status } from './looks.mjs';
import { accessible, notSideways, settled, watch } from './watch.mjs';

const NAME = 'svc-backup';

const { person, instance } = withDemo('--accounts', '20');

/** Somebody else marks the object as theirs, or takes that off, while Tenure is not running. */
async function markedAs(guid, fence) {
  await instance().end();
  const engines = join(instance().data, 'engines');
  for (const engine of await readdir(engines)) {
    const file = join(engines, engine, 'directory.json');
    const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line));
    const found = lines.findLast((line) => line.guid === guid);
    if (found) await appendFile(file, `${JSON.stringify({ guid, object: { ...found.object, fence } })}\n`);
  }
  await instance().begin();
}

test('an import that the directory refused is taken back with a reason, found again, and imported anew', async () => {
  const { page, api } = await person('ada');
  const domain = (await api.get('domains')).items.find(({ name }) => name === 'corp.demo.example').id;
  const unmanaged = async () => (await api.get(`domains/${domain}/unmanaged-accounts?search=${NAME}`)).items;
  const object = (await unmanaged())[0].id;
  const owner = (await api.get('users?search=olga')).items[0].id;
  const template = await templateOf(api);
  const imported = async () => {
    const { items } = await api.post(`domains/${domain}/unmanaged-accounts/import`, {
      template,
      period: '90 days',
      reason: 'Found in the audit',
      owners: [{ kind: 'user', id: owner }],
      accounts: [{ object }],
    });
    return items[0].account;
  };
  await markedAs(object, 'somebody else’s');
  const first = await imported();
  const wrong = await watch(page);
  await page.goto(`/accounts/${first}`);
  const act = button(page, 'Take back import');
  await act.waitFor();
  await accessible(page, 'an import that was refused');
  await notSideways(page, 'an import that was refused');
  await act.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(`${NAME} is unmanaged again`).waitFor();
  const confirm = button(dialog, 'Take back import');
  assert.ok(await confirm.isDisabled(), 'without a reason');
  await dialog.getByLabel('Reason').fill('The engine gets no rights there');
  await accessible(page, 'taking an import back');
  await confirm.click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('import taken back: The engine gets no rights there').waitFor();
  await page.getByText(`account "${NAME}" left as it was found, unmanaged`).waitFor();
  await status(page, 'Released').waitFor();
  await act.waitFor({ state: 'detached' });
  await settled(page);
  await accessible(page, 'an import that was taken back');
  assert.deepEqual(wrong, []);

  await markedAs(object, null);
  await page.goto(`/unmanaged/accounts?domain=${domain}&q=${NAME}`);
  await page.locator('tbody tr', { hasText: NAME }).waitFor();
  const second = await imported();
  assert.notEqual(second, first);
  await page.goto(`/accounts/${second}`);
  // As it was found.
  await status(page, 'Disabled').waitFor();
});
