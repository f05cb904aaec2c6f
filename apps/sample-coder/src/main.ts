/**
 * The reference composition: every port of a run with the adapter that was chosen for it, from top to
 * bottom. Swap an adapter by changing its line; the README says what for.
 */
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { diskArtifactStore, diskArtifactView } from "@dad/artifacts/disk";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { selectIsolation } from "@dad/isolation";
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { processIsolation } from "@dad/isolation/process";
import { diskJournalStore } from "@dad/journal/disk";
import { jsonlObservability } from "@dad/observability/jsonl";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { DadError, traceIdOf } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { type MakeRunPorts, readRun, withRun } from "@dad/run-context";
import { agentRunner } from "@dad/runner";
import { redactor, secretsIn } from "@dad/secrets";
import { errorText, paintFor, placeText, programName, progressOn, summaryText, visible } from "@dad/terminal";
import { coder } from "./agent.ts";
import { profileFor, profiles } from "./profiles.ts";

// What nobody catches fails the run that is going on, and without one ends the program.
let runId: string | undefined;
const broken = new AbortController();
process.on("uncaughtException", (error) => {
  if (runId !== undefined) return broken.abort(error);
  console.error(errorText(error, paintFor(process.stderr)));
  process.exit(2);
});

const { values } = parseArgs({ options: { profile: { type: "string" }, "run-root": { type: "string" } } });
const projectRoot = fileURLToPath(new URL("..", import.meta.url));
const runRoot = resolve(values["run-root"] ?? join(projectRoot, "runs"));

const PROJECT = "tiny-duration";

// What all runs of the project share.
const journals = diskJournalStore({ root: runRoot });
await using artifacts = diskArtifactStore({ root: join(runRoot, ".dad", "blobs") });
await using outcomes = gitOutcomeRepository({
  directory: join(runRoot, "outcome", PROJECT),
  workDirectory: join(runRoot, ".dad", "work"),
  seed: join(projectRoot, "library"),
  git: { path: process.env["PATH"] },
});
const commands = processIsolation({ hostEnv: process.env, homes: join(runRoot, ".dad", "home") });
// A home for each sandbox: what it leaves there must never be read by a command that may do more.
const isolation = selectIsolation([commands, bubblewrapIsolation({ hostEnv: process.env })]);
const resources = staticResourceRegistry({ profiles }).profile(values.profile ?? profileFor(process.env));
// So that `dad resume` and `dad rerun` find the agent by the id of the run alone.
const source = { file: relative(runRoot, join(projectRoot, "src", "agent.ts")).replaceAll(sep, "/"), project: PROJECT, profile: resources.name };
// Who tells what a run does.
const origin = { resource: { "service.name": PROJECT }, scope: { name: "sample-coder" } };
const progress = progressOn(process.stderr, { term: process.env["TERM"] });

// What each run has of its own.
const ports: MakeRunPorts = (env, own) => {
  const hidden = redactor(secretsIn(process.env));
  const events = own(memoryEventBus({ redactor: hidden }));
  events.subscribe("*", progress.onEvent);
  return {
    journals,
    artifacts,
    outcomes,
    resources,
    events,
    view: diskArtifactView({ root: env.runDir, store: artifacts }),
    observability: own(jsonlObservability({ directory: env.traceDir, origin }, { traceId: traceIdOf(env.executionId) })),
    redactor: hidden,
    isolation,
  };
};

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => interrupt.abort(new DadError("RUN_CANCELLED", `cancelled by ${signal}`)));
}

let failure: unknown;
try {
  await withRun({ rootComponentId: coder.id, source, runRoot, ports, signal: interrupt.signal, failure: broken.signal }, async (run) => {
    runId = run.env.runId;
    // Where nothing can contain what the model wrote, its tests run all the same, and the run says so.
    await using execution = await run.isolate({ policy: { onMissing: "degrade" } });
    return await execution.run(agentRunner(coder, { engine: inlineEngine() }));
  });
} catch (error) {
  failure = error;
  process.exitCode = interrupt.signal.aborted ? 130 : 1;
}
progress[Symbol.dispose]();

if (runId !== undefined) {
  const cwd = process.cwd();
  const dad = programName(process.env["DAD_CLONE"], cwd);
  const where = `--run-root ${placeText(runRoot, cwd)}`;
  const summary = summaryText(visible(await readRun(journals, runId, { runRoot })), {
    paint: paintFor(process.stdout),
    cwd,
    columns: process.stdout.columns,
    profile: resources.note === undefined ? resources.name : `${resources.name}: ${resources.note}`,
    outcomeRepository: outcomes.location,
    next: [
      `${dad} show ${runId} ${where}`,
      `${dad} report ${runId} ${where}`,
      `${dad} rerun ${runId} --from coder.fix.verify ${where}`,
      `${dad} ls ${where}`,
    ],
  });
  console.log(summary);
}
if (failure !== undefined) console.error(errorText(failure, paintFor(process.stderr)));
