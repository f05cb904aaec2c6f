import type { RunId } from "@dad/protocol";
import type { Git, GitCall } from "../git/git.ts";
import { changeRefs, type ReadCommit, readCommits, readRefs, refsOf, writeCommit } from "../git/refs.ts";

/** How a run ends whose branch shows nothing but its ends. */
export interface RunEnd {
  readonly runId: RunId;
  /** The commit that the run started from: where its branch is before its first end. */
  readonly base: string;
  readonly tree: string;
  readonly message: string;
  /** An end that leaves the files as the one before is none. */
  readonly onlyChanged: boolean;
}

/** Puts one commit on the branch of a run for all that has happened since its last end, or its start. @returns the commit that the branch is at. */
export async function commitEnd(git: Git, { runId, base, tree, message, onlyChanged }: RunEnd, call: GitCall): Promise<ReadCommit> {
  const { branch } = refsOf(runId);
  const tip = (await readCommits(git, [branch], call)).get(branch);
  if (onlyChanged && tip?.tree === tree) return tip;
  const parent = tip?.commit ?? base;
  const commit = await writeCommit(git, { tree, parent, message }, call);
  await changeRefs(git, [{ name: branch, from: parent, to: commit }], call);
  return { commit, tree, parent };
}

export interface EndTag {
  readonly runId: RunId;
  readonly commit: string;
  readonly message: string;
}

/** Puts the annotated tag of a run on the commit that it ended with. One that is at an earlier end moves. */
export async function tagEnd(git: Git, { runId, commit, message }: EndTag, call: GitCall): Promise<void> {
  const { tag } = refsOf(runId);
  const from = (await readRefs(git, [tag], call)).get(tag);
  const tagger = (await git.run(["var", "GIT_COMMITTER_IDENT"], call)).trim();
  const content = `object ${commit}\ntype commit\ntag ${tag.slice(TAGS.length)}\ntagger ${tagger}\n\n${message}`;
  const to = (await git.run(["mktag"], { ...call, input: content })).trim();
  await changeRefs(git, [{ name: tag, from, to }], call);
}

const TAGS = "refs/tags/";
