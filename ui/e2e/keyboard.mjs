// What a person does who has no pointer.
import assert from 'node:assert/strict';

const FAR = 120;

/** Presses Tab until `target` has the focus. */
export async function tabTo(page, target) {
  await target.waitFor();
  for (let pressed = 0; pressed < FAR; pressed += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not reach ${String(target)}`);
}

/** Goes to a button or link, and uses it. */
export async function press(page, target) {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/** Chooses one of several radio buttons by the arrows. */
export async function choose(page, first, wanted) {
  await tabTo(page, first);
  await page.keyboard.press('Space');
  for (let pressed = 0; pressed < FAR; pressed += 1) {
    if (await wanted.isChecked()) return;
    await page.keyboard.press('ArrowDown');
  }
  assert.fail(`the arrows do not reach ${String(wanted)}`);
}

/** Lets everything happen that the page has put off for a moment: a list marks its first option so. */
const putOffIsDone = (page) => page.evaluate(() => new Promise((done) => setTimeout(done)));

/** Opens a field's list, goes down to one of its options, and takes it. */
export async function pick(page, field, option) {
  await tabTo(page, field);
  // Some lists open when their field has the focus.
  if ((await field.getAttribute('aria-expanded')) !== 'true') await page.keyboard.press('ArrowDown');
  await take(page, field, option);
}

/** Types into a field that finds, and takes one of what it found. */
export async function find(page, field, text, option) {
  await tabTo(page, field);
  // At once, so that it is looked for once: what a part of the text finds would be replaced under the fingers.
  await page.keyboard.insertText(text);
  await take(page, field, option);
}

async function take(page, field, option) {
  await option.waitFor();
  await putOffIsDone(page);
  const name = (await option.innerText()).trim();
  const marked = () => option.evaluate((element) => element.hasAttribute('data-combobox-selected'));
  for (let pressed = 0; !(await marked()); pressed += 1) {
    assert.ok(pressed < FAR, `the arrows do not reach ${name}`);
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  // In the field, or before it where it takes several.
  const inField = (await field.inputValue()) === name;
  const before = page.locator('.mantine-Pill-root').filter({ hasText: name });
  if (!inField) await before.first().waitFor();
}
