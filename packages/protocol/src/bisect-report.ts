import { z } from "zod";
import { NodePath, RunId } from "./id.ts";
import { IsolationRecord } from "./isolation-record.ts";
import { Json } from "./json.ts";
import { LineageRef } from "./lineage.ts";
import { OutcomeFileChange } from "./outcome-report.ts";
import { FinalStatus, NodeDecision } from "./run.ts";

/** A commit of a run that can be tested. */
export const BisectCommit = z.looseObject({
  /** Its place in the line, from 0: what the run started from. */
  at: z.int().nonnegative(),
  commit: z.string(),
  /** Whose commit it is. Absent for the start, and for what a run changed that no node did. */
  path: NodePath.optional(),
  attempt: z.int().positive().optional(),
});
export type BisectCommit = z.infer<typeof BisectCommit>;

/** One test of the files of a commit. */
export const BisectTest = BisectCommit.extend({
  /** `unknown`: the test said that it cannot tell (exit code 125). */
  verdict: z.enum(["good", "bad", "unknown"]),
  exitCode: z.int().nullable(),
  /** It was ended after its time, which is bad. */
  timedOut: z.boolean().optional(),
  durationMs: z.number().nonnegative(),
  /** How what it wrote ends. */
  output: z.string(),
});
export type BisectTest = z.infer<typeof BisectTest>;

/** The commit that made the test fail, and how it came about. */
export const BisectCulprit = BisectCommit.extend({
  status: FinalStatus.optional(),
  decision: NodeDecision.optional(),
  /** Where the node was executed: of what was reused, in another run. */
  made: LineageRef.optional(),
  /** Sorted by path. */
  changes: z.array(OutcomeFileChange),
  /**
   * What a model was asked, as it got it, and what came of that: by the node, or by the nearest of those that it was made of. `null`: there
   * is none, or that is not kept.
   */
  prompt: z.looseObject({ ...LineageRef.shape, text: z.string(), answer: Json }).nullable(),
  /** What the node gave. `null` when that is not kept, too. */
  result: Json,
});
export type BisectCulprit = z.infer<typeof BisectCulprit>;

/** What `dad bisect --json` prints. */
export const BisectReport = z.looseObject({
  format: z.literal("dad.bisect/1"),
  runId: RunId,
  test: z.string(),
  /**
   * `found`: by the commit `culprit`. `narrowed`: by one of `candidates`, of which all but the last cannot be tested. `passes`: the test
   * does not fail at the end. `fails`: it fails already at the start. `unknown`: the start or the end cannot be tested.
   */
  result: z.enum(["found", "narrowed", "passes", "fails", "unknown"]),
  culprit: BisectCulprit.optional(),
  candidates: z.array(BisectCommit).optional(),
  /** How many commits were searched. */
  commits: z.int().nonnegative(),
  /** In the order in which they were made. */
  tests: z.array(BisectTest),
  /** How the tests were held. */
  isolation: IsolationRecord,
});
export type BisectReport = z.infer<typeof BisectReport>;
