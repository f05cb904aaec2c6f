/** Lines as somebody wrote them and as the file has them: the same text, indented in another way. */
export interface IndentPair {
  readonly wanted: string;
  readonly found: string;
}

/** What one step deeper is, where it was written and in the file. */
interface Units {
  readonly wanted: string;
  readonly found: string;
}

/**
 * How lines that were written with one indentation are indented in the file; `undefined` where the pairs contradict each other,
 * or say nothing of it. What goes deeper than all pairs does so in the unit of the file.
 */
export function indentationFrom(pairs: readonly IndentPair[], written: readonly string[], text: string): (indent: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  for (const { wanted, found } of pairs) known.set(wanted, known.has(wanted) && known.get(wanted) !== found ? undefined : found);
  if ([...known].every(([wanted, found]) => wanted === found)) return (indent) => indent;
  const units = once(() => unitsOf([...known], [...known.keys(), ...written], text));
  return (indent) => {
    if (known.has(indent)) return known.get(indent);
    const above = longest([...known.keys()].filter((wanted) => indent.startsWith(wanted)));
    if (above !== undefined) return deeper(known.get(above), indent.slice(above.length), units());
    const below = shortest([...known.keys()].filter((wanted) => wanted.startsWith(indent)));
    return below === undefined ? undefined : shallower(known.get(below), below.slice(indent.length), units());
  };
}

/** From two pairs, where the one goes deeper than the other; else from what was written and what the file has. */
function unitsOf(known: readonly (readonly [string, string | undefined])[], written: readonly string[], text: string): Units {
  for (const [wanted, found] of known)
    for (const [deeperWanted, deeperFound] of known) {
      const isDeeper = deeperWanted !== wanted && deeperWanted.startsWith(wanted);
      if (!isDeeper || found === undefined || deeperFound === undefined || deeperFound === found || !deeperFound.startsWith(found)) continue;
      return { wanted: deeperWanted.slice(wanted.length), found: deeperFound.slice(found.length) };
    }
  const unit = unitOf(written) ?? "";
  return { wanted: unit, found: unitOf(indentsOf(text)) ?? unit };
}

/** By what the indentation of lines most often changes. A single space is none, as in the comments of many languages. */
function unitOf(indents: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const [index, indent] of indents.entries()) {
    const step = stepBetween(indents[index - 1] ?? indent, indent);
    if (step !== "" && step !== " ") counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return [...counts].toSorted(([a, many], [b, more]) => more - many || a.length - b.length)[0]?.[0];
}

function stepBetween(a: string, b: string): string {
  const [less, more] = a.length < b.length ? [a, b] : [b, a];
  return more.startsWith(less) ? more.slice(less.length) : "";
}

function indentsOf(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.slice(0, line.length - line.trimStart().length)]));
}

function once<Value>(find: () => Value): () => Value {
  let found: { readonly value: Value } | undefined;
  return () => (found ??= { value: find() }).value;
}

/** Whole steps become steps of the file; what is left over aligns something, and stays. */
function deeper(base: string | undefined, more: string, units: Units): string | undefined {
  if (base === undefined) return undefined;
  const { steps, rest } = stepsIn(more, units.wanted);
  return base + units.found.repeat(steps) + rest;
}

function shallower(base: string | undefined, less: string, units: Units): string | undefined {
  if (base === undefined) return undefined;
  const { steps, rest } = stepsIn(less, units.wanted);
  return base.slice(0, Math.max(0, base.length - steps * units.found.length - rest.length));
}

function stepsIn(indent: string, unit: string): { readonly steps: number; readonly rest: string } {
  if (unit === "" || !indent.startsWith(unit)) return { steps: 0, rest: indent };
  const { steps, rest } = stepsIn(indent.slice(unit.length), unit);
  return { steps: steps + 1, rest };
}

function longest(texts: readonly string[]): string | undefined {
  return texts.toSorted((a, b) => b.length - a.length)[0];
}

function shortest(texts: readonly string[]): string | undefined {
  return texts.toSorted((a, b) => a.length - b.length)[0];
}
