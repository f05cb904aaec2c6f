import { eventMatcher, type EventPattern } from "@dad/events";
import { type LocalStore, localStore } from "@dad/local";
import { DadError, messageOf, type RecordedEvent, RunId, toCloudEvent } from "@dad/protocol";
import { eventText, jsonLine, paintFor } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRootThere } from "../project/find-project.ts";
import { findRun } from "../project/find-run.ts";
import { followRun } from "../project/follow-run.ts";
import { commandLine } from "../project/next-commands.ts";
import { leaving } from "../terminal/leaving.ts";
import { lineOutput } from "../terminal/line-output.ts";

export interface LogsFlags {
  readonly runRoot?: string;
  readonly follow?: true;
  /** First sequence number. */
  readonly from?: number;
  readonly type?: readonly string[];
  readonly path?: string;
  readonly json?: true;
}

/** Prints what is recorded of a run, a line for each event. */
export async function showLogs(given: string, flags: LogsFlags): Promise<number> {
  const isWanted = wantedBy(flags);
  offerOwnPackages();
  const runRoot = await findRunRootThere({ cwd: process.cwd(), runRoot: flags.runRoot });
  await using store = localStore({ runRoot });
  const lineOf = flags.json ? (event: RecordedEvent) => jsonLine(toCloudEvent(event)) : await textLines(runRoot);
  using leave = leaving();
  await using out = lineOutput(process.stdout);
  const ends = AbortSignal.any([leave.signal, out.gone]);
  try {
    const runId = RunId.safeParse(given).data ?? (await findRun(store, given)).runId;
    let count = 0;
    for await (const event of eventsOf(store, runId, { ...flags, signal: ends })) {
      if (!isWanted(event)) continue;
      count += 1;
      const full = out.line(lineOf(event));
      if (full) await full;
    }
    if (count === 0) process.stderr.write(`run ${runId} has no such event\n`);
  } catch (error) {
    // It fails with what may have been meant.
    if (DadError.is(error, "RUN_UNKNOWN")) await findRun(store, given);
    if (!ends.aborted) throw error;
  }
  return EXIT.done;
}

interface Extent extends Pick<LogsFlags, "follow" | "from"> {
  readonly signal: AbortSignal;
}

function eventsOf(store: LocalStore, runId: RunId, { follow, from = 1, signal }: Extent): AsyncIterable<RecordedEvent> {
  return follow ? followRun(store, { runId, from, signal }) : store.journals.read(runId, { from, signal });
}

/** @throws UsageError (`USAGE_INVALID`) for a malformed pattern. */
function wantedBy({ type, path }: Pick<LogsFlags, "type" | "path">): (event: RecordedEvent) => boolean {
  try {
    const at = path === undefined ? {} : { path };
    const matchers = (type ?? ["*"]).map((pattern) => eventMatcher({ type: pattern as EventPattern, ...at }));
    return (event) => matchers.some((matches) => matches(event));
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(messageOf(error)) : error;
  }
}

/** `12  2026-11-22T07:34:43.000Z  node coder.plan started` */
async function textLines(runRoot: string): Promise<(event: RecordedEvent) => string> {
  const paint = paintFor(process.stdout);
  const line = await commandLine({ cwd: process.cwd(), runRoot, clone: process.env["DAD_CLONE"] });
  const look = { paint, answer: (run: string, request: string) => line("answer", run, request) };
  return (event) => `${paint("dim", `${String(event.seq).padStart(5)}  ${event.time}`)}  ${eventText(event, look)}`;
}
