import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { ExecutionId, RelativePath, type RunEnvParams, RunId, RunIdPrefix } from "@dad/protocol";
import { v7 as uuidv7 } from "uuid";
import { RunIdError } from "./errors.ts";

export interface RunEnvOptions {
  /** The directory of the project that the run belongs to. Default: the working directory of the process. */
  readonly projectRoot?: string;
  /** Default: `runs` in the project. Relative paths are taken from the project. */
  readonly runRoot?: string;
  /** Default: a new one, `[<prefix>_]run_<date>_<time>_<random>`, in UTC; of a re-run with `rerun` in it. */
  readonly runId?: string;
  /** Only for a new run id. */
  readonly runIdPrefix?: string;
}

export type RunKind = "run" | "rerun";

/** What a run is called and where it stands. Touches no disk. @throws RunIdError (`RUN_ID_INVALID`). */
export function runEnv(options: RunEnvOptions & { readonly kind?: RunKind }): RunEnvParams {
  const projectRoot = resolve(options.projectRoot ?? ".");
  const runRoot = resolve(projectRoot, options.runRoot ?? "runs");
  const runId = options.runId === undefined ? newRunId(options) : checkedRunId(options.runId);
  const runDir = join(runRoot, runId);
  return { runId, executionId: ExecutionId.parse(uuidv7()), runDir, runRoot, effectiveRunRoot: runRoot, traceDir: traceDirectory(runDir) };
}

/** Where a run keeps what it tells of itself, and where and with what it was executed. */
export function traceDirectory(runDir: string): string {
  return join(runDir, TRACE);
}

const TRACE = ".trace";

/** Where the metadata of a run is read. */
export const METADATA: RelativePath = RelativePath.parse(`${TRACE}/dad_metadata.json`);

function newRunId({ runIdPrefix, kind = "run" }: RunEnvOptions & { readonly kind?: RunKind }): RunId {
  const prefix = runIdPrefix === undefined ? "" : `${checkedPrefix(runIdPrefix)}_`;
  const [date, time] = new Date()
    .toISOString()
    .replaceAll(/[-:]|\..*/g, "")
    .split("T");
  return RunId.parse(`${prefix}${kind}_${date}_${time}_${randomBytes(3).toString("hex")}`);
}

/** @throws RunIdError (`RUN_ID_INVALID`). */
export function checkedRunId(runId: string): RunId {
  const parsed = RunId.safeParse(runId);
  if (!parsed.success) throw new RunIdError("run id", runId, parsed.error.issues[0]?.message);
  return parsed.data;
}

function checkedPrefix(prefix: string): RunIdPrefix {
  const parsed = RunIdPrefix.safeParse(prefix);
  if (!parsed.success) throw new RunIdError("run id prefix", prefix, parsed.error.issues[0]?.message);
  return parsed.data;
}
