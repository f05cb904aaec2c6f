import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { OutcomePathError } from "@dad/outcome";
import { DadError } from "@dad/protocol";
import { indexFile } from "./bare-repository.ts";
import type { Git, GitCall } from "./git.ts";
import { includeFiles, type IncludeFrom } from "./include-files.ts";

export interface TreeToFill {
  readonly workTree: string;
  readonly index: string;
  /** The commit whose files it gets. */
  readonly content: string;
  /** Where it gets files from that are ignored. */
  readonly include: IncludeFrom | undefined;
}

/**
 * Gives an empty working tree the files of a commit, and those that `.dadinclude` names. Its index gets its name when everything is
 * there, so that a tree with an index is whole.
 */
export async function fillTree(git: Git, { workTree, index, content, include }: TreeToFill, call: GitCall): Promise<void> {
  const fresh = indexFile(call.gitDir, `seed-${randomUUID()}`);
  try {
    await checkOut(git, content, { ...call, workTree, index: fresh });
    if (include) await includeFiles(git, include, { ...call, workTree, index: fresh });
    await rename(fresh, index);
  } finally {
    for (const left of [fresh, `${fresh}.lock`]) await rm(left, { force: true });
  }
}

async function checkOut(git: Git, content: string, call: GitCall): Promise<void> {
  try {
    await git.run(["read-tree", "--reset", "-u", content], call);
  } catch (error) {
    const said = DadError.is(error) && error.cause instanceof Error ? error.cause.message : "";
    const refused = /invalid path '(.+)'/i.exec(said)?.[1];
    throw refused === undefined ? error : new OutcomePathError(refused, "git refuses this name", { cause: error });
  }
}
