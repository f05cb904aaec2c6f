import type { BigIntStats, Dirent } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { join } from "node:path";
import { isReservedName, prefixesOf } from "../guarded-path.ts";
import { inPlace, listInPlace, openInPlace } from "../open-in-place.ts";
import type { EntryKind } from "./operation-result.ts";

/** Why an operation cannot be planned. `refused`: it must not be done, rather than cannot. `hint`: what may help, in lines of its own. */
export class PlanProblem extends Error {
  readonly refused: boolean;
  readonly hint: string;

  constructor(message: string, { refused = false, hint = "" }: { readonly refused?: boolean; readonly hint?: string } = {}) {
    super(message);
    this.refused = refused;
    this.hint = hint;
  }
}

export interface PlannedFile {
  readonly kind: "file";
  /** Where the content is on disk now, from the root, when it is there. */
  readonly source?: string;
  /** By which a file on disk is known to be the same and unchanged. */
  readonly stamp?: string;
  /** The content, when the plan has changed it. */
  readonly content?: Uint8Array;
  readonly mode?: number;
  readonly size: number;
}

/** `source`: where it is on disk now, when it is there. Without it nothing that is on disk is in it. */
export interface PlannedDirectory {
  readonly kind: "directory";
  readonly source?: string;
}

/** `target`: where it leads, when somebody asked for what is in its directory. */
export interface PlannedLink {
  readonly kind: "link";
  readonly target?: Uint8Array;
}

export type PlannedState = PlannedFile | PlannedDirectory | PlannedLink | { readonly kind: "absent" } | { readonly kind: "special" };

export interface PlannedEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

const ABSENT: PlannedState = { kind: "absent" };
const LARGEST_FILE = 16_777_216;

/** A directory as it will be: what is on disk, with the changes of a plan on top. Reads, and never writes. The root is the empty path. */
export interface PlannedTree {
  /** @throws PlanProblem when the way there leads through a link or a file. */
  state(path: string): Promise<PlannedState>;
  /** What is in a directory, by name, without what is git's. @throws PlanProblem when it is none. */
  list(path: string): Promise<readonly PlannedEntry[]>;
  /** The same, with all that there is to know of each. */
  states(path: string): Promise<readonly (readonly [name: string, state: PlannedState])[]>;
  /** Whether the plan has changed anything in a directory. */
  changedIn(path: string): boolean;
  bytes(file: PlannedFile): Promise<Uint8Array>;
  set(path: string, state: PlannedState): void;
  /** With everything in it. */
  remove(path: string): void;
  /** With everything in it. `state` is what is there. */
  move(path: string, to: string, state: PlannedState): void;
  /** The same once more, to go on with a plan that may fail. */
  fork(): PlannedTree;
}

export function plannedTree(root: string, planned: Map<string, PlannedState> = new Map()): PlannedTree {
  const inside = (path: string) => [...planned].filter(([known]) => known.startsWith(`${path}/`));
  const plannedIn = (path: string) => [...planned].flatMap(([known, state]) => (parentOf(known) === path ? [[nameIn(known), state] as const] : []));
  const directoryAt = async (path: string): Promise<PlannedDirectory> => asDirectory(await tree.state(path));
  const tree: PlannedTree = {
    state: (path) => stateIn(root, planned, path),
    async list(path) {
      const entries = new Map<string, PlannedState["kind"]>(
        (await entriesOnDisk(root, await directoryAt(path))).map(({ name, kind }) => [name, kind]),
      );
      for (const [name, { kind }] of plannedIn(path)) entries.set(name, kind);
      return byName(entries).flatMap(([name, kind]) => (kind === "absent" ? [] : [{ name, kind }]));
    },
    async states(path) {
      const states = new Map(await statesOnDisk(root, await directoryAt(path)));
      for (const [name, state] of plannedIn(path)) states.set(name, state);
      return byName(states).filter(([, { kind }]) => kind !== "absent");
    },
    changedIn: (path) => inside(path).length > 0,
    bytes: (file) => bytesOf(root, file),
    set: (path, state) => void planned.set(path, state),
    remove(path) {
      for (const [known] of inside(path)) planned.delete(known);
      planned.set(path, ABSENT);
    },
    move(path, to, state) {
      const moved = inside(path);
      tree.remove(path);
      tree.remove(to);
      planned.set(to, state);
      for (const [known, itsState] of moved) planned.set(to + known.slice(path.length), itsState);
    },
    fork: () => plannedTree(root, new Map(planned)),
  };
  return tree;
}

