/** What a test says of one of a line of things: `unknown` when it cannot be tested. */
export type Verdict = "good" | "bad" | "unknown";

/** The next one to be tested. */
export interface BisectionStep {
  /** Its place in the line, from 0. */
  readonly at: number;
  /** About how many tests there are still to be, with this one. */
  readonly tests: number;
}

/**
 * What came out. `found`: `at` is bad, and the one before it is good. `narrowed`: one of those from `first` to `last` is the first bad
 * one, and all of them but `last` cannot be tested. `nothing`: the last one is not bad, or the first one not good, so that there is
 * no such place.
 */
export type BisectionResult =
  | { readonly kind: "found"; readonly at: number }
  | { readonly kind: "narrowed"; readonly first: number; readonly last: number }
  | { readonly kind: "nothing"; readonly at: "first" | "last"; readonly verdict: Verdict };

/**
 * Searches a line of things, of which the first ones are good and all after them bad, for the first bad one: gives what is to be tested and
 * takes what the test said. First the last and the first one, then about log₂ of the line; each that cannot be tested costs one more.
 * Where good and bad ones alternate, the one that is found is bad, and the one before it good.
 *
 * @throws TypeError for a line of less than two.
 */
export function* bisection(count: number): Generator<BisectionStep, BisectionResult, Verdict> {
  if (!Number.isSafeInteger(count) || count < 2) throw new TypeError(`a line to be searched has at least two, not ${count}`);
  const tests = testsBetween(0, count - 1);
  const last = yield { at: count - 1, tests: tests + 2 };
  if (last !== "bad") return { kind: "nothing", at: "last", verdict: last };
  const first = yield { at: 0, tests: tests + 1 };
  if (first !== "good") return { kind: "nothing", at: "first", verdict: first };
  return yield* between(0, count - 1);
}

/** Between a good and a bad one. */
function* between(from: number, to: number): Generator<BisectionStep, BisectionResult, Verdict> {
  let [good, bad] = [from, to];
  const unknown = new Set<number>();
  for (let tried = 0; ;) {
    const at = nextBetween(good, bad, { unknown, tried });
    if (at === undefined) return bad === good + 1 ? { kind: "found", at: bad } : { kind: "narrowed", first: good + 1, last: bad };
    const verdict = yield { at, tests: testsBetween(good, bad) };
    if (verdict === "good") good = at;
    else if (verdict === "bad") bad = at;
    else unknown.add(at);
    // Of those that cannot be tested, others are often near: the next ones are looked for elsewhere.
    tried = verdict === "unknown" ? tried + 1 : 0;
  }
}

function testsBetween(good: number, bad: number): number {
  return Math.ceil(Math.log2(bad - good));
}

interface Tried {
  readonly unknown: ReadonlySet<number>;
  /** How many in a row could not be tested. */
  readonly tried: number;
}

/** The one nearest to the middle; after some that could not be tested, to 1/4, 3/4, 1/8, … */
function nextBetween(good: number, bad: number, { unknown, tried }: Tried): number | undefined {
  const wanted = good + (bad - good) * radicalInverse(tried + 1);
  const rest: number[] = [];
  for (let at = good + 1; at < bad; at++) if (!unknown.has(at)) rest.push(at);
  const [first, ...others] = rest;
  return first === undefined ? undefined : others.reduce((best, at) => (Math.abs(at - wanted) < Math.abs(best - wanted) ? at : best), first);
}

/** The van der Corput sequence: 1/2, 1/4, 3/4, 1/8, 5/8, … */
function radicalInverse(number: number): number {
  let [value, step] = [0, 1 / 2];
  for (let rest = number; rest > 0; rest = Math.floor(rest / 2), step /= 2) value += (rest % 2) * step;
  return value;
}
