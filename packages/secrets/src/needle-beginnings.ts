/** From where on a text may be the beginning of a needle that goes on in what comes after it. Its length when there is no such place. */
export type NeedleBeginnings = (text: string) => number;

const PAIRS = 4096;

/** Says it of all needles at once: the first two characters rule nearly all places out, and the sorted needles the others. */
export function needleBeginnings(needles: readonly string[]): NeedleBeginnings {
  const sorted = [...needles].sort();
  const longest = sorted.reduce((most, { length }) => Math.max(most, length), 0);
  const firsts = new Set(sorted.map((needle) => needle.charCodeAt(0)));
  const pairs = new Uint8Array(PAIRS);
  for (const needle of sorted) pairs[pairAt(needle, 0)] = 1;
  return (text) => {
    const end = text.length - 1;
    for (let at = Math.max(0, text.length - longest + 1); at < end; at += 1) {
      if (pairs[pairAt(text, at)] === 1 && isBeginning(text.slice(at), sorted)) return at;
    }
    return end >= 0 && firsts.has(text.charCodeAt(end)) ? end : text.length;
  };
}

function pairAt(text: string, at: number): number {
  return ((text.charCodeAt(at) << 6) ^ text.charCodeAt(at + 1)) & (PAIRS - 1);
}

/** Whether one of them begins with the text and goes on. These stand together, right after the text itself. */
function isBeginning(text: string, sorted: readonly string[]): boolean {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] ?? "") <= text) from = middle + 1;
    else to = middle;
  }
  return sorted[from]?.startsWith(text) ?? false;
}
