import type { Json, NodePath, RunId, RunStatus } from "@dad/protocol";
import type { RunHistory } from "@dad/run-context";

/** What is allowed of that for which a re-run is refused otherwise. */
export interface RerunAllowances {
  /** Nodes before `from` that failed in the earlier run fail again as they did, for whatever handled that. Default `false`. */
  readonly failed?: boolean;
  /** Nodes of the earlier run that the definition has no more: their results are left out. Default `false`. */
  readonly removed?: boolean;
  /** The earlier run has not come to an end: what it completed is reused. Default `false`. */
  readonly unfinished?: boolean;
  /** Effectful nodes that completed in the earlier run are executed once more: all, or those at these paths and in them. Default `false`. */
  readonly effects?: boolean | readonly string[];
}

/** What a new run takes from an earlier one. Paths are whole; `iter_*` in `reask` and `pin` stands for each iteration of a loop. */
export interface RerunOptions {
  /** The id of the earlier run. */
  readonly of: string;
  /**
   * Executes this (a node, a component, a block, a branch, an iteration, the root) and all that comes after it, and reuses all
   * else. What goes on beside it comes not after it. Without it, whatever is unchanged is reused.
   */
  readonly from?: string;
  /**
   * By path, values for members of the settings of a node (`"settings.temperature"` for one in another), or for variables of a
   * component. They are data, in which no template is read, and stay in force for the re-runs of the new run.
   */
  readonly set?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** Nodes, and what they are in, that are executed although they are unchanged. */
  readonly reask?: readonly string[];
  /** Nodes, and what they are in, of which the earlier result is given although they are changed, or come after `from`. */
  readonly pin?: readonly string[];
  /** `false`: all is executed. Default `true`. */
  readonly reuse?: boolean;
  /**
   * What comes from outside (models, and nodes that are not pure) is given from the record; all else is executed, and has to do as
   * it did. The run fails at the first node that is not told, or does not give, what it was. Default `false`.
   */
  readonly replay?: boolean;
  readonly allow?: RerunAllowances;
}

/** The run that a re-run is made from. */
export interface BaseRun {
  readonly runId: RunId;
  readonly status: RunStatus;
  readonly rootComponentId: string;
  readonly history: RunHistory;
}

/** Of each node whose settings were set: by their place in them, the values. */
export type SettingsSet = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** Options whose paths are those of the definition. */
export interface CheckedRerun extends Omit<RerunOptions, "of" | "from" | "set"> {
  readonly from: NodePath | undefined;
  /** With what was set for the earlier run. */
  readonly set: SettingsSet;
  /** The nodes of which something is set now. */
  readonly setNow: readonly string[];
}
