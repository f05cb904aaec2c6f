const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const LONGEST_NUMBER = 1000;
const INTEGER = /^-?\d+$/;

/** Why something that begins like a number is no number of JSON, or one that changes when it is read. */
export function numberProblem(number: string): string | undefined {
  if (number.length > LONGEST_NUMBER)
    return `${shown(number)} has more than ${LONGEST_NUMBER} characters, which is no number that programs reckon with`;
  if (!NUMBER.test(number)) return notANumber(number);
  if (!Number.isFinite(Number(number)))
    return `${shown(number)} is larger than any number that programs reckon with: write it as a text, in double quotes`;
  if (!INTEGER.test(number) || digitsOf(Number(number)) === BigInt(number)) return undefined;
  return `${shown(number)} would be read as ${digitsOf(Number(number))}, which is another number: write it as a text, in double quotes`;
}

function notANumber(number: string): string {
  if (/^[+-]?(?:NaN|Infinity)$/.test(number)) return `JSON has no ${number}: write null, or a text in double quotes`;
  const plain = number.startsWith("+") ? "no plus sign before it" : undefined;
  const zero = /^-?0\d/.test(number) ? "no zero before its other digits" : undefined;
  const point = /^-?\.|\.$|\.[eE]/.test(number) ? "digits on both sides of its point" : undefined;
  const other = /^-?0[xXbBoO]/.test(number) ? "decimal digits" : undefined;
  return `${shown(number)} is no number of JSON${reason(other ?? plain ?? zero ?? point)}; if it is a text, write it in double quotes`;
}

function reason(rule: string | undefined): string {
  return rule === undefined ? "" : `, which has ${rule}`;
}

/** An integer as it is written again: the shortest text that is read as the same double. */
function digitsOf(integer: number): bigint {
  const [digits = "", exponent = "0"] = String(integer).split("e+");
  const [whole = "", fraction = ""] = digits.split(".");
  return BigInt(`${whole}${fraction}${"0".repeat(Math.max(0, Number(exponent) - fraction.length))}`);
}

const MEANT: Readonly<Record<string, string>> = {
  undefined: "null",
  None: "null",
  nil: "null",
  NULL: "null",
  Null: "null",
  True: "true",
  TRUE: "true",
  False: "false",
  FALSE: "false",
};

/** What is said of a word that JSON has not. */
export function wordProblem(word: string): string {
  if (word === "NaN" || word === "Infinity") return notANumber(word);
  const meant = Object.hasOwn(MEANT, word) ? MEANT[word] : undefined;
  if (meant !== undefined) return `JSON has no ${word}: write ${meant}`;
  return `${shown(word)} is no value of JSON: a text is in double quotes, as in ${JSON.stringify(shown(word))}`;
}

const LONGEST = 40;

/** A text as a message shows it. Nothing of one that is long: it may be a secret, which nobody can see of a part. */
export function shown(word: string): string {
  return word.length > LONGEST ? "…" : word;
}
