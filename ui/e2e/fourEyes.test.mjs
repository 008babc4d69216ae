// Where the organisation asks for four eyes, nobody publishes a template alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signIn } from './browser.mjs';
import { withInstance } from './demo.mjs';
import { startEmpty } from './instance.mjs';
import { button, status } from './looks.mjs';
import { accessible, live, watch } from './watch.mjs';

const { stranger, instance } = withInstance(() => startEmpty({ TENURE_TEMPLATES__FOUR_EYES: 'true' }));

const SECRET = 'violet harbour umbrella 12';

/** Two administrators, and a domain with a template that Ada has drafted. */
async function organisation() {
  const ada = await stranger();
  const code = /--code (\S+)/.exec(instance().output())?.[1];
  await ada.api.post('setup', { code, email: 'ada@corp.example', display_name: 'Ada Lovelace', password: SECRET });
  await signIn(ada.context, 'ada@corp.example', SECRET);
  const personal = { display_name: 'Grace Hopper', emails: ['grace@corp.example'] };
  const { id: grace } = await ada.api.post('users', { personal, password: SECRET });
  const { items: roles } = await ada.api.get('roles');
  const role = roles.find(({ name }) => name === 'System Administrator').id;
  await ada.api.post(`users/${grace}/roles/grant`, { role });
  const base = 'DC=corp,DC=example';
  const { id: domain } = await ada.api.post('domains', { name: 'corp.example', kind: 'sandbox', base_dn: base });
  const { id: template } = await ada.api.post('templates', {
    name: 'Night jobs',
    account_type: 'ad-user',
    action: 'disable',
    vault: { kind: 'built-in' },
    directory: { domain, name_prefix: 'job-', ou: `OU=Service Accounts,${base}` },
    lifecycle: { periods: ['90 days'] },
    approval: { steps: [] },
  });
  const other = await stranger();
  await signIn(other.context, 'grace@corp.example', SECRET);
  return { ada, grace: other, template };
}

test('an author submits a template, another returns it with a reason and publishes it at last', async () => {
  const { ada, grace, template } = await organisation();
  // What is refused is said by a 403, which the browser repeats.
  const wrong = [await watch(ada.page, [/403 \(Forbidden\)/, /409 \(Conflict\)/]), await watch(grace.page)];
  const { page } = ada;
  await page.goto(`/templates/${template}`);
  await status(page, 'Draft').waitFor();
  await live(page);
  await button(page, 'Submit for approval').click();
  await button(page.getByRole('dialog'), 'Submit for approval').click();
  await status(page, 'Awaiting approval').waitFor();
  await page.getByText('Version 1 awaits the approval of somebody other than its author.').waitFor();
  await accessible(page, 'a template that awaits approval');

  // Its author may not, and is told why.
  await button(page, 'Publish').click();
  await button(page.getByRole('dialog'), 'Publish').click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await button(page.getByRole('dialog'), 'Cancel').click();

  await grace.page.goto(`/templates/${template}`);
  await live(grace.page);
  await button(grace.page, 'Return').click();
  await grace.page.getByLabel('Reason').fill('Ninety days are too long');
  await accessible(grace.page, 'the return of a template');
  await button(grace.page.getByRole('dialog'), 'Return').click();
  await status(page, 'Draft').waitFor();
  await status(grace.page, 'Draft').waitFor();
  await page.getByText('Ninety days are too long').first().waitFor();

  await button(page, 'Submit for approval').click();
  await button(page.getByRole('dialog'), 'Submit for approval').click();
  await status(grace.page, 'Awaiting approval').waitFor();
  await button(grace.page, 'Publish').click();
  await button(grace.page.getByRole('dialog'), 'Publish').click();
  await status(page, 'Published').waitFor();
  assert.equal((await ada.api.get(`templates/${template}`)).published, 1);
  assert.deepEqual(wrong.flat(), []);
});
