import { randomUUID } from "node:crypto";
import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { confinedDirectory } from "@dad/disk";
import { type ExecResult, type IsolationSpace, resolvePolicy } from "@dad/isolation";
import { type IsolationRecord, messageOf, RunId } from "@dad/protocol";
import { isolationRecord } from "@dad/run-context";
import type { Repository } from "./open-outcomes.ts";
import { givenEnv, type SpaceChoice, type SpaceFlags } from "./space-choice.ts";

/** The files of a commit in a directory of their own, and a space in which commands see these and nothing else of the host. */
export interface TryOut extends AsyncDisposable {
  readonly isolation: IsolationRecord;
  /** Large files whose content is no more. */
  readonly missing: readonly string[];
  /** Runs a line of the shell. */
  run(line: string, options: TryOutRunOptions): Promise<ExecResult>;
}

export interface TryOutRunOptions {
  readonly signal: AbortSignal;
  readonly onOutput: (chunk: Uint8Array) => void;
}

export interface TryOutOptions extends SpaceChoice {
  readonly repository: Repository;
  readonly env: SpaceFlags["env"];
  readonly signal: AbortSignal;
}

/** Makes both. What commands leave in the directory goes with it. @throws what the isolation and the repository throw. */
export async function openTryOut(commit: string, { repository, adapter, policy, env, signal }: TryOutOptions): Promise<TryOut> {
  const directory = await mkdtemp(join(tmpdir(), "dad-bisect-"));
  try {
    const workspace = join(directory, "files");
    const { missing } = await repository.checkout(commit, workspace, { signal });
    const spec = { runId: RunId.parse(`bisect_${randomUUID()}`), workspace, policy, env: givenEnv(env === undefined ? {} : { env }) };
    const space: IsolationSpace = await adapter.open(spec, { signal });
    return {
      isolation: isolationRecord(space, resolvePolicy(policy)),
      missing,
      run: (line, { onOutput, ...abort }) =>
        space.exec({ argv: ["sh", "-c", line] }, { ...abort, outputLimitBytes: 0, onOutput: (_stream, chunk) => onOutput(chunk) }),
      [Symbol.asyncDispose]: () => closeWith(space, directory),
    };
  } catch (error) {
    await removeWhole(directory);
    throw error;
  }
}

async function closeWith(space: IsolationSpace, directory: string): Promise<void> {
  try {
    await space[Symbol.asyncDispose]();
  } finally {
    await removeWhole(directory);
  }
}

/** What a command left may be links, and directories that nobody may write in. */
async function removeWhole(directory: string): Promise<void> {
  const failure = (operation: string, path: string, cause: unknown) => new Error(`cannot ${operation} ${path}: ${messageOf(cause)}`, { cause });
  await confinedDirectory({ root: directory, failure }).remove("files");
  await rmdir(directory);
}
