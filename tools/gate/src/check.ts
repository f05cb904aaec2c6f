// The gate, `npm run check`: every step runs, one line each, with its output when it failed.
// `--only <step>` (repeatable) chooses steps; `--list` names them; `--verbose` shows all output.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { runCommand } from "./command.ts";
import { runSteps, type Step, type StepResult } from "./step.ts";
import { gateSteps } from "./steps.ts";

const { values } = parseArgs({
  options: { only: { type: "string", multiple: true }, list: { type: "boolean" }, verbose: { type: "boolean" } },
});

async function runStep({ name, commands }: Step): Promise<StepResult> {
  const started = performance.now();
  const output: string[] = [];
  let ok = true;
  for (const command of commands) {
    const result = await runCommand(command);
    output.push(result.output);
    ok &&= result.code === 0;
  }
  return { name, ok, seconds: (performance.now() - started) / 1000, output: output.join("") };
}

function show({ name, ok, seconds, output }: StepResult): void {
  console.log(`${ok ? "ok    " : "FAILED"}  ${name.padEnd(10)} ${seconds.toFixed(1).padStart(6)} s`);
  if (!ok || values.verbose) console.log(output.trimEnd().replaceAll(/^/gm, "        "));
}

function chosenSteps(): Step[] {
  const steps = gateSteps();
  const unknown = (values.only ?? []).filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) throw new TypeError(`there is no step ${unknown.join(", ")}; there are ${steps.map((step) => step.name).join(", ")}`);
  return values.only ? steps.filter((step) => values.only?.includes(step.name)) : steps;
}

async function check(): Promise<void> {
  const started = performance.now();
  const results = await runSteps(chosenSteps(), { run: runStep, onResult: show, parallel: Math.min(4, Math.max(2, availableParallelism())) });
  const failed = results.filter((result) => !result.ok).map((result) => result.name);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(failed.length === 0 ? `all ${results.length} checks passed in ${seconds} s` : `failed: ${failed.join(", ")} (${seconds} s)`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

if (values.list)
  console.log(
    gateSteps()
      .map((step) => step.name)
      .join("\n"),
  );
else await check();
