/** Of a letter of small fields, about. */
const LETTER = 6.4;
const LEAST = 142;
const MOST = 300;

/** How wide a small field has to be for a text, with `beside` for what else is in it: texts differ, in other languages too. */
export const widthFor = (text: string, beside = 52): number =>
  Math.min(MOST, Math.max(LEAST, Math.ceil(text.length * LETTER) + beside));
