import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./clone.ts";
import { runCommand } from "./command.ts";
import type { VitestFile, VitestReport } from "./test-report.ts";

const FAULTS = "tools/gate/faults";
/** A broken adapter may well hang, and must not take the gate with it. */
const TIMEOUT_MS = 600_000;

/** Runs each broken adapter through the published contract of its port, and tells which ones the contract did not notice. */
export async function contractProblems(ports: readonly string[]): Promise<string[]> {
  const files = globSync(`${FAULTS}/*.fault.ts`, { cwd: ROOT }).toSorted();
  const missing = ports.filter((port) => !files.some((file) => file.startsWith(`${FAULTS}/${port}.`)));
  const reports = await runFaults();
  const unnoticed = files.flatMap(
    (file) =>
      problemOf(
        file,
        reports.find(({ name }) => name === join(ROOT, file)),
      ) ?? [],
  );
  return [...missing.map((port) => `${FAULTS}/${port}.fault.ts is missing: each port has an adapter that breaks its contract`), ...unnoticed];
}

async function runFaults(): Promise<readonly VitestFile[]> {
  const directory = mkdtempSync(join(tmpdir(), "dad-contract-"));
  try {
    const report = join(directory, "report.json");
    const reporter = ["--reporter=json", `--outputFile=${report}`];
    const { output } = await runCommand(["vitest", "run", "--config", "tools/gate/vitest.faults.config.ts", ...reporter], { timeoutMs: TIMEOUT_MS });
    return readReport(report, output).testResults;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readReport(file: string, output: string): VitestReport {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as VitestReport;
  } catch (cause) {
    throw new Error(`vitest left no report:\n${output}`, { cause });
  }
}

/** The right test has to fail, and the others have to pass: a suite that refuses everything notices nothing. */
function problemOf(file: string, report: VitestFile | undefined): string | undefined {
  const [, expected] = /^\/\/ Noticed by: (.+)$/m.exec(readFileSync(join(ROOT, file), "utf8")) ?? [];
  if (expected === undefined) return `${file} does not say which test has to notice it ("// Noticed by: <name of a test>")`;
  const names = (status: string) => (report?.assertionResults ?? []).filter((test) => test.status === status).map((test) => test.fullName);
  const [failed, passed] = [names("failed"), names("passed")];
  if (!failed.some((name) => name.includes(expected)))
    return `${file}: the contract does not notice; "${expected}" did not fail\n${told(failed, report)}`;
  return failed.length < passed.length
    ? undefined
    : `${file}: the fault is too coarse, ${failed.length} tests fail and ${passed.length} pass\n${told(failed, report)}`;
}

function told(failed: readonly string[], report: VitestFile | undefined): string {
  const lines = failed.length > 0 ? failed : [report?.message ?? "the file did not run"];
  return lines.map((line) => `  ${line}`).join("\n");
}
