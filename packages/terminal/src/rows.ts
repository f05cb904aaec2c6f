/** Text in columns, each as wide as its widest cell. `plain` is what a cell measures, `shown` what is printed. */
export interface Cell {
  readonly plain: string;
  readonly shown?: string;
}

const GAP = 2;

/** Lines of cells in columns. Of what does not fit into `columns`, the last cells are left out. */
export function rowLines(rows: readonly (readonly Cell[])[], columns = Number.POSITIVE_INFINITY): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, at) => Math.max(...rows.map((row) => row[at]?.plain.length ?? 0)));
  const fitting = widths.filter((_, at) => at === 0 || widths.slice(0, at + 1).reduce((sum, width) => sum + width + GAP, -GAP) < columns).length;
  return rows.map((row) =>
    row
      .slice(0, fitting)
      .map(({ plain, shown = plain }, at) => (at === fitting - 1 ? shown : `${shown}${" ".repeat((widths[at] ?? 0) - plain.length + GAP)}`))
      .join("")
      .trimEnd(),
  );
}
