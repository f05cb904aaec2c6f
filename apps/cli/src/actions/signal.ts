import { randomUUID } from "node:crypto";
import { localStore } from "@dad/local";
import type { InboxSignal, Json, SignalReport } from "@dad/protocol";
import { jsonText } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { RunOverError, UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRootThere } from "../project/find-project.ts";
import { findRun } from "../project/find-run.ts";
import { commandLine } from "../project/next-commands.ts";
import { parseJson } from "../project/parse-json.ts";
import { readGiven } from "../project/read-given.ts";
import { whoIsHere } from "../project/who-is-here.ts";
import { goingOnText } from "../terminal/going-on-text.ts";
import { hostRedactor } from "../terminal/host-secrets.ts";

export interface SignalFlags {
  readonly data?: string;
  readonly file?: string;
  readonly comment?: string;
  readonly runRoot?: string;
  readonly json?: true;
}

/** What somebody tells a run, as they wrote it. */
export interface Told {
  readonly runId: string;
  readonly name: string;
}

/** Tells a run something, which it records as `custom.emitted`. */
export async function signalRun({ runId, name: called }: Told, flags: SignalFlags): Promise<number> {
  offerOwnPackages();
  const cwd = process.cwd();
  if (called.trim() === "") throw new UsageError("what is told has to have a name");
  // What is in the inbox, anybody may read who reads the record.
  const secrets = hostRedactor();
  const [name, data] = [secrets.text(called), secrets.json(await dataOf(flags, cwd))];
  const runRoot = await findRunRootThere({ cwd, runRoot: flags.runRoot });
  const line = await commandLine({ cwd, runRoot, clone: process.env["DAD_CLONE"] });
  await using store = localStore({ runRoot });
  const found = await findRun(store, runId);
  if (found.status === "completed") throw new RunOverError(found.runId);
  const by = whoIsHere(flags.comment && secrets.text(flags.comment));
  const message: InboxSignal = { format: "dad.inbox/1", kind: "signal", id: randomUUID(), runId: found.runId, name, data, by };
  await store.inbox.post(message);
  // Whoever works on it may have come, or gone, meanwhile.
  const run = await findRun(store, runId);
  const report: SignalReport = { format: "dad.signal/1", runId: run.runId, status: run.status, message: message.id, name, data, by };
  process.stdout.write(flags.json ? jsonText(report) : `run ${run.runId} is told ${JSON.stringify(name)}: ${goingOnText(run, line)}\n`);
  return EXIT.done;
}

async function dataOf({ data, file }: SignalFlags, cwd: string): Promise<Json> {
  const remedy = "A text is in double quotes";
  if (data !== undefined) return parseJson(data, { place: "--data", remedy });
  return file === undefined ? null : parseJson(await readGiven(file, cwd), { place: file === "-" ? "stdin" : file, remedy });
}
