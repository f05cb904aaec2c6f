// What `npm test` runs: all tests of all projects, then how many passed, failed and were skipped.
// Arguments go on to vitest: `npm test -- packages/artifacts`.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ALLOWED_SKIPS } from "./allowed-skips.ts";
import { ROOT } from "./clone.ts";
import { programOf } from "./command.ts";
import { closingLine, countTests, refuseSkips, type TestCounts, type VitestReport } from "./test-report.ts";

const args = process.argv.slice(2);
/** Choosing tests by name makes vitest report all others as skipped. */
const chosenByName = args.some((argument) => /^(-t|--testNamePattern)/.test(argument));

function runVitest(reportFile: string): Promise<number> {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const child = spawn(programOf("vitest"), ["run", ...reporters, ...args], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** A run without a report, or with nothing in it, is a failure: "no test failed" must not mean "no test ran". */
function readCounts(reportFile: string, code: number): TestCounts {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(reportFile, "utf8")) as VitestReport;
  } catch {
    return { passed: 0, failed: [`vitest ended with ${code} and left no report`], skipped: [] };
  }
  if (!report.testResults.some((file) => file.status !== "skipped")) return { passed: 0, failed: ["no test ran"], skipped: [] };
  return countTests({ ...report, success: report.success && code === 0 }, ROOT);
}

function show({ failed, skipped }: TestCounts): void {
  for (const name of failed) console.log(`failed: ${name}`);
  if (!chosenByName) for (const name of skipped) console.log(`skipped: ${name}`);
}

const directory = mkdtempSync(join(tmpdir(), "dad-test-"));
try {
  const reportFile = join(directory, "report.json");
  const all = readCounts(reportFile, await runVitest(reportFile));
  const strict = (process.env.CI ?? "false") !== "false" && !chosenByName;
  const counts = strict ? refuseSkips(all, ALLOWED_SKIPS) : all;
  show(counts);
  console.log(closingLine(counts));
  process.exitCode = counts.failed.length === 0 ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
