import type { RunId } from "@dad/protocol";

/** What code of a run has in place of what belongs to the whole process. */
export interface RunPlace {
  readonly runId: RunId;
  /** The whole environment. The code gets a copy: what it writes to `process.env` stays in its place. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path, on this machine. */
  readonly cwd: string;
  /** Aborted when the code is to end. */
  readonly signal: AbortSignal;
  /** Told of a rejection of this code that nobody handles, in its place. The run has to fail by it. Default: it is as in a process without runs. */
  readonly onUnhandledRejection?: (reason: unknown) => void;
}

/**
 * Port: how code of a run is kept apart from that of others in this process. Adapter: `@dad/isolation/scope`.
 *
 * It is for correctness, among runs that mean well. It is no security: hostile code leaves its place at will.
 */
export interface RunScope {
  /**
   * Calls `work`, and settles as it does. It, and whatever it starts, is in the place: also after it has settled. It is given
   * the place as it is inside: with the copy of the environment, and with a signal whose listeners are called in the place,
   * whoever aborts, and which is not aborted any more once the work has settled.
   *
   * @throws TypeError for a `cwd` that is not absolute.
   */
  run<Result>(place: RunPlace, work: (inside: RunPlace) => Result | Promise<Result>): Promise<Result>;
}
