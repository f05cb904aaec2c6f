import { type LocalStore, localStore } from "@dad/local";
import { DadError, RunId, type RunReport } from "@dad/protocol";
import { collectReport, reportPage } from "@dad/report";
import { jsonText, placeText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRootThere } from "../project/find-project.ts";
import { findRun } from "../project/find-run.ts";
import { reportFile } from "../project/report-file.ts";
import { reportPorts } from "../project/report-ports.ts";
import type { PageFile } from "../project/write-page.ts";
import { counted, sizeText } from "../terminal/counted.ts";

export interface ReportFlags {
  /** `-`: stdout. */
  readonly output?: string;
  readonly against?: string;
  readonly runRoot?: string;
  readonly json?: true;
}

export interface ReportOptions extends ReportFlags {
  readonly version: string;
}

const STDOUT = "-";

/** Writes what is known of a run into one page, or prints it as JSON. */
export async function reportRun(run: string, { version, ...flags }: ReportOptions): Promise<number> {
  if (flags.json && flags.output === STDOUT) throw new UsageError("--json and --output - do not go together: only one of them can be on stdout");
  offerOwnPackages();
  const cwd = process.cwd();
  const runRoot = await findRunRootThere({ cwd, runRoot: flags.runRoot });
  const writesPage = flags.output === undefined ? !flags.json : flags.output !== STDOUT;
  // Found fit before anything is read.
  const file = writesPage ? await reportFile(flags.output, { run, against: flags.against, cwd }) : undefined;
  const report = await collected({ run, against: flags.against }, { runRoot, version });
  const told = flags.json || !file ? process.stderr : process.stdout;
  if (flags.json) process.stdout.write(jsonText(report));
  if (file) told.write(await written(report, file, cwd));
  else if (!flags.json) process.stdout.write(await reportPage(report));
  tellWhatIsMissing(report, told);
  return EXIT.done;
}

interface GivenRuns {
  readonly run: string;
  readonly against: string | undefined;
}

async function collected(
  { run, against }: GivenRuns,
  { runRoot, version }: { readonly runRoot: string; readonly version: string },
): Promise<RunReport> {
  await using store = localStore({ runRoot, hostEnv: process.env });
  const runId = await idOf(store, run);
  const before = against === undefined ? undefined : await idOf(store, against);
  await using ports = reportPorts(store);
  try {
    return await collectReport(ports, { runId, against: before, version });
  } catch (error) {
    // It says what may have been meant.
    if (DadError.is(error, "RUN_UNKNOWN")) for (const id of [run, against ?? run]) await findRun(store, id);
    throw error;
  }
}

async function idOf(store: LocalStore, given: string): Promise<RunId> {
  return RunId.safeParse(given).data ?? (await findRun(store, given)).runId;
}

async function written(report: RunReport, file: PageFile, cwd: string): Promise<string> {
  const page = await reportPage(report);
  await file.write(page);
  const what = report.before
    ? `the report of ${report.run.details.runId} against ${report.before.details.runId}`
    : `the report of ${report.run.details.runId}`;
  return `${what} is in ${visible(placeText(file.place, cwd))} (${sizeText(Buffer.byteLength(page))})\n`;
}

const OMITTED = { spans: "span", logs: "log record", events: "event", contents: "content", patch: "file of the outcome" } as const;

/** What is in no report, or not whole, and what could not be read. */
function tellWhatIsMissing({ run, before }: RunReport, to: NodeJS.WritableStream): void {
  for (const { details, omitted, damage = [] } of before ? [run, before] : [run]) {
    const of = before ? ` of ${details.runId}` : "";
    for (const { what, count, reason } of omitted)
      to.write(`not all${of}: ${counted(count, OMITTED[what], many(OMITTED[what]))} (${visible(reason)})\n`);
    for (const error of damage) process.stderr.write(`not readable${of}: ${error.code}: ${visible(error.message)}\n`);
  }
}

function many(one: string): string {
  return one === OMITTED.patch ? "files of the outcome" : `${one}s`;
}
