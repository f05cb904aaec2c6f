import type { Json } from "@dad/protocol";

export type JsonKind = "object" | "array" | "string" | "number" | "boolean" | "null";

/** A value in a tree, at its place. */
export interface JsonRow {
  /** JSON Pointer (RFC 6901). */
  readonly id: string;
  /** From 1, as `aria-level` is. */
  readonly level: number;
  readonly key?: string | number;
  readonly value: Json;
  readonly kind: JsonKind;
  /** How many members or elements it has. */
  readonly size: number;
  readonly isOpen: boolean;
}

export interface JsonRowsOptions {
  readonly isOpen: (id: string, level: number, size: number) => boolean;
  /** How many rows there are at most. */
  readonly most: number;
}

/** What is seen of a value in a tree, from the top. */
export function jsonRows(value: Json, { isOpen, most }: JsonRowsOptions): { readonly rows: readonly JsonRow[]; readonly isCut: boolean } {
  const rows: JsonRow[] = [];
  const open: Iterator<Omit<JsonRow, "isOpen">>[] = [[rowOf({ id: "", level: 1, value })][Symbol.iterator]()];
  // Without recursion, as deep as it may be; and lazily, as long as it may be.
  for (let inner = open.at(-1); inner; inner = open.at(-1)) {
    const next = inner.next();
    if (next.done === true) {
      open.pop();
      continue;
    }
    if (rows.length === most) return { rows, isCut: true };
    const row = { ...next.value, isOpen: next.value.size > 0 && isOpen(next.value.id, next.value.level, next.value.size) };
    rows.push(row);
    if (row.isOpen) open.push(childrenOf(row));
  }
  return { rows, isCut: false };
}

export function kindOf(value: Json): JsonKind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" ? type : "object";
}

function rowOf(row: Pick<JsonRow, "id" | "level" | "value" | "key">): Omit<JsonRow, "isOpen"> {
  const { value } = row;
  return {
    ...row,
    kind: kindOf(value),
    size: typeof value === "object" && value !== null ? (Array.isArray(value) ? value.length : Object.keys(value).length) : 0,
  };
}

function* childrenOf({ id, level, value }: Pick<JsonRow, "id" | "level" | "value">): Generator<Omit<JsonRow, "isOpen">> {
  for (const [key, child] of members(value)) yield rowOf({ id: `${id}/${escaped(key)}`, level: level + 1, key, value: child });
}

function* members(value: Json): Generator<readonly [string | number, Json]> {
  if (Array.isArray(value)) for (let index = 0; index < value.length; index += 1) yield [index, (value as readonly Json[])[index] ?? null];
  else if (typeof value === "object" && value !== null)
    for (const key of Object.keys(value)) yield [key, (value as Readonly<Record<string, Json>>)[key] ?? null];
}

function escaped(key: string | number): string {
  return String(key).replaceAll("~", "~0").replaceAll("/", "~1");
}

/** How much of a value is looked through, and how much of what is found is shown. */
const MOST_LOOKED_AT = 200_000;
const MOST_FOUND = 500;
/** What is deeper has a name that is too long to be compared with others many times. */
const DEEPEST = 1000;

export interface JsonMatches {
  /** What has to be open so that all that was found is seen. */
  readonly open: ReadonlySet<string>;
  readonly found: ReadonlySet<string>;
  /** There may be more than was found. */
  readonly isCut: boolean;
}

/** A value that is to be looked at, and what it stands in: as deep as it may be, nothing is copied. */
interface Place {
  readonly row: Omit<JsonRow, "isOpen">;
  readonly around: Place | undefined;
}

/** Where a word is in the keys and the texts of a value, in any case of its letters. */
export function findInJson(value: Json, term: string): JsonMatches {
  const word = term.toLowerCase();
  const [open, found] = [new Set<string>(), new Set<string>()];
  const waiting: Place[] = [{ row: rowOf({ id: "", level: 1, value }), around: undefined }];
  let isCut = false;
  for (let place = waiting.pop(), looked = 0; place; place = waiting.pop(), looked += 1) {
    if (looked === MOST_LOOKED_AT || found.size === MOST_FOUND) return { open, found, isCut: true };
    const { row, around } = place;
    if (isMatch(row, word)) {
      found.add(row.id);
      for (let above = around; above && !open.has(above.row.id); above = above.around) open.add(above.row.id);
    }
    if (row.level === DEEPEST) isCut ||= row.size > 0;
    else if (row.size > 0) for (const child of [...childrenOf(row)].reverse()) waiting.push({ row: child, around: place });
  }
  return { open, found, isCut };
}

function isMatch({ key, value }: Pick<JsonRow, "key" | "value">, word: string): boolean {
  if (typeof key === "string" && key.toLowerCase().includes(word)) return true;
  return typeof value === "object" && value !== null ? false : String(value).toLowerCase().includes(word);
}
