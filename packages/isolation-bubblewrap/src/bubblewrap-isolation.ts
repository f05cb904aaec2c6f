import { statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { isMainThread } from "node:worker_threads";
import { type Guard, homes, type IsolationAdapter, IsolationUnavailableError, resolvePolicy } from "@dad/isolation";
import { type Examination, type ExaminationOptions, examine, findBwrap } from "./examine.ts";
import { sweepLeftovers, temporaryHomes } from "./leftovers.ts";
import { type Host, NAME, openSpace } from "./open-space.ts";
import { DEFAULT_UIDS, runUsers, type UidRange } from "./run-users.ts";

export interface BubblewrapIsolationOptions {
  /**
   * The environment of the host, from which `PATH`, `LANG`, `LC_ALL`, `TZ` and `TERM` pass, and nothing else. Default: only a
   * `PATH` with this node and the usual directories.
   */
  readonly hostEnv?: Readonly<Record<string, string | undefined>>;
  /**
   * Absolute path of the directory in which each run has its `HOME`, under its id. It is removed when the last space of the
   * run is closed, and still there for a run that goes on after its process was killed. Default: a temporary directory for
   * each space.
   */
  readonly homes?: string;
  /** Path of `bwrap`. Default: `/usr/bin/bwrap`, else the first in the `PATH` of `hostEnv`. */
  readonly program?: string;
  /** Milliseconds that a command has between being asked to end and being ended. Default 2000. */
  readonly graceMs?: number;
  /** On a root host: the user ids that runs get, one each, while they have a space. Default: 60706 to 61183, which nobody else gives away. */
  readonly uids?: UidRange;
  /** Whether control groups limit memory and processor time, where this process may make them. Default true. */
  readonly cgroups?: boolean;
  /** The most that `/tmp` in a space holds, in bytes. It is memory. Default 256 MiB. */
  readonly tmpBytes?: number;
}

const DEFAULT_GRACE_MS = 2000;
const DEFAULT_TMP_BYTES = 256 * 1024 * 1024;

/**
 * Holds back code that nobody has read: each space is a sandbox of its own, which sees the programs of the machine, its
 * workspace, a home and a `/tmp`, and nothing else; with no network unless its policy says so. Linux, with bubblewrap from 0.8 on.
 */
export function bubblewrapIsolation(options: BubblewrapIsolationOptions = {}): IsolationAdapter {
  const { hostEnv = {}, graceMs = DEFAULT_GRACE_MS, tmpBytes = DEFAULT_TMP_BYTES, cgroups: usesCgroups = true } = options;
  const users = process.getuid?.() === 0 ? runUsers(options.uids ?? DEFAULT_UIDS) : undefined;
  const host: Host = { hostEnv, homeOf: options.homes === undefined ? temporaryHomes() : homes(options.homes), users, graceMs, tmpBytes };
  const examined = remembered({ program: options.program, path: hostEnv.PATH ?? "", usesCgroups, users });

  return {
    name: NAME,

    async probe({ signal } = {}) {
      signal?.throwIfAborted();
      const { probe } = await examined();
      signal?.throwIfAborted();
      return probe;
    },

    async open(spec, { signal } = {}) {
      signal?.throwIfAborted();
      if (!isAbsolute(spec.workspace)) throw new TypeError(`the workspace of run ${spec.runId} must be an absolute path, not ${spec.workspace}`);
      // bwrap ends with the thread that started it: PR_SET_PDEATHSIG of prctl(2).
      if (!isMainThread) throw new TypeError("a space of bubblewrap is opened by the main thread: with a worker that ends, its sandboxes would end");
      const policy = resolvePolicy(spec.policy);
      const { probe, machine } = await examined();
      signal?.throwIfAborted();
      if (!machine) throw new IsolationUnavailableError(NAME, Object.keys(policy.required) as Guard[], probe.problems);
      return openSpace(host, { probe, machine }, { spec, policy });
    },

    async sweep({ signal } = {}) {
      signal?.throwIfAborted();
      return { removed: await sweepLeftovers({ users, homes: options.homes, usesCgroups }) };
    },
  };
}

/** Examines the machine once, and again when bwrap was changed, or when it was not good enough. */
function remembered(options: ExaminationOptions): () => Promise<Examination> {
  let known: { readonly key: string; readonly program: string | undefined; readonly examination: Promise<Examination> } | undefined;
  return async () => {
    const program = known?.program ?? options.program ?? (await findBwrap(options.path));
    const changed = program === undefined ? undefined : statSync(program, { throwIfNoEntry: false })?.mtimeMs;
    const key = `${program} ${changed} ${process.getuid?.()}`;
    if (known?.key !== key) known = { key, program, examination: examine(options) };
    const examination = await known.examination;
    if (!examination.machine) known = undefined;
    return examination;
  };
}
