import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { prefixesOf } from "../guarded-path.ts";
import { openInPlace } from "../open-in-place.ts";

/** Why an operation cannot be planned. `refused`: it must not be done, rather than cannot. */
export class PlanProblem extends Error {
  readonly refused: boolean;

  constructor(message: string, { refused = false }: { readonly refused?: boolean } = {}) {
    super(message);
    this.refused = refused;
  }
}

export interface PlannedFile {
  readonly kind: "file";
  /** Where the content is on disk now, from the root, when it is there. */
  readonly source?: string;
  /** The content, when the plan has changed it. */
  readonly content?: Uint8Array;
  readonly mode?: number;
  readonly size: number;
}

export type PlannedState =
  | PlannedFile
  | { readonly kind: "absent" }
  /** `fresh`: made by the plan, so that nothing that is on disk is in it. */
  | { readonly kind: "directory"; readonly fresh: boolean }
  | { readonly kind: "link" }
  | { readonly kind: "special" };

const ABSENT: PlannedState = { kind: "absent" };
const LARGEST_TEXT = 16_777_216;

/** A directory as it will be: what is on disk, with the changes of a plan on top. Reads, and never writes. */
export interface PlannedTree {
  /** @throws PlanProblem when the way there leads through a link or a file. */
  state(path: string): Promise<PlannedState>;
  set(path: string, state: PlannedState): void;
  /** With everything in it. */
  remove(path: string): void;
  bytes(file: PlannedFile): Promise<Uint8Array>;
}

export function plannedTree(root: string): PlannedTree {
  const planned = new Map<string, PlannedState>();
  return {
    async state(path) {
      let onDisk = true;
      for (const prefix of prefixesOf(path)) {
        const change = planned.get(prefix);
        const state = change ?? (onDisk ? await stateOnDisk(root, prefix) : ABSENT);
        if (state.kind === "link") throw new PlanProblem(`${JSON.stringify(prefix)} is a link, and links are not followed`, { refused: true });
        if (prefix === path || state.kind === "absent") return state;
        if (state.kind !== "directory") throw new PlanProblem(`${JSON.stringify(prefix)} is not a directory`);
        if (state.fresh) onDisk = false;
      }
      return ABSENT;
    },
    set(path, state) {
      planned.set(path, state);
    },
    remove(path) {
      for (const known of planned.keys()) if (known.startsWith(`${path}/`)) planned.delete(known);
      planned.set(path, ABSENT);
    },
    async bytes(file) {
      if (file.size > LARGEST_TEXT) throw new PlanProblem(`the file has ${file.size} bytes; at most ${LARGEST_TEXT} can be edited`);
      if (file.content) return file.content;
      await using opened = await openInPlace(join(root, file.source ?? ""));
      return await opened.readFile();
    },
  };
}

async function stateOnDisk(root: string, path: string): Promise<PlannedState> {
  let stats: Stats;
  try {
    stats = await lstat(join(root, path));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return ABSENT;
    throw error;
  }
  if (stats.isSymbolicLink()) return { kind: "link" };
  if (stats.isDirectory()) return { kind: "directory", fresh: false };
  return stats.isFile() ? { kind: "file", source: path, mode: stats.mode & 0o777, size: stats.size } : { kind: "special" };
}
