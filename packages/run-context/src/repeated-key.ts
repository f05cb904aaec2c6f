/** A key that a JSON text has twice in one object, and where it is the second time. `JSON.parse` takes the last one without a word. */
export interface RepeatedKey {
  readonly key: string;
  readonly offset: number;
}

/** The first such key of a text that is JSON. */
export function repeatedKey(json: string): RepeatedKey | undefined {
  // The keys so far of each object around a place; an array has none.
  const around: Array<Set<string> | undefined> = [];
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "{") around.push(new Set());
    else if (character === "[") around.push(undefined);
    else if (character === "}" || character === "]") around.pop();
    else if (character === '"') {
      const end = endOfString(json, at);
      if (isKey(json, end)) {
        const key = JSON.parse(json.slice(at, end)) as string;
        if (around.at(-1)?.has(key)) return { key, offset: at };
        around.at(-1)?.add(key);
      }
      at = end - 1;
    }
  }
  return undefined;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at + 1;
}

function isKey(json: string, end: number): boolean {
  let at = end;
  while (/\s/.test(json[at] ?? "")) at += 1;
  return json[at] === ":";
}
