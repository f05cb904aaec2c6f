/** Names that are longer are not compared: the work grows with the square of the length. */
const LONGEST = 128;
const MOST = 1000;

/** The nearest of the names that could be meant, when one is near enough to be a slip. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  const limit = Math.max(1, Math.floor(name.length / 3));
  for (const candidate of names.slice(0, MOST)) {
    if (name.length > LONGEST || Math.abs(candidate.length - name.length) > limit) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && distance < (best?.distance ?? Infinity)) best = { name: candidate, distance };
  }
  return best?.name;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= from.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const steps = [at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + (same ? 0 : 1)];
      rows[row]?.push(Math.min(...steps, ...(swapped ? [at(row - 2, column - 2) + 1] : [])));
    }
  }
  return at(from.length, to.length);
}

const LISTED = 10;

/** `did you mean "x"? there are …`: the end of a message about a name that is not there. */
export function nameHint(name: string, names: readonly string[]): string {
  if (names.length === 0) return "there is none";
  const suggestion = nearestName(name, names);
  const listed = names.slice(0, LISTED).map(quoted).join(", ");
  const rest = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return `${suggestion === undefined ? "" : `did you mean ${quoted(suggestion)}? `}there ${names.length === 1 ? "is" : "are"} ${listed}${rest}`;
}

/** Keys of data may be as long as data. */
function quoted(name: string): string {
  return JSON.stringify(name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name);
}
