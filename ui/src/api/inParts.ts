/** The server takes so many at a time. */
const AT_ONCE = 500;

/** Asks for some at a time, in order, and says how many are done. What `ask` throws stops the whole. */
export async function inParts<Item, Answer>(
  items: Item[],
  ask: (some: Item[]) => Promise<Answer[]>,
  progress: (done: number) => void,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  progress(0);
  for (let from = 0; from < items.length; from += AT_ONCE) {
    answers.push(...(await ask(items.slice(from, from + AT_ONCE))));
    progress(answers.length);
  }
  return answers;
}
