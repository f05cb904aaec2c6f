/** The words that are values. */
export const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** What is written instead of a word that is no name, though another language (or the first form of this one) knows it as a value. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["True", "write true"],
  ["False", "write false"],
  ["None", "write null"],
  ["undefined", "write null"],
  ["in", "it stands between an item and a list, or a key and an object"],
]);

/** Whether a word means something else wherever a name could stand: no variable and no parameter of a function can be called that. */
export function isReservedWord(word: string): boolean {
  return CONSTANTS.has(word) || INSTEAD.has(word);
}

/** What is wrong with a reserved word where a name stands; `undefined` for all other words. */
export function reservedProblem(word: string): string | undefined {
  if (CONSTANTS.has(word)) return `\`${word}\` is a value, and no name`;
  const instead = INSTEAD.get(word);
  return instead === undefined ? undefined : `\`${word}\` means nothing here: ${instead}`;
}
