import { stat } from "node:fs/promises";
import {
  type Command,
  commandLimits,
  type ExecResult,
  type IsolationLimits,
  type IsolationSpace,
  IsolationClosedError,
  IsolationFailedError,
  mergeEnvironments,
  placeWorkingDirectory,
  ProgramMissingError,
  resolveWorkingDirectory,
} from "@dad/isolation";
import type { Egress } from "./egress.ts";
import type { Housing } from "./housing.ts";
import { type LimitWatch, limitWatch } from "./limit-watch.ts";
import type { Lodging } from "./lodging.ts";
import { changesOf } from "./overlay.ts";
import { type SandboxCommand, SandboxGoneError } from "./sandbox-command.ts";
import { type SpaceCommands, spaceCommands } from "./space-commands.ts";
import { workspaceFiles } from "./workspace-files.ts";

export interface BubblewrapSpaceSpec extends Pick<IsolationSpace, "id" | "adapter" | "cwd" | "env" | "guards" | "degraded"> {
  readonly limits: IsolationLimits;
  /** Whether the kernel leaves memory to us. */
  readonly isMemoryWatched: boolean;
  readonly graceMs: number;
  readonly isOverlay: boolean;
  /** Path of the home of the run. */
  readonly home: string;
  readonly housing: Housing;
  readonly egress: Egress | undefined;
}

const NOTHING = new Uint8Array();

/** One sandbox, that is started with its first command, and again after {@link IsolationSpace.kill}. */
export function bubblewrapSpace(spec: BubblewrapSpaceSpec): IsolationSpace {
  const { housing, egress, limits, home: _home, isOverlay: _overlay, isMemoryWatched: _memory, graceMs: _grace, ...described } = spec;
  const { id, env, cwd: workspace } = described;
  const { commands, watch } = commandsOf(spec);
  let closed: Promise<void> | undefined;
  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted();
    if (closed) throw new IsolationClosedError(id);
  };
  const close = async (): Promise<void> => {
    // The last first, and all of it, whatever fails.
    await using _egress = egress;
    await using _housing = housing;
    await commands.end();
  };
  const lodged = (subject: string): Promise<Lodging> => enter(spec, { watch, assertOpen, subject });

  return {
    ...described,
    files: workspaceFiles({ workspace, isOverlay: spec.isOverlay, housing, lodged: () => lodged(workspace) }),
    async exec(command, options = {}) {
      const assertMayBegin = (): void => assertOpen(options.signal);
      const held = { ...options, ...commandLimits(command, options, limits), assertMayBegin };
      assertMayBegin();
      const prepared = prepare(command, { env, workspace });
      const epoch = commands.epoch();
      const attempt = async (): Promise<ExecResult> => {
        const lodging = await lodged(command.argv[0]);
        assertMayBegin();
        return commands.epoch() === epoch ? commands.run(lodging, prepared, held) : endedBeforehand();
      };
      return twice(command.argv[0], attempt);
    },
    kill: async () => commands.end(),
    usage: async () => ({ commands: commands.count(), ...(await housing.usage()), ...egress?.usage() }),
    async changes({ signal } = {}) {
      assertOpen(signal);
      return changesIn(spec, () => lodged(workspace), signal);
    },
    [Symbol.asyncDispose]: () => (closed ??= close()),
  };
}

function commandsOf(spec: BubblewrapSpaceSpec): { readonly commands: SpaceCommands; readonly watch: LimitWatch } {
  const watch = limitWatch({
    workspace: spec.cwd,
    home: spec.home,
    memoryBytes: spec.isMemoryWatched ? spec.limits.memoryBytes : undefined,
    diskBytes: spec.limits.diskBytes,
    onOver(reason, lodging) {
      commands.condemn(reason, lodging);
      void lodging.sandbox.kill();
    },
  });
  const commands = spaceCommands({ ...spec, watch });
  return { commands, watch };
}

interface Entering {
  readonly watch: LimitWatch;
  readonly assertOpen: () => void;
  /** What needs the sandbox. */
  readonly subject: string;
}

/** The sandbox, with its way out. What fails because the space is closed meanwhile is no failure of the sandbox. */
async function enter({ cwd, housing, egress, isOverlay }: BubblewrapSpaceSpec, { watch, assertOpen, subject }: Entering): Promise<Lodging> {
  const wasRunning = housing.isRunning();
  if (!wasRunning) await resolveWorkingDirectory(cwd, ".");
  try {
    const premises = await housing.premises();
    // Between two commands, others may have worked in the same directory. What is below an overlay has to stay as it is.
    if (wasRunning && !isOverlay) await premises.lendAgain(cwd);
    await watch.measure(premises);
    const lodging = await housing.lodging();
    await egress?.bridge(lodging.sandbox, premises.control);
    return lodging;
  } catch (cause) {
    assertOpen();
    throw new IsolationFailedError(subject, { cause });
  }
}

async function changesIn(
  { cwd: workspace, housing, isOverlay }: BubblewrapSpaceSpec,
  lodged: () => Promise<Lodging>,
  signal: AbortSignal | undefined,
): ReturnType<IsolationSpace["changes"]> {
  if (!isOverlay) return undefined;
  if (!housing.wasUsed()) return [];
  const { overlay } = await housing.premises();
  if (!overlay) return undefined;
  for (let attempt = 0; attempt < MOST_LOOKS; attempt++) {
    const { merged, sandbox } = await lodged();
    const changes = await changesOf(overlay, { lower: workspace, merged }, signal);
    // Commands may have ended the sandbox: then nothing is there, which is not what they made of the workspace.
    if (await stat(merged).catch(() => undefined)) return changes;
    await sandbox.ended;
  }
  throw new IsolationFailedError(workspace, { cause: new Error("its sandbox ends whenever it is looked into"), doing: "tell the changes of" });
}

const MOST_LOOKS = 3;

function prepare(
  { argv, cwd, env: own, stdin }: Command,
  { env, workspace }: { readonly env: SandboxCommand["env"]; readonly workspace: string },
): SandboxCommand {
  const environment = mergeEnvironments(env, own ?? {});
  if (argv[0] === "") throw new ProgramMissingError("", { path: environment.PATH ?? "" });
  return { argv, cwd: placeWorkingDirectory(workspace, cwd ?? "."), env: environment, stdin };
}

/** What ended a sandbox may be noticed only when the next command is to begin there. It gets another sandbox, once. */
async function twice(program: string, attempt: () => Promise<ExecResult>): Promise<ExecResult> {
  try {
    return await attempt().catch(async (error: unknown) => {
      if (error instanceof SandboxGoneError) return attempt();
      throw error;
    });
  } catch (cause) {
    throw cause instanceof SandboxGoneError ? new IsolationFailedError(program, { cause }) : cause;
  }
}

/** Everything was ended while its sandbox started. */
function endedBeforehand(): ExecResult {
  return { reason: "aborted", exitCode: null, signal: null, stdout: NOTHING, stderr: NOTHING, lost: { stdout: 0, stderr: 0 }, durationMs: 0 };
}
