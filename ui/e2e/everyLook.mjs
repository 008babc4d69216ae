// A page in light and dark, wide and narrow: loaded once, then changed as its reader would change it. That is a quarter of
// the loads, and half of the looks need only axe's rules about colours.
import { accessible, accessibleColours, notSideways } from './watch.mjs';

// A ring: one thing differs from each look to the next.
const LOOKS = [
  { colorScheme: 'light', width: 1440, height: 900 },
  { colorScheme: 'dark', width: 1440, height: 900 },
  { colorScheme: 'dark', width: 320, height: 640 },
  { colorScheme: 'light', width: 320, height: 640 },
];

/**
 * Loads `path` in one of the looks, another for each `turn`, and looks at it in all of them; `ready` waits for what the
 * page is to show.
 */
export async function inEveryLook(page, path, { what = path, turn, ready }) {
  const round = LOOKS.map((_, step) => LOOKS[(turn + step) % LOOKS.length]);
  await changeTo(page, round[0]);
  await page.goto(path);
  for (const look of round) {
    await changeTo(page, look);
    await ready(page);
    await page.waitForFunction(looksLike, look);
    const name = `${what}, ${look.colorScheme}, ${look.width} px`;
    // Colours change, and nothing else did: the other rules have seen this very page. Where something did (a minute went
    // by, something hides in the dark), all rules are asked again.
    if (await page.evaluate(sameShape, look.width)) await accessibleColours(page, name);
    else await accessible(page, name);
    await notSideways(page, name);
  }
}

async function changeTo(page, { colorScheme, width, height }) {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height });
}

/** In the page: it took on this look, has drawn itself so, and no colour is on its way to another. */
async function looksLike({ colorScheme, width }) {
  const taken = document.documentElement.dataset.mantineColorScheme === colorScheme && innerWidth === width;
  if (!taken) return false;
  // What listens to the width has heard of it after the first frame, and is drawn before the second is over.
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  return document.getAnimations().every((moving) => !(moving instanceof CSSTransition));
}

/** In the page: is it, colours aside, what it was when this was asked of this width before? Keeps what it is. */
function sameShape(width) {
  const elements = [...document.body.querySelectorAll('*')].map((element) => {
    const { x, y, width: wide, height } = element.getBoundingClientRect();
    return [x, y, wide, height, element.checkVisibility({ opacityProperty: true, visibilityProperty: true })].join(' ');
  });
  const shape = [document.title, document.body.outerHTML, ...elements].join('\n');
  globalThis.shapes ??= new Map();
  const same = globalThis.shapes.get(width) === shape;
  globalThis.shapes.set(width, shape);
  return same;
}
