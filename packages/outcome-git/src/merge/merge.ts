import { randomInt } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type AbortOptions, OutcomeFailedError } from "@dad/outcome";
import { assertNoRebase, checkedOutAt } from "./checked-out.ts";
import { OutcomeMergeError } from "../errors.ts";
import { commitsAmong } from "../git/commits.ts";
import type { Git, GitCall } from "../git/git.ts";
import type { GitContext } from "../git-context.ts";
import { whileHolding } from "../git/held-lock.ts";
import { findTarget, type MergedCommit, type MergeTarget, readMerged } from "./merge-target.ts";
import { type Made, makeMerge } from "./merge-trees.ts";
import { transferObjects } from "../git/pack-transfer.ts";
import { bringCommit } from "../project/project-import.ts";
import { ProjectRefusal } from "../project/project-repository.ts";
import { changeRefs, readRefs } from "../git/refs.ts";

export interface MergeOptions extends AbortOptions {
  /**
   * A branch, which is made when it is not there. Default: for a run that started from a revision of the project, the branch of the
   * project that the revision named; for others `main` of the outcome repository, which is refused when it follows a seed.
   */
  readonly into?: string;
  /** One commit with all changes and one parent. Default `false`: the branch goes forward to the commit, or gets one with two parents. */
  readonly squash?: boolean;
  /** First line of the message. Line breaks become spaces. Default: `Merge run <run id>`. */
  readonly subject?: string;
}

/** Where a commit was merged. */
export interface OutcomeMerge {
  readonly kind: "merged" | "fast-forward" | "up-to-date";
  /** Absolute path of the root of the project's working copy, or of a bare repository. */
  readonly repository: string;
  readonly branch: string;
  /** What the branch points to. With `checkedOut`: what it is to point to. */
  readonly commit: string;
  /** The branch is checked out, and was not moved, so that the files there still belong to it. */
  readonly checkedOut?: {
    readonly directory: string;
    /** Keeps the commit in that repository. */
    readonly ref: string;
    /** What moves the branch together with the files, and refuses when changes there are in the way. */
    readonly command: readonly string[];
  };
}

export interface AskedMerge extends MergeOptions {
  readonly commit: string;
}

const TRIES = 20;
const NOTHING = "0".repeat(40);

/** Merges a commit of a run into a branch, without a working tree: see `merge` of {@link GitOutcomeRepository}. */
export async function mergeCommit(context: GitContext, { commit, ...options }: AskedMerge, call: GitCall): Promise<OutcomeMerge> {
  const merged = await readMerged(context, commit, call);
  const target = await findTarget(context, { merged, into: options.into }, call);
  const merge: Merge = { git: context.git, merged, target, options };
  // Others that move the branch are found out; those who merge here would only keep one another from it.
  return whileHolding(join(call.gitDir, "dad-merge.lock"), call.signal, async () => {
    for (let tries = 1; ; tries++) {
      const done = await attempt(merge, tries, call);
      if (done) return done;
      await delay(randomInt(10, 50), undefined, call.signal ? { signal: call.signal } : {});
    }
  });
}

interface Merge {
  readonly git: Git;
  readonly merged: MergedCommit;
  readonly target: MergeTarget;
  readonly options: MergeOptions;
}

/** `undefined`: somebody else has moved the branch meanwhile. */
async function attempt(merge: Merge, tries: number, call: GitCall): Promise<OutcomeMerge | undefined> {
  const { git, target, merged, options } = merge;
  const { repository, branch, ref } = target;
  const place = { ...call, gitDir: target.gitDir };
  const tip = (await readRefs(git, [ref], place)).get(ref);
  await bringTip(merge, tip, call);
  const ends = { ...merged, repository, branch, tip, squash: options.squash ?? false };
  const made = await makeMerge(git, { ...ends, message: messageOf(merge) }, call);
  const answer = { kind: made.kind, repository, branch, commit: made.commit };
  if (made.kind === "up-to-date") return answer;
  await sendCommit(merge, { tip, commit: made.commit }, call);
  await assertNoRebase(merged.commit, target);
  const directory = await checkedOutAt(git, ref, place);
  if (directory !== undefined) return { ...answer, checkedOut: await keep(merge, { made, directory }, place) };
  try {
    await move(merge, { tip, commit: made.commit }, place);
    return answer;
  } catch (cause) {
    call.signal?.throwIfAborted();
    const moved = (await readRefs(git, [ref], place)).get(ref) !== tip;
    if (tries < TRIES && moved) return undefined;
    throw new OutcomeFailedError(`move branch ${branch}`, repository, { cause });
  }
}

/** Merging is done in the repository of outcomes, whose settings are known. */
async function bringTip({ git, target, merged }: Merge, tip: string | undefined, call: GitCall): Promise<void> {
  if (!target.project || tip === undefined) return;
  await bringCommit(git, { project: target.project, commit: tip }, call).catch((cause: unknown) => {
    if (!(cause instanceof ProjectRefusal)) throw cause;
    throw new OutcomeMergeError(merged.commit, cause.message, { cause });
  });
}

interface Sent {
  readonly tip: string | undefined;
  readonly commit: string;
}

async function sendCommit({ git, target }: Merge, { tip, commit }: Sent, call: GitCall): Promise<void> {
  const { project, origin } = target;
  if (!project) return;
  const except = await commitsAmong(
    git,
    [tip, origin].filter((id) => id !== undefined),
    { ...call, gitDir: project.gitDir },
  );
  await transferObjects(git, { from: call.gitDir, to: project.gitDir, commits: [commit], except }, call.signal);
}

/** What is in the way in the project's own repository is for those to remove who work there. */
async function move({ git, target, merged }: Merge, { tip, commit }: Sent, place: GitCall): Promise<void> {
  if (!target.project) return changeRefs(git, [{ name: target.ref, from: tip, to: commit }], place);
  await git.run(["update-ref", "-m", `merge run ${merged.runId}`, target.ref, commit, tip ?? NOTHING], place);
}

async function keep({ git, merged }: Merge, { made, directory }: { readonly made: Made; readonly directory: string }, place: GitCall) {
  const ref = `refs/dad/merges/${merged.runId}`;
  await git.run(["update-ref", ref, made.commit], place);
  return { directory, ref, command: ["git", "-C", directory, "merge", "--ff-only", made.commit] } satisfies OutcomeMerge["checkedOut"];
}

function messageOf({ merged, options }: Merge): string {
  const subject = (options.subject ?? "")
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return `${subject || `Merge run ${merged.runId}`}\n\nDad-Run: ${merged.runId}\nDad-Merged: ${merged.commit}\n`;
}
