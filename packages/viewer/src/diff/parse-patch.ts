/** A line of a hunk, with its number before and after, from 1. */
export interface DiffLine {
  readonly kind: "same" | "added" | "removed" | "note";
  readonly text: string;
  readonly before?: number;
  readonly after?: number;
}

export interface DiffHunk {
  /** What stands after the numbers, such as the function that it is in. */
  readonly section: string;
  readonly before: number;
  readonly after: number;
  readonly lines: readonly DiffLine[];
}

export interface FilePatch {
  readonly path: string;
  /** Of a file that was moved. */
  readonly from?: string;
  readonly kind: "added" | "modified" | "deleted" | "moved";
  /** Its content is nothing that lines say. */
  readonly binary: boolean;
  /** `100644 → 100755` */
  readonly mode?: string;
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly DiffHunk[];
}

/** Reads a patch in git's format. What is cut off at its end is left out. */
export function parsePatch(patch: string): readonly FilePatch[] {
  const lines = linesOf(patch);
  const files: FilePatch[] = [];
  for (let at = nextFile(lines, 0); at < lines.length;) {
    const head = headOf(lines, at);
    const { hunks, end } = hunksFrom(lines, head.end);
    files.push({ ...head.file, hunks, ...changedLines(hunks) });
    at = nextFile(lines, end);
  }
  return files;
}

/** Reads hunks of the unified format, without names of files. */
export function parseHunks(unified: string): readonly DiffHunk[] {
  const lines = linesOf(unified);
  const first = lines.findIndex((line) => HUNK.test(line));
  return first < 0 ? [] : hunksFrom(lines, first).hunks;
}

function changedLines(hunks: readonly DiffHunk[]): { readonly added: number; readonly removed: number } {
  let [added, removed] = [0, 0];
  for (const { lines } of hunks) {
    for (const { kind } of lines) {
      if (kind === "added") added += 1;
      else if (kind === "removed") removed += 1;
    }
  }
  return { added, removed };
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function beginsFile(line: string): boolean {
  return line.startsWith("diff --git ");
}

function nextFile(lines: readonly string[], from: number): number {
  let at = from;
  while (at < lines.length && !beginsFile(lines[at] ?? "")) at += 1;
  return at;
}

type Head = Omit<FilePatch, "hunks" | "added" | "removed">;

function headOf(lines: readonly string[], start: number): { readonly file: Head; readonly end: number } {
  let end = start + 1;
  while (end < lines.length && !beginsFile(lines[end] ?? "") && !HUNK.test(lines[end] ?? "")) end += 1;
  const head = lines.slice(start + 1, end);
  const after = (prefix: string): string | undefined => head.find((line) => line.startsWith(prefix))?.slice(prefix.length);
  const [oldMode, newMode] = [after("old mode "), after("new mode ")];
  const moved = after("rename from ");
  const path = nameOf(after("rename to ")) ?? sideOf(after("+++ "), "b/") ?? sideOf(after("--- "), "a/") ?? pathOf(lines[start] ?? "");
  const kind =
    after("new file mode") === undefined
      ? after("deleted file mode") === undefined
        ? moved === undefined
          ? "modified"
          : "moved"
        : "deleted"
      : "added";
  const file: Head = {
    path,
    kind,
    binary: head.some((line) => line.startsWith("Binary files ") || line === "GIT binary patch"),
    ...(moved === undefined ? {} : { from: nameOf(moved) ?? moved }),
    ...(oldMode !== undefined && newMode !== undefined ? { mode: `${oldMode} → ${newMode}` } : {}),
  };
  return { file, end };
}

function sideOf(name: string | undefined, prefix: string): string | undefined {
  if (name === undefined || name === "/dev/null") return undefined;
  // A name with a blank in it is followed by a tab.
  const path = nameOf(name.replace(/\t$/, ""));
  return path?.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** Of `diff --git a/x b/x`, where both are the same: nothing else says it of a file that is only a mode or empty. */
function pathOf(line: string): string {
  const names = line.slice("diff --git ".length);
  if (names.startsWith('"')) return (nameOf(names.slice(0, names.indexOf('"', 1) + 1)) ?? names).replace(/^a\//, "");
  const half = names.slice((names.length - 1) / 2 + 1);
  return half.replace(/^b\//, "");
}

/** Git quotes names as C does, with the bytes of what is no ASCII in octal. */
function nameOf(name: string | undefined): string | undefined {
  if (name === undefined || !name.startsWith('"')) return name;
  const bytes: number[] = [];
  for (const [token] of name.slice(1, -1).matchAll(/\\[0-7]{3}|\\.|[^\\]+/gs)) {
    if (/^\\[0-7]/.test(token)) bytes.push(Number.parseInt(token.slice(1), 8) & 255);
    else for (const byte of new TextEncoder().encode(token.startsWith("\\") ? unescaped(token[1] ?? "") : token)) bytes.push(byte);
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

const ESCAPES: ReadonlyMap<string, string> = new Map(Object.entries({ n: "\n", t: "\t", r: "\r", a: "\u0007", b: "\b", v: "\v", f: "\f" }));

function unescaped(letter: string): string {
  return ESCAPES.get(letter) ?? letter;
}

/** The lengths in its header say where a hunk ends: a line in it may look like anything. */
function hunksFrom(lines: readonly string[], start: number): { readonly hunks: readonly DiffHunk[]; readonly end: number } {
  const hunks: DiffHunk[] = [];
  let end = start;
  for (let header = HUNK.exec(lines[end] ?? ""); header; header = HUNK.exec(lines[end] ?? "")) {
    const [before, after] = [Number(header[1]), Number(header[3])];
    const read = hunkLines(lines, { start: end + 1, before, after, removed: Number(header[2] ?? 1), added: Number(header[4] ?? 1) });
    hunks.push({ section: header[5] ?? "", before, after, lines: read.lines });
    end = read.end;
  }
  return { hunks, end };
}

interface HunkPlace {
  readonly start: number;
  readonly before: number;
  readonly after: number;
  readonly removed: number;
  readonly added: number;
}

function hunkLines(lines: readonly string[], place: HunkPlace): { readonly lines: readonly DiffLine[]; readonly end: number } {
  const read: DiffLine[] = [];
  let [at, before, after] = [place.start, place.before, place.after];
  const [lastBefore, lastAfter] = [before + place.removed, after + place.added];
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const text = line.slice(1);
    if (line.startsWith("\\")) read.push({ kind: "note", text: text.trim() });
    else if (before >= lastBefore && after >= lastAfter) break;
    else if (line.startsWith("+")) read.push({ kind: "added", text, after: after++ });
    else if (line.startsWith("-")) read.push({ kind: "removed", text, before: before++ });
    else read.push({ kind: "same", text, before: before++, after: after++ });
  }
  return { lines: read, end: at };
}