/** @throws PlanProblem when it is none. */
export function asDirectory(state: PlannedState): PlannedDirectory {
  if (state.kind === "directory") return state;
  throw new PlanProblem(state.kind === "absent" ? "there is no such directory" : `it is ${nameOf(state)}`);
}

async function bytesOf(root: string, { size, content, source = "" }: PlannedFile): Promise<Uint8Array> {
  if (size > LARGEST_FILE) throw new PlanProblem(`the file has ${size} bytes; at most ${LARGEST_FILE} are read`);
  if (content) return content;
  await using opened = await openInPlace(join(root, source));
  return await opened.readFile();
}

async function stateIn(root: string, planned: ReadonlyMap<string, PlannedState>, path: string): Promise<PlannedState> {
  let state: PlannedState = { kind: "directory", source: "" };
  let reached = "";
  for (const prefix of path === "" ? [] : prefixesOf(path)) {
    if (state.kind === "absent") return ABSENT;
    if (state.kind !== "directory") throw new PlanProblem(`${JSON.stringify(reached)} is not a directory`);
    state = planned.get(prefix) ?? (await stateOnDisk(root, state.source, nameIn(prefix)));
    if (state.kind === "link") throw new PlanProblem(`${JSON.stringify(prefix)} is a link, and links are not followed`, { refused: true });
    reached = prefix;
  }
  return state;
}

async function stateOnDisk(root: string, directory: string | undefined, name: string): Promise<PlannedState> {
  if (directory === undefined) return ABSENT;
  const source = join(directory, name);
  const stats = await statsAt(join(root, source));
  return stats === undefined ? ABSENT : stateOf(source, stats);
}

function stateOf(source: string, stats: BigIntStats): PlannedState {
  const kind = kindOf(stats);
  if (kind === "directory") return { kind, source };
  return kind === "file" ? { kind, source, stamp: stampOf(stats), mode: Number(stats.mode & 0o7777n), size: Number(stats.size) } : { kind };
}

async function entriesOnDisk(root: string, { source }: PlannedDirectory): Promise<readonly PlannedEntry[]> {
  if (source === undefined) return [];
  const entries = await listInPlace(join(root, source));
  return entries.filter(({ name }) => !isReservedName(name)).map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
}

async function statesOnDisk(root: string, directory: PlannedDirectory): Promise<readonly (readonly [string, PlannedState])[]> {
  const { source } = directory;
  if (source === undefined) return [];
  const entries = await entriesOnDisk(root, directory);
  return inPlace(join(root, source), async (place) => {
    const states: [string, PlannedState][] = [];
    for (const { name } of entries) {
      const stats = await statsAt(join(place, name));
      if (stats?.isSymbolicLink()) states.push([name, { kind: "link", target: await readlink(join(place, name), "buffer") }]);
      else if (stats) states.push([name, stateOf(join(source, name), stats)]);
    }
    return states;
  });
}

function byName<State>(entries: ReadonlyMap<string, State>): readonly [string, State][] {
  return [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** `undefined` when nothing is there. */
export async function statsAt(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Changes when the file is another one, or was written to; not when it is moved. */
export function stampOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino}:${size}:${mtimeNs}`;
}

function kindOf(entry: Pick<Dirent, "isSymbolicLink" | "isDirectory" | "isFile">): EntryKind {
  if (entry.isSymbolicLink()) return "link";
  if (entry.isDirectory()) return "directory";
  return entry.isFile() ? "file" : "special";
}

/** Empty for what is in the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export function nameIn(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function nameOf({ kind }: PlannedState): string {
  return { file: "a file", directory: "a directory", link: "a link", special: "a pipe, socket or device", absent: "nothing" }[kind];
}
