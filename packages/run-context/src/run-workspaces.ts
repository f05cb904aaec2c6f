import type { RunEnvParams } from "@dad/protocol";

export interface OpenWorkspaceOptions {
  /** Goes on with the directory as it is. A run that had none yet gets one. Whoever asks is the only one who works on the run. Default `false`. */
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Where runs work that have no versioned result tree: each in a directory of its own, apart from its record and out of every other
 * run's reach. It stays as it is when the run ends: it is cleared by whoever removes the run.
 */
export interface RunWorkspaces {
  /** Absolute path of the directory of a run, also of one that has none yet. Touches no disk. */
  directoryOf(env: Pick<RunEnvParams, "runDir">): string;
  /** Makes the directory of a run, with the files that it starts from, as a whole or not at all. @throws `WORKSPACE_FAILED`. */
  open(env: Pick<RunEnvParams, "runDir">, options?: OpenWorkspaceOptions): Promise<void>;
}
