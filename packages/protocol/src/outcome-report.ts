import { z } from "zod";
import { Digest } from "./digest.ts";
import { NodePath, RunId } from "./id.ts";
import { FinalStatus, LargeFile, NodeDecision, OutcomeRef, RunStatus } from "./run.ts";

const count = z.int().nonnegative();

/** A file that differs between two commits. */
export const OutcomeFileChange = z.looseObject({ path: z.string(), kind: z.enum(["added", "modified", "deleted"]) });
export type OutcomeFileChange = z.infer<typeof OutcomeFileChange>;

/** How many files differ. */
export const OutcomeFileCounts = z.looseObject({ added: count, modified: count, deleted: count });
export type OutcomeFileCounts = z.infer<typeof OutcomeFileCounts>;

/** One element of what `dad outcome ls --json` prints: a run with an outcome. */
export const OutcomeListEntry = z.looseObject({
  runId: RunId,
  /** The repository that has it. */
  project: z.string(),
  /** As its journal says. `null`: its journal is not there. */
  status: RunStatus.nullable(),
  branch: z.string(),
  /** The newest one. */
  commit: z.string(),
  subject: z.string(),
  /** When it was made. */
  time: z.iso.datetime(),
  /** Since the start of the run. `null`: it was not counted. */
  changes: OutcomeFileCounts.nullable(),
});
export type OutcomeListEntry = z.infer<typeof OutcomeListEntry>;

/** What a node changed: the commit of one of its attempts. */
export const OutcomeNodeCommit = z.looseObject({
  path: NodePath,
  attempt: z.int().positive(),
  status: FinalStatus,
  decision: NodeDecision,
  commit: z.string(),
  /** The files that it began with. */
  parent: z.string().optional(),
});
export type OutcomeNodeCommit = z.infer<typeof OutcomeNodeCommit>;

/** The files of an outcome that somebody asked for. */
export const OutcomePlace = z.looseObject({
  runId: RunId,
  /** As they were when this node had ended. Without it: the newest ones. */
  node: NodePath.optional(),
  /** Whose commit they are, when the node changed nothing itself. */
  by: NodePath.optional(),
  commit: z.string(),
});
export type OutcomePlace = z.infer<typeof OutcomePlace>;

/** What `dad outcome show --json` prints. */
export const OutcomeReport = z.looseObject({
  format: z.literal("dad.outcome/1"),
  ...OutcomePlace.shape,
  status: RunStatus,
  branch: z.string(),
  /** What it is compared with: where the run began. */
  start: OutcomeRef,
  /** The run that it was re-run from, at whose commit it began. */
  rerunOf: RunId.optional(),
  /** Absolute path, or a URL. */
  repository: z.string(),
  /** By nodes, in the order of the commits. */
  commits: z.array(OutcomeNodeCommit),
  /** Since the start. Sorted by path. */
  changes: z.array(OutcomeFileChange),
  /** Files that are kept as artifacts. */
  large: z.array(LargeFile),
});
export type OutcomeReport = z.infer<typeof OutcomeReport>;

/** A commit of a run. */
export const OutcomeLogCommit = z.looseObject({
  commit: z.string(),
  parent: z.string().optional(),
  subject: z.string(),
  time: z.iso.datetime(),
  author: z.looseObject({ name: z.string(), email: z.string() }),
  node: z.string().optional(),
  attempt: z.int().positive().optional(),
  /** Of what the node gave. */
  result: Digest.optional(),
  /** Since the commit before it. */
  changes: OutcomeFileCounts,
});
export type OutcomeLogCommit = z.infer<typeof OutcomeLogCommit>;

/** What `dad outcome log --json` prints. */
export const OutcomeLog = z.looseObject({
  format: z.literal("dad.outcome-log/1"),
  runId: RunId,
  branch: z.string(),
  /** The newest first. */
  commits: z.array(OutcomeLogCommit),
  /** How many older ones there are. */
  omitted: count,
});
export type OutcomeLog = z.infer<typeof OutcomeLog>;

/** What `dad outcome diff --json` prints. */
export const OutcomeDiff = z.looseObject({
  format: z.literal("dad.outcome-diff/1"),
  differs: z.boolean(),
  before: OutcomePlace,
  after: OutcomePlace,
  /** Sorted by path. */
  changes: z.array(OutcomeFileChange),
  /** The same with contents, in git's format. */
  patch: z.string(),
});
export type OutcomeDiff = z.infer<typeof OutcomeDiff>;

/** What `dad outcome checkout --json` prints. */
export const OutcomeCheckoutReport = z.looseObject({
  format: z.literal("dad.outcome-checkout/1"),
  ...OutcomePlace.shape,
  /** Absolute path. */
  directory: z.string(),
  /** So many files and links were written. */
  files: count,
  /** Large files whose content is no more: their pointers are in their place. */
  missing: z.array(z.string()),
});
export type OutcomeCheckoutReport = z.infer<typeof OutcomeCheckoutReport>;

/** What `dad outcome merge --json` prints. */
export const OutcomeMergeReport = z.looseObject({
  format: z.literal("dad.outcome-merge/1"),
  ...OutcomePlace.shape,
  /** `up-to-date`: the branch has it already. */
  kind: z.enum(["merged", "fast-forward", "up-to-date"]),
  squash: z.boolean(),
  /** Absolute path: the working copy of the project, or the repository of the outcomes. */
  repository: z.string(),
  branch: z.string(),
  /** What the branch points to now; with `checkedOut`, what it will point to. */
  merged: z.string(),
  /** Files that are kept as artifacts: the branch has their pointers. */
  large: z.array(LargeFile),
  /** The branch is checked out there, and was not moved: `command` does it. */
  checkedOut: z.looseObject({ directory: z.string(), ref: z.string(), command: z.array(z.string()) }).optional(),
});
export type OutcomeMergeReport = z.infer<typeof OutcomeMergeReport>;
