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
