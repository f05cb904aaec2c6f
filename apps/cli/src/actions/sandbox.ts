import { randomUUID } from "node:crypto";
import { constants } from "node:os";
import { resolve } from "node:path";
import {
  type ExecResult,
  type IsolationAdapter,
  type IsolationPolicy,
  type IsolationSpace,
  resolvePolicy,
  type WorkspaceChange,
} from "@dad/isolation";
import { DadError, errorEnvelope, errorFromEnvelope, type IsolationRecord, messageOf, RunId, type SandboxReport } from "@dad/protocol";
import { isolationRecord } from "@dad/run-context";
import { errorText, isolationLine, jsonText, paintFor, visible } from "@dad/terminal";
import { interruption } from "../agent-file/interruption.ts";
import { UsageError } from "../errors.ts";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { findProject } from "../project/find-project.ts";
import { isDirectory } from "../project/is-directory.ts";
import { repositoryIn } from "../project/repository-in.ts";
import { givenEnv, spaceChoice, type SpaceFlags } from "../project/space-choice.ts";

export interface SandboxFlags extends SpaceFlags {
  readonly workspace?: string;
  readonly write?: true;
  readonly json?: true;
}

/** As docker and coreutils have them. */
const CODES = { timeout: 124, sandbox: 125, missing: 127, killed: 137, signals: 128 };

/** Runs one command in isolation, passes on what it writes, and gives its exit code. */
export async function sandbox(argv: readonly string[], flags: SandboxFlags): Promise<number> {
  offerOwnPackages();
  const cwd = process.cwd();
  const workspace = resolve(cwd, flags.workspace ?? ".");
  if (!(await isDirectory(workspace))) throw new UsageError(`${workspace} is not a directory: give another --workspace`);
  await assertWritable(workspace, flags);
  const { adapter, policy: chosen } = spaceChoice(await findProject(workspace, { cwd: workspace }), flags, cwd);
  const policy: IsolationPolicy = { ...chosen, workspace: flags.write ? "direct" : "overlay" };
  using stop = interruption({ say: (text) => process.stderr.write(text), end: () => process.exit(EXIT.cancelled), what: "the command" });
  const report = await reportOf({ argv, workspace, policy, adapter, flags, signal: stop.signal });
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
  readonly adapter: IsolationAdapter;
  readonly flags: SandboxFlags;
  readonly signal: AbortSignal;
}

async function reportOf(work: Sandboxed): Promise<SandboxReport> {
  const { argv, workspace, policy, adapter, flags, signal } = work;
  const facts = { format: "dad.sandbox/1" as const, command: [...argv], workspace };
  let isolation: IsolationRecord | null = null;
  try {
    // What others have left must not keep anybody from working.
    await adapter.sweep({ signal }).catch(() => undefined);
    const spec = { runId: RunId.parse(`sandbox_${randomUUID()}`), workspace, policy, env: givenEnv(flags) };
    await using space = await adapter.open(spec, { signal });
    isolation = isolationRecord(space, resolvePolicy(policy));
    if (!flags.json) process.stderr.write(`${isolationLine({ isolation }, paintFor(process.stderr))}\n`);
    const result = await run(space, work);
    if (!flags.json) tellEnd(result, policy);
    const { changes, unknown } = await changesOf(space, flags);
    const { commands: _commands, ...usage } = await space.usage();
    return { ...facts, isolation, ...endOf(result), usage, ...(changes ? { changes: changes.map((change) => ({ ...change })) } : {}), ...unknown };
  } catch (error) {
    if (signal.aborted) return { ...facts, isolation, ...NOT_RUN, reason: "aborted" };
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

const ENDED: Readonly<Partial<Record<ExecResult["reason"], string>>> = {
  timeout: "it was ended after its time",
  memory: "it was ended: it used more memory than its limit",
  disk: "it was ended: it filled more of the disk than its limit",
};

/** What the exit code alone does not say. */
function tellEnd({ reason, signal }: ExecResult, { limits = {} }: IsolationPolicy): void {
  const { wallMs, memoryBytes } = limits;
  const limit =
    reason === "timeout" && wallMs !== undefined
      ? ` (${wallMs / 1000} s)`
      : reason === "memory" && memoryBytes !== undefined
        ? ` (${memoryBytes} bytes)`
        : "";
  const text = ENDED[reason] ?? (reason === "signaled" ? `it was ended by ${signal}` : undefined);
  if (text !== undefined) process.stderr.write(`${text}${limit}\n`);
}

/** How the command ended is told, whether or not it can be told what it changed. */
async function changesOf(
  space: IsolationSpace,
  { json }: SandboxFlags,
): Promise<{ readonly changes?: readonly WorkspaceChange[]; readonly unknown?: { readonly error: SandboxReport["error"] } }> {
  try {
    const changes = await space.changes();
    if (changes && !json) tellChanges(changes);
    return changes ? { changes } : {};
  } catch (error) {
    if (!json) process.stderr.write(`what it changed cannot be told: ${visible(messageOf(error))}\n`);
    return { unknown: { error: errorEnvelope(error) } };
  }
}

const MOST_TOLD = 50;
const MARKS = { added: "A", modified: "M", removed: "D" };

function tellChanges(changes: readonly WorkspaceChange[]): void {
  if (changes.length === 0) return void process.stderr.write("it changed nothing in its directory\n");
  const lines = changes.slice(0, MOST_TOLD).map(({ path, kind }) => `  ${MARKS[kind]} ${visible(path).replaceAll("\n", String.raw`\x0a`)}\n`);
  const more = changes.length > MOST_TOLD ? `  … and ${changes.length - MOST_TOLD} more: --json lists them\n` : "";
  process.stderr.write(`it changed this, which is thrown away (--write keeps it):\n${lines.join("")}${more}`);
}

function exitCodeOf({ reason, exitCode, signal, error }: SandboxReport): number {
  if (reason === "exited") return exitCode ?? 0;
  if (reason === "timeout") return CODES.timeout;
  if (reason === "memory" || reason === "disk") return CODES.killed;
  if (reason === "aborted") return EXIT.cancelled;
  if (reason === "signaled") return CODES.signals + (constants.signals[signal as NodeJS.Signals] ?? 0);
  return error?.code === "PROGRAM_MISSING" ? CODES.missing : error?.code === "USAGE_INVALID" ? EXIT.usage : CODES.sandbox;
}
