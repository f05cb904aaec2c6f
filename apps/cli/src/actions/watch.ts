import { type LocalStore, localStore } from "@dad/local";
import { type RunDetails, type RunId, toCloudEvent } from "@dad/protocol";
import { jsonLine, progressOn, runTree } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT, exitCodeOfRun } from "../exit-code.ts";
import { findRunRootThere } from "../project/find-project.ts";
import { findRun } from "../project/find-run.ts";
import { followRun } from "../project/follow-run.ts";
import { type CommandLine, commandLine } from "../project/next-commands.ts";
import { leaving } from "../terminal/leaving.ts";
import { lineOutput } from "../terminal/line-output.ts";
import { detailsText, stillAsked } from "./show-run.ts";

export interface WatchFlags {
  readonly runRoot?: string;
  readonly follow?: true;
  readonly json?: true;
}

/** Shows how a run of another process goes on, until it ends or nobody works on it any more. Gives the exit code that `dad run` would. */
export async function watchRun(given: string, flags: WatchFlags): Promise<number> {
  offerOwnPackages();
  const cwd = process.cwd();
  const runRoot = await findRunRootThere({ cwd, runRoot: flags.runRoot });
  await using store = localStore({ runRoot });
  const line = await commandLine({ cwd, runRoot, clone: process.env["DAD_CLONE"] });
  const found = await findRun(store, given);
  using leave = leaving();
  const watched = { store, runId: found.runId, signal: leave.signal, stays: flags.follow ?? false };
  try {
    if (flags.json) {
      if (!(await printEvents(watched))) return EXIT.done;
    } else if (goesOn(found, watched)) await showProgress(watched, line);
    const run = await findRun(store, found.runId);
    if (!flags.json) process.stdout.write(`${await detailsText({ ...run, requests: await stillAsked(store, run) }, { runRoot })}\n`);
    // No event says so.
    else if (run.status === "interrupted") process.stderr.write(interruptedText(run, line));
    return exitCodeOfRun(run);
  } catch (error) {
    if (!leave.signal.aborted) throw error;
    const { status } = await findRun(store, found.runId);
    process.stderr.write(
      `left: run ${found.runId} ${status === "running" ? "goes on" : `is ${status}`}; to come back: ${line("watch", found.runId)}\n`,
    );
    return EXIT.done;
  }
}

interface Watched {
  readonly store: LocalStore;
  readonly runId: RunId;
  /** Aborted when somebody leaves. */
  readonly signal: AbortSignal;
  /** Until it is over for good. */
  readonly stays: boolean;
}

function goesOn({ status }: RunDetails, { stays }: Watched): boolean {
  return status === "running" || (stays && (status === "waiting" || status === "interrupted"));
}

/** Shows how the run stands, and then how it goes on. */
async function showProgress({ store, runId, signal, stays }: Watched, line: CommandLine): Promise<void> {
  const before = runTree();
  let seen = 0;
  for await (const event of store.journals.read(runId, { signal })) {
    before.add(event);
    seen = event.seq;
  }
  using progress = progressOn(process.stderr, { term: process.env["TERM"], before, answer: (run, request) => line("answer", run, request) });
  const onInterrupted = (): void => progress.log(interruptedText({ runId }, line));
  for await (const event of followRun(store, { runId, from: seen + 1, signal, stays, onInterrupted })) await progress.onEvent(event);
}

function interruptedText({ runId }: Pick<RunDetails, "runId">, line: CommandLine): string {
  return `run ${runId} is interrupted: nobody works on it; to go on with it: ${line("resume", runId)}\n`;
}

/** All that is recorded, from the beginning. False when nobody reads it any more. */
async function printEvents({ store, runId, signal, stays }: Watched): Promise<boolean> {
  await using out = lineOutput(process.stdout);
  const { gone } = out;
  try {
    for await (const event of followRun(store, { runId, signal: AbortSignal.any([signal, gone]), stays })) {
      const full = out.line(jsonLine(toCloudEvent(event)));
      if (full) await full;
    }
    return true;
  } catch (error) {
    if (gone.aborted) return false;
    throw error;
  }
}
