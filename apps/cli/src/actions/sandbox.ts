import { randomUUID } from "node:crypto";
import { constants } from "node:os";
import { resolve } from "node:path";
import {
  type ExecResult,
  type IsolationAdapter,
  type IsolationPolicy,
  type IsolationSpace,
  type NetworkPolicy,
  type Preset,
  resolvePolicy,
  type WorkspaceChange,
} from "@dad/isolation";
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { processIsolation } from "@dad/isolation/process";
import { localIsolation } from "@dad/local";
import { DadError, errorEnvelope, errorFromEnvelope, type IsolationRecord, RunId, type SandboxReport } from "@dad/protocol";
import { isolationRecord } from "@dad/run-context";
import { errorText, isolationLine, jsonText, paintFor, visible } from "@dad/terminal";
import { interruption } from "../agent-file/interruption.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findProject } from "../project/find-project.ts";
import { isDirectory } from "../project/is-directory.ts";
import { repositoryIn } from "../project/repository-in.ts";

export interface SandboxFlags {
  readonly preset: Preset;
  readonly adapter?: "process" | "bubblewrap" | "config";
  readonly network?: NetworkPolicy;
  readonly workspace?: string;
  readonly write?: true;
  readonly mount?: readonly { readonly path: string; readonly mode: "ro" | "rw" }[];
  /** `NAME` or `NAME=value`, in the order given. */
  readonly env?: readonly string[];
  /** In bytes. */
  readonly memory?: number;
  readonly pids?: number;
  readonly cpus?: number;
  /** In seconds. */
  readonly timeout?: number;
  readonly degrade?: true;
  readonly json?: true;
}

/** As docker and coreutils have them. */
const CODES = { timeout: 124, sandbox: 125, missing: 127, killed: 137, signals: 128 };

/** Runs one command in isolation, passes on what it writes, and gives its exit code. */
export async function sandbox(argv: readonly string[], flags: SandboxFlags): Promise<number> {
  const cwd = process.cwd();
  const workspace = resolve(cwd, flags.workspace ?? ".");
  if (!(await isDirectory(workspace))) throw new UsageError(`${workspace} is not a directory: give another --workspace`);
  await assertWritable(workspace, flags);
  const policy = policyOf(flags, cwd);
  using stop = interruption({ say: (text) => process.stderr.write(text), end: () => process.exit(EXIT.cancelled), what: "the command" });
  const report = await reportOf({ argv, workspace, policy, flags, signal: stop.signal });
  if (flags.json) process.stdout.write(jsonText(report));
  else if (report.error) process.stderr.write(`${errorText(errorFromEnvelope(report.error), paintFor(process.stderr))}\n`);
  return exitCodeOf(report);
}

/** What git finds in a directory it executes later, as whoever uses it. */
async function assertWritable(workspace: string, { write, adapter }: SandboxFlags): Promise<void> {
  if (!write && adapter === "process") throw new UsageError("ordinary processes change the directory itself: give --write, or another --adapter");
  const place = write ? await repositoryIn(workspace) : undefined;
  if (place === undefined) return;
  throw new UsageError(
    `${place} is a git repository, whose hooks and settings git would execute as you: leave --write out, or give another directory as --workspace`,
  );
}

interface Sandboxed {
  readonly argv: readonly string[];
  readonly workspace: string;
  readonly policy: IsolationPolicy;
  readonly flags: SandboxFlags;
  readonly signal: AbortSignal;
}

async function reportOf(work: Sandboxed): Promise<SandboxReport> {
  const { argv, workspace, policy, flags, signal } = work;
  const facts = { format: "dad.sandbox/1" as const, command: [...argv], workspace };
  let isolation: IsolationRecord | null = null;
  try {
    const adapter = await adapterOf(flags, workspace);
    await adapter.sweep({ signal });
    const spec = { runId: RunId.parse(`sandbox_${randomUUID()}`), workspace, policy, env: givenEnv(flags.env ?? []) };
    await using space = await adapter.open(spec, { signal });
    isolation = isolationRecord(space, resolvePolicy(policy));
    if (!flags.json) process.stderr.write(`${isolationLine({ isolation }, paintFor(process.stderr))}\n`);
    const result = await run(space, work);
    const changes = await space.changes({ signal });
    if (changes && !flags.json) tellChanges(changes);
    const { commands: _commands, ...usage } = await space.usage();
    return { ...facts, isolation, ...endOf(result), usage, ...(changes ? { changes: changes.map((change) => ({ ...change })) } : {}) };
  } catch (error) {
    return { ...facts, isolation, ...NOT_RUN, error: errorEnvelope(error) };
  }
}

