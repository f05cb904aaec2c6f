import { z } from "zod";
import { ArtifactEntry, Descriptor } from "./artifact.ts";
import { NodePath, RunId } from "./id.ts";
import { NodeFingerprint } from "./node-fingerprint.ts";
import { FailureHandling, NodeDecision, NodeOrigin, NodeStatus, OutcomeRef, RerunOf } from "./run.ts";
import { Usage } from "./usage.ts";

/** One execution of a node, by the entry that says how it ended (or that it began), in the journal of the run that executed it. */
export const LineageRef = NodeOrigin.extend({ path: NodePath });
export type LineageRef = z.infer<typeof LineageRef>;

/** A run of a lineage. `gone`: neither the run is there nor what another one retains of it. */
export const LineageRun = z.looseObject({
  runId: RunId,
  record: z.enum(["there", "gone", "damaged"]),
  startedAt: z.iso.datetime().optional(),
  /** Of a re-run. */
  rerun: RerunOf.optional(),
});
export type LineageRun = z.infer<typeof LineageRun>;

/** An attempt before the one that counts. */
export const LineageAttempt = z.looseObject({
  attempt: z.int().positive(),
  status: NodeStatus,
  startedAt: z.iso.datetime().nullable(),
  durationMs: z.number().nonnegative().nullable(),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
});
export type LineageAttempt = z.infer<typeof LineageAttempt>;

/**
 * An element whose results a node was made of: `read`, its settings were; `decided`, a block around it decided by them that it is
 * executed, and its settings were not.
 */
export const LineageInput = z.looseObject({
  path: NodePath,
  how: z.enum(["read", "decided"]),
  /** Of a component or a block: its kind. */
  kind: z.string().optional(),
  /** The node itself, or those of which the result of the component consists. */
  nodes: z.array(LineageRef),
});
export type LineageInput = z.infer<typeof LineageInput>;

/** A value that somebody gave from outside, for the node or for variables of a component around it. */
export const LineageGiven = z.looseObject({
  /** As it was given: with `iter_*` for each iteration. */
  path: z.string(),
  /** The run that it was given to, of which the others took it over. */
  runId: RunId,
  at: z.iso.datetime(),
});
export type LineageGiven = z.infer<typeof LineageGiven>;

/** A change of files that a node saw, with its commit in the run that the node was executed in. */
export const LineageWriter = LineageRef.extend({ commit: z.string() });
export type LineageWriter = z.infer<typeof LineageWriter>;

/** One execution of a node, and what it was made of. */
export const LineageNode = LineageRef.extend({
  /** The run whose journal says so. Another one than the run that executed it when the journal of that one is not there. */
  recordedIn: RunId,
  status: NodeStatus,
  decision: NodeDecision,
  nodeType: z.string().optional(),
  /** `null`: not recorded. */
  startedAt: z.iso.datetime().nullable(),
  /** By the monotonic clock. `null`: it did not end, or that is not recorded. */
  durationMs: z.number().nonnegative().nullable(),
  /** Absent: not recorded. */
  fingerprint: NodeFingerprint.optional(),
  /** `null`: it asked no model, as far as that is recorded. */
  usage: Usage.nullable(),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  /** What became of its failure. */
  handled: FailureHandling.optional(),
  /** The value that it gave. `null`: it gave none. */
  result: Descriptor.nullable(),
  /** With which commit it ended, when it changed files. */
  outcome: OutcomeRef.optional(),
  /** The attempts before it, in the run that executed it. */
  attempts: z.array(LineageAttempt),
  /** Static inputs. `null`: there are some, and they are not in the journal itself. */
  given: z.array(LineageGiven).nullable(),
  /** Members of its settings that were set for the re-run that executed it. */
  set: z.array(z.string()),
  /** Who had changed the files that it saw, oldest first. Absent: it sees none, or that is not recorded. */
  writers: z.array(LineageWriter).optional(),
  /** `null`: not recorded. */
  inputs: z.array(LineageInput).nullable(),
  /** How many inputs it has that are not told, because they are further away than was asked for. */
  cut: z.int().positive().optional(),
});
export type LineageNode = z.infer<typeof LineageNode>;

/** What `dad why --json` prints: how an artifact of a node, or a node, came about. */
export const Lineage = z.looseObject({
  format: z.literal("dad.lineage/1"),
  runId: RunId,
  path: NodePath,
  /** How the node came to its result in this run, and when. */
  here: z.looseObject({ seq: z.int().positive(), attempt: z.int().positive(), decision: NodeDecision, at: z.iso.datetime() }),
  /** The one that was asked for. */
  artifact: ArtifactEntry.optional(),
  /** All of the node. Without contents. */
  artifacts: z.array(ArtifactEntry),
  /** How far away from the node its inputs are told. */
  depth: z.int().nonnegative(),
  /** This run, the one that it was made from, and so on, as far back as anything of the lineage was executed. */
  runs: z.array(LineageRun),
  /** Each execution once: first the one that made what was asked for, then its inputs, those that are near before those that are far. */
  nodes: z.array(LineageNode),
});
export type Lineage = z.infer<typeof Lineage>;
