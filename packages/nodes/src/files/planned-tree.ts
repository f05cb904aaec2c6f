import type { BigIntStats, Dirent } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { isGitName, prefixesOf } from "../guarded-path.ts";
import { listInPlace, openInPlace } from "../open-in-place.ts";
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

export type PlannedState = PlannedFile | PlannedDirectory | { readonly kind: "absent" } | { readonly kind: "link" } | { readonly kind: "special" };

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
  const tree: PlannedTree = {
    state: (path) => stateIn(root, planned, path),
    async list(path) {
      const state = await tree.state(path);
      if (state.kind !== "directory") throw new PlanProblem(state.kind === "absent" ? "there is no such directory" : `it is ${nameOf(state)}`);
      const entries = new Map((await entriesOnDisk(root, state)).map(({ name, kind }) => [name, kind]));
      for (const [known, { kind }] of planned) {
        if (parentOf(known) !== path) continue;
        if (kind === "absent") entries.delete(nameIn(known));
        else entries.set(nameIn(known), kind);
      }
      return [...entries].map(([name, kind]) => ({ name, kind })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async bytes(file) {
      if (file.size > LARGEST_FILE) throw new PlanProblem(`the file has ${file.size} bytes; at most ${LARGEST_FILE} are read`);
      if (file.content) return file.content;
      await using opened = await openInPlace(join(root, file.source ?? ""));
      return await opened.readFile();
    },
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
  if (stats === undefined) return ABSENT;
  const kind = kindOf(stats);
  if (kind === "directory") return { kind, source };
  return kind === "file" ? { kind, source, stamp: stampOf(stats), mode: Number(stats.mode & 0o7777n), size: Number(stats.size) } : { kind };
}

async function entriesOnDisk(root: string, { source }: PlannedDirectory): Promise<readonly PlannedEntry[]> {
  if (source === undefined) return [];
  const entries = await listInPlace(join(root, source));
  return entries.filter(({ name }) => !isGitName(name)).map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
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