const NOT_RUN = { reason: "not-run", exitCode: null, signal: null, durationMs: 0, stdout: "", stderr: "", lost: { stdout: 0, stderr: 0 } } as const;

function endOf({ reason, exitCode, signal, durationMs, stdout, stderr, lost }: ExecResult) {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { reason, exitCode, signal, durationMs, stdout: text(stdout), stderr: text(stderr), lost };
}

/** What it writes is passed on as it comes; for a report it is kept instead. */
async function run(space: IsolationSpace, { argv, flags, signal }: Sandboxed): Promise<ExecResult> {
  const [program = "", ...args] = argv;
  const unread = new AbortController();
  process.stdout.once("error", () => unread.abort(new DadError("OUTPUT_UNREAD", "nobody reads what it writes any more")));
  const passing = flags.json
    ? {}
    : { outputLimitBytes: 0, onOutput: (stream: "stdout" | "stderr", chunk: Uint8Array) => void process[stream].write(chunk) };
  const input = process.stdin.isTTY ? {} : { stdin: process.stdin as AsyncIterable<Uint8Array> };
  return await space.exec({ argv: [program, ...args], ...input }, { signal: AbortSignal.any([signal, unread.signal]), ...passing });
}

async function adapterOf({ adapter }: SandboxFlags, workspace: string): Promise<IsolationAdapter> {
  const options = { hostEnv: process.env };
  if (adapter === "process") return processIsolation(options);
  if (adapter === "bubblewrap") return bubblewrapIsolation(options);
  const { adapter: own } = (await findProject(workspace, { cwd: workspace })).isolation({});
  if (adapter === "config" && !own) throw new UsageError("dad.config has no isolation.adapter: leave --adapter out, or add one there");
  return own ?? localIsolation(options);
}

function policyOf({ preset, network, write, mount, memory, pids, cpus, timeout, degrade }: SandboxFlags, cwd: string): IsolationPolicy {
  const limits = {
    ...(memory === undefined ? {} : { memoryBytes: memory }),
    ...(pids === undefined ? {} : { pids }),
    ...(cpus === undefined ? {} : { cpuCores: cpus }),
    ...(timeout === undefined ? {} : { wallMs: Math.ceil(timeout * 1000) }),
  };
  return {
    preset,
    limits,
    ...(network === undefined ? {} : { network }),
    workspace: write ? "direct" : "overlay",
    ...(mount === undefined ? {} : { mounts: mount.map(({ path, mode }) => ({ path: resolve(cwd, path), mode })) }),
    ...(degrade ? { onMissing: "degrade" } : {}),
  };
}

function givenEnv(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [name = "", ...value] = text.split("=");
      const found = value.length > 0 ? value.join("=") : process.env[name];
      if (found === undefined) throw new UsageError(`--env ${name}: there is no such variable here: give --env ${name}=<value>`);
      return [name, found];
    }),
  );
}

function tellChanges(changes: readonly WorkspaceChange[]): void {
  const marks = { added: "A", modified: "M", removed: "D" };
  process.stderr.write(changes.length === 0 ? "it changed nothing\n" : changes.map(({ path, kind }) => `${marks[kind]} ${visible(path)}\n`).join(""));
}

function exitCodeOf({ reason, exitCode, signal, error }: SandboxReport): number {
  if (reason === "exited") return exitCode ?? 0;
  if (reason === "timeout") return CODES.timeout;
  if (reason === "memory" || reason === "disk") return CODES.killed;
  if (reason === "aborted") return EXIT.cancelled;
  if (reason === "signaled") return CODES.signals + (constants.signals[signal as NodeJS.Signals] ?? 0);
  return error?.code === "PROGRAM_MISSING" ? CODES.missing : error?.code === "USAGE_INVALID" ? EXIT.usage : CODES.sandbox;
}
