import { patternsOf } from "../folder/ignore-rules.ts";
import { decodeStrict } from "../decode-text.ts";
import type { OperationOf } from "./file-operation.ts";
import type { EntryKind, OperationReport } from "./operation-result.ts";
import { assertText, existingFile, lookedAt, type Plan, type PlannedWork, textOfFile } from "./plan.ts";
import { type PlannedEntry, PlanProblem } from "./planned-tree.ts";

// What an operation sees is what the ones before it leave.

const MOST_ENTRIES = 1000;
const MOST_MATCHES = 500;
const MOST_LINES = 100;
const MOST_SEARCHED = 100_000;
const LARGEST_SEARCHED = 1_048_576;
const LARGEST_READ = 262_144;

export async function listDirectory(plan: Plan, { path }: OperationOf<"list_directory">): Promise<PlannedWork> {
  const entries = path === undefined ? await entriesOfTop(plan) : await plan.tree.list(lookedAt(plan, path));
  return look({ entries: entries.slice(0, MOST_ENTRIES), complete: entries.length <= MOST_ENTRIES });
}

/** Of the directory itself, that is what may be looked at. */
async function entriesOfTop({ allowed, tree }: Plan): Promise<readonly PlannedEntry[]> {
  return allowed.includes("") ? tree.list("") : outermost(allowed).map((name) => ({ name, kind: "directory" }));
}

export function listAllowedDirectories({ allowed }: Plan): PlannedWork {
  return look({ directories: allowed.map((directory) => (directory === "" ? "." : directory)) });
}

export async function readFile(plan: Plan, { path }: OperationOf<"read_file">): Promise<PlannedWork> {
  const bytes = await plan.tree.bytes(await existingFile(plan, lookedAt(plan, path)));
  assertText(bytes);
  const complete = bytes.byteLength <= LARGEST_READ;
  return look({ content: decodeStrict(bytes.subarray(0, LARGEST_READ), { cut: !complete }) ?? "", complete });
}

export async function getFileInfo(plan: Plan, { path }: OperationOf<"get_file_info">): Promise<PlannedWork> {
  const state = await plan.tree.state(lookedAt(plan, path));
  if (state.kind === "absent") throw new PlanProblem("there is no such file or directory");
  if (state.kind !== "file") return look({ info: { kind: state.kind } });
  const text = state.size > LARGEST_SEARCHED ? undefined : await textOfFile(plan, state);
  const lines = text === undefined ? {} : { lines: text.split("\n").length - (text.endsWith("\n") || text === "" ? 1 : 0) };
  const mode = state.mode === undefined ? {} : { mode: state.mode.toString(8) };
  return look({ info: { kind: "file", bytes: state.size, ...lines, ...mode } });
}

type Match = NonNullable<OperationReport["matches"]>[number];

interface Search extends OperationOf<"search_files"> {
  readonly plan: Plan;
  /** Where it began, as the tree has it. */
  readonly from: string;
  readonly excluded: (path: string, kind: EntryKind) => boolean;
  readonly found: Match[];
  searched: number;
}

export async function searchFiles(plan: Plan, operation: OperationOf<"search_files">): Promise<PlannedWork> {
  const patterns = patternsOf(operation.exclude ?? []);
  const excluded = (path: string, kind: EntryKind) => patterns.ignores(kind === "directory" ? `${path}/` : path);
  const from = operation.path === undefined ? "" : lookedAt(plan, operation.path);
  const search: Search = { ...operation, plan, from, excluded, found: [], searched: 0 };
  for (const directory of operation.path === undefined ? outermost(plan.allowed) : [from]) await searchIn(search, directory);
  const matches = search.found.slice(0, MOST_MATCHES);
  return look({ matches, complete: search.found.length <= MOST_MATCHES && search.searched < MOST_SEARCHED });
}

/** Without those that are in another one. */
function outermost(directories: readonly string[]): readonly string[] {
  const isIn = (path: string, other: string): boolean => (other === "" ? path !== "" : path.startsWith(`${other}/`));
  return [...new Set(directories)].filter((path) => !directories.some((other) => isIn(path, other))).toSorted();
}

/** Depth first, in the order of names. */
async function searchIn(search: Search, directory: string): Promise<void> {
  for (const { name, kind } of await search.plan.tree.list(directory)) {
    search.plan.signal.throwIfAborted();
    if (search.searched >= MOST_SEARCHED || search.found.length > MOST_MATCHES) return;
    search.searched += 1;
    const path = directory === "" ? name : `${directory}/${name}`;
    if (search.excluded(search.from === "" ? path : path.slice(search.from.length + 1), kind)) continue;
    const match = await matchOf(search, { path, kind }, name);
    if (match) search.found.push(match);
    if (kind === "directory") await searchIn(search, path);
  }
}

async function matchOf({ plan, pattern, text }: Search, found: Pick<Match, "path" | "kind">, name: string): Promise<Match | undefined> {
  if (!name.toLowerCase().includes(pattern.toLowerCase())) return undefined;
  if (text === undefined) return found;
  const lines = await linesWith(plan, found.path, text);
  return lines.length === 0 ? undefined : { ...found, lines: lines.slice(0, MOST_LINES) };
}

async function linesWith(plan: Plan, path: string, text: string): Promise<readonly number[]> {
  const state = await plan.tree.state(path).catch((error: unknown) => {
    // A link, which is not followed.
    if (error instanceof PlanProblem) return undefined;
    throw error;
  });
  if (state?.kind !== "file" || state.size > LARGEST_SEARCHED) return [];
  const content = await textOfFile(plan, state);
  return (content ?? "").split("\n").flatMap((line, index) => (line.includes(text) ? [index + 1] : []));
}

function look(report: OperationReport): PlannedWork {
  return { steps: [], report };
}
