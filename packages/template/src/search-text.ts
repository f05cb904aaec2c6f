/** Up to here the runtime's own search is quick in the worst case too: its time grows with the product of both lengths. */
const SHORT = 32;

/** Where `part`, which is not empty, stands in `text`, without overlaps. The time grows with the sum of both lengths. */
export function* placesOf(part: string, text: string): Generator<number, void> {
  if (part.length > text.length) return;
  const next = part.length <= SHORT ? (from: number) => text.indexOf(part, from) : knuthMorrisPratt(part, text);
  for (let place = next(0); place !== -1; place = next(place + part.length)) yield place;
}

/** Finds the next place at or after an offset, which is behind the place that was found before. */
function knuthMorrisPratt(part: string, text: string): (from: number) => number {
  const borders = bordersOf(part);
  return (from) => {
    let matched = 0;
    for (let index = from; index < text.length; index++) {
      while (matched > 0 && text.charCodeAt(index) !== part.charCodeAt(matched)) matched = borders[matched - 1] ?? 0;
      if (text.charCodeAt(index) === part.charCodeAt(matched)) matched += 1;
      if (matched === part.length) return index + 1 - matched;
    }
    return -1;
  };
}

/** For each beginning of a text the length of the longest shorter beginning that it ends with. */
function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length);
  for (let index = 1, length = 0; index < text.length; index++) {
    while (length > 0 && text.charCodeAt(index) !== text.charCodeAt(length)) length = borders[length - 1] ?? 0;
    if (text.charCodeAt(index) === text.charCodeAt(length)) length += 1;
    borders[index] = length;
  }
  return borders;
}
