/** A text with its lines joined. */
export interface JoinedLines {
  readonly text: string;
  /** Where in the text with lines a character of this one is. */
  placeOf(at: number): number;
}

/** A line break, as it is or as it is escaped (in JSON, also in JSON), and the white space that belongs to it on its right. */
const BREAK = /(?:[\r\n]|(?<!\\)\\+[nr])(?:[ \t\r\n]|\\+[nrt])*/g;
const [SPACE, TAB, BACKSLASH] = [32, 9, 92];

/** The lines of a text that has more than one. */
export function linesOf(text: string): string[] {
  return text.split(BREAK);
}

/** Without line breaks and the white space around them: base64 is broken into lines wherever a line is full. `undefined` when there are none. */
export function joinedLines(text: string): JoinedLines | undefined {
  if (!mayBreak(text)) return undefined;
  const [parts, starts]: [string[], { readonly joined: number; readonly place: number }[]] = [[], []];
  let [joined, from] = [0, 0];
  const add = (to: number): void => {
    if (to <= from) return;
    starts.push({ joined, place: from });
    parts.push(text.slice(from, to));
    joined += to - from;
  };
  for (const { index, 0: found } of text.matchAll(BREAK)) {
    let to = index;
    while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
    add(to);
    from = index + found.length;
  }
  if (from === 0) return undefined;
  add(text.length);
  return {
    text: parts.join(""),
    placeOf(at) {
      // The last part that begins before it: files have many lines, and may have a secret in each.
      let [first, after] = [0, starts.length];
      while (after - first > 1) {
        const middle = (first + after) >> 1;
        if ((starts[middle]?.joined ?? 0) <= at) first = middle;
        else after = middle;
      }
      const { joined, place } = starts[first] ?? { joined: 0, place: 0 };
      return place + at - joined;
    },
  };
}

/** Where the end of a text may turn out to belong to a line break, when more comes. */
export function endOfLine(text: string): number {
  let end = backslashesAt(text);
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return end;
}

/** Where the backslashes begin that a text ends with. */
export function backslashesAt(text: string): number {
  let at = text.length;
  while (at > 0 && text.charCodeAt(at - 1) === BACKSLASH) at -= 1;
  return at;
}

function mayBreak(text: string): boolean {
  return text.includes("\n") || text.includes("\r") || text.includes(String.raw`\n`) || text.includes(String.raw`\r`);
}

function isBlank(character: number): boolean {
  return character === SPACE || character === TAB;
}
