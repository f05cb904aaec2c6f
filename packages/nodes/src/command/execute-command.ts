import { isAbsolute, relative, resolve, sep } from "node:path";
import type { NodeContext } from "@dad/agent";
import { type Command, type ExecResult, type IsolationSpace, strengthened, WorkingDirectoryError } from "@dad/isolation";
import type { StartedCommand } from "@dad/protocol";
import { absoluteInWorkspace } from "../workspace-directory.ts";
import { excerpt, textOfCommand } from "./command-name.ts";
import type { CommandSettings } from "./command-settings.ts";
import { textOf, watchOutput } from "./kept-output.ts";
import { secretEnvironment } from "./secret-environment.ts";

/** What a command wrote, as far as it was kept, without secrets. */
export interface Written {
  readonly stdout: string;
  readonly stderr: string;
  readonly end?: { readonly stdout: string; readonly stderr: string };
  readonly lost: ExecResult["lost"];
}

/** A command that has ended, however it did. */
export interface EndedCommand {
  readonly result: ExecResult;
  readonly written: Written;
}

/** A command with everything decided that the settings decide. */
export type CommandToRun = Omit<CommandSettings, "env"> & { readonly env: Readonly<Record<string, string>> };

/**
 * Runs a command to its end, tells what it writes as it comes, and keeps it as the artifacts `<prefix>stdout` and
 * `<prefix>stderr` (with `-end`, how each ended, when not all was kept). Where it is to be found is recorded as it starts
 * (`command.started`): it outlives a process that is killed.
 *
 * @throws the reason when the signal of the context is aborted, and what the isolation throws.
 */
export async function executeCommand(context: NodeContext, command: CommandToRun, { prefix }: { readonly prefix: string }): Promise<EndedCommand> {
  const { timeoutMs, outputLimitBytes } = command;
  context.signal.throwIfAborted();
  const watch = watchOutput(context, outputLimitBytes);
  let told: Promise<void> | undefined;
  const space = await spaceFor(context, command);
  const env = { ...command.env, ...(await secretEnvironment(context, command.secrets)) };
  const result = await space.exec(commandOf(context, { ...command, env }), {
    signal: context.signal,
    outputLimitBytes,
    onStart(process) {
      told = context.emit("command.started", { command: excerpt(textOfCommand(command), context), ...process } satisfies StartedCommand);
      // Until the command has ended, nobody waits for it.
      told.catch(() => undefined);
    },
    onOutput: (stream, chunk) => watch.onOutput(stream, chunk),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const kept = watch.finish(result);
  for (const stream of ["stdout", "stderr"] as const) {
    await context.record({ name: `${prefix}${stream}`, data: kept[stream].begin, mediaType: "text/plain" });
    if (kept[stream].end) await context.record({ name: `${prefix}${stream}-end`, data: kept[stream].end, mediaType: "text/plain" });
  }
  await told;
  if (result.reason === "aborted") context.signal.throwIfAborted();
  const [stdout, stderr] = [textOf(kept.stdout, context), textOf(kept.stderr, context)];
  const end = kept.stdout.end || kept.stderr.end ? { end: { stdout: stdout.end, stderr: stderr.end } } : {};
  return { result, written: { stdout: stdout.begin, stderr: stderr.begin, ...end, lost: result.lost } };
}

/** A command that a model made is held to more than one that the author of the agent wrote. */
async function spaceFor(context: NodeContext, { isolation }: CommandToRun): Promise<IsolationSpace> {
  if (!context.untrusted) return isolation === undefined ? context.space : context.isolated({ preset: isolation });
  return context.isolated(strengthened({ preset: "contained" }, isolation === undefined ? {} : { preset: isolation }));
}

function commandOf(context: NodeContext, { argv, shell, cwd, env, stdin }: CommandToRun): Command {
  // The schema has seen to it that one of them is there.
  const [program = "sh", ...args] = argv ?? ["sh", "-c", shell ?? ""];
  return { argv: [program, ...args], cwd: directoryOf(context, cwd ?? "."), env, ...(stdin === undefined ? {} : { stdin }) };
}

/** By the rule of the isolation: an absolute path is meant, a relative one that leaves the workspace is a mistake. */
function directoryOf(context: NodeContext, cwd: string): string {
  const directory = absoluteInWorkspace(context, cwd);
  const [first] = relative(absoluteInWorkspace(context, "."), resolve(directory)).split(sep);
  if (first === ".." && !isAbsolute(cwd)) throw new WorkingDirectoryError(cwd, { reason: "it leaves the workspace; an absolute path may" });
  return directory;
}
