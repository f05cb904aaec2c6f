import type { IsolationAdapter } from "@dad/isolation";
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { type EscapeReport, runEscapes } from "@dad/isolation/escapes";
import { processIsolation } from "@dad/isolation/process";
import { examineMachine } from "@dad/local";
import { type MachineReport, messageOf } from "@dad/protocol";
import { jsonText, paintFor, visible } from "@dad/terminal";
import { interruption } from "../agent-file/interruption.ts";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { findProject } from "../project/find-project.ts";
import { machineText } from "../terminal/machine-text.ts";

export interface DoctorFlags {
  readonly isolation?: true;
  readonly json?: true;
}

/** Says what this machine can do; with `--isolation`, also what its isolations hold back when somebody tries. */
export async function doctor(flags: DoctorFlags): Promise<number> {
  const cwd = process.cwd();
  offerOwnPackages();
  const config = await configCheck(cwd);
  const own = config.adapter;
  const adapters = [processIsolation({ hostEnv: process.env }), bubblewrapIsolation({ hostEnv: process.env }), ...(own ? [own] : [])];
  using stop = interruption({ say: (text) => process.stderr.write(text), end: () => process.exit(EXIT.cancelled), what: "what is tried" });
  const { signal } = stop;
  const examined = await examineMachine({ directory: cwd, hostEnv: process.env, adapters, signal });
  const checked = { ...examined, checks: [...examined.checks, ...config.checks] };
  const report = flags.isolation ? await proved(checked, adapters, signal) : checked;
  process.stdout.write(flags.json ? jsonText(report) : `${machineText(visible(report), paintFor(process.stdout))}\n`);
  return isSound(report) ? EXIT.done : EXIT.failed;
}

/** Of a project whose config cannot be read, all else is told all the same. */
async function configCheck(cwd: string): Promise<{ readonly adapter?: IsolationAdapter | undefined; readonly checks: MachineReport["checks"] }> {
  try {
    return { adapter: (await findProject(cwd, { cwd })).isolation({}).adapter, checks: [] };
  } catch (error) {
    return { checks: [{ name: "config", status: "missing", detail: messageOf(error), remedy: "mend dad.config, or run this elsewhere" }] };
  }
}

/** The report with what came of the attempts on each isolation that is there. */
async function proved(report: MachineReport, adapters: readonly IsolationAdapter[], signal: AbortSignal): Promise<MachineReport> {
  const isolation: MachineReport["isolation"] = [];
  for (const [index, known] of report.isolation.entries()) {
    const adapter = adapters[index];
    isolation.push(known.available && adapter ? { ...known, proof: proofOf(await tried(adapter, signal)) } : known);
  }
  return { ...report, isolation };
}

async function tried(adapter: IsolationAdapter, signal: AbortSignal): Promise<EscapeReport> {
  const report = await runEscapes(adapter, {
    signal,
    onVerdict: ({ id, verdict }) => void process.stderr.write(`${adapter.name}: ${id} ${verdict}\n`),
  });
  for (const { id, title, verdict, detail } of report.verdicts)
    if (verdict === "escaped" || verdict === "invalid") process.stderr.write(`${adapter.name}: ${verdict}: ${id}, ${title}: ${visible(detail)}\n`);
  return report;
}

function proofOf({ guards }: EscapeReport): NonNullable<MachineReport["isolation"][number]["proof"]> {
  return guards.map(({ guard, claimed, verdict, attempts }) => ({ guard, claimed, verdict, attempts: { ...attempts } }));
}

function isSound({ checks, isolation }: MachineReport): boolean {
  return (
    checks.every(({ status }) => status !== "missing") && isolation.every(({ proof = [] }) => proof.every(({ verdict }) => verdict !== "broken"))
  );
}
