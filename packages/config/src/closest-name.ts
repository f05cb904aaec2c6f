/** The name that was probably meant: the one with the fewest changed characters, when they are few. */
export function closestName(written: string, names: readonly string[]): string | undefined {
  const distances = names.map((name) => ({ name, distance: editDistance(written.toLowerCase(), name.toLowerCase()) }));
  const [closest] = distances.sort((left, right) => left.distance - right.distance);
  return closest && closest.distance <= Math.max(1, Math.floor(closest.name.length / 3)) ? closest.name : undefined;
}

/** Levenshtein's distance, row by row. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [above, character] of left.split("").entries()) {
    const next = [above + 1];
    for (let column = 1; column <= right.length; column += 1) {
      const changed = at(row, column - 1) + (character === right[column - 1] ? 0 : 1);
      next.push(Math.min(changed, at(row, column) + 1, at(next, column - 1) + 1));
    }
    row = next;
  }
  return at(row, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
