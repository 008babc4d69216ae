// A page in light and dark, wide and narrow: loaded once for each width, as what counts pixels does so when it likes, and then
// changed from light to dark or back, as its reader would change it. That is half of the loads, and half of the looks need only
// axe's rules about colours.
import { accessible, accessibleColours, notSideways } from './watch.mjs';

const SCHEMES = ['light', 'dark'];
const SIZES = [
  { width: 1440, height: 900 },
  { width: 320, height: 640 },
];

/**
 * Looks at `path` in every look; which one it begins with differs from each `turn` to the next. `ready` waits for what the
 * page is to show.
 */
export async function inEveryLook(page, path, { what = path, turn, ready }) {
  const sizes = turn % 4 < 2 ? SIZES : SIZES.toReversed();
  for (const [nth, size] of sizes.entries()) {
    await page.goto('about:blank');
    await page.setViewportSize(size);
    const schemes = (turn + nth) % 2 === 0 ? SCHEMES : SCHEMES.toReversed();
    for (const [after, colorScheme] of schemes.entries()) {
      const name = `${what}, ${colorScheme}, ${size.width} px`;
      await page.emulateMedia({ colorScheme });
      if (after === 0) await page.goto(path);
      await ready(page);
      await page.waitForFunction(shines, colorScheme);
      // Colours change, and nothing else did: the other rules have seen this very page. Where something did (a minute went
      // by, something hides in the dark), all rules are asked again.
      if (await page.evaluate(sameShape)) await accessibleColours(page, name);
      else await accessible(page, name);
      await notSideways(page, name);
    }
  }
}

/** In the page: it has these colours, and none is on its way to another. */
function shines(colorScheme) {
  const moving = document.getAnimations().some((animation) => animation instanceof CSSTransition);
  return document.documentElement.dataset.mantineColorScheme === colorScheme && !moving;
}

/** In the page: is it, colours aside, what it was when this was asked before? Keeps what it is. */
function sameShape() {
  const elements = [...document.body.querySelectorAll('*')].map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x, y, width, height, element.checkVisibility({ opacityProperty: true, visibilityProperty: true })].join(' ');
  });
  const shape = [document.title, document.body.outerHTML, ...elements].join('\n');
  const same = globalThis.shapeBefore === shape;
  globalThis.shapeBefore = shape;
  return same;
}
