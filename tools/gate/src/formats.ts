// Writes the JSON Schemas of the public formats to `docs/formats/`; with `--check`, tells whether they are up to date.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  AnswerReport,
  BisectReport,
  CheckoutReport,
  DefinitionGraph,
  ErrorEnvelope,
  ForkReport,
  FsckReport,
  GcReport,
  InputsReport,
  JournalEntry,
  LargeFilePointer,
  Lineage,
  MachineReport,
  OutcomeCheckoutReport,
  OutcomeDiff,
  OutcomeListEntry,
  OutcomeLog,
  OutcomeMergeReport,
  OutcomeReport,
  Pin,
  PushReport,
  RerunPlan,
  ResourcesReport,
  RunComparison,
  RunDetails,
  RunEvent,
  RunListEntry,
  RunManifest,
  RunReport,
  RunSummary,
  SandboxReport,
  SignalReport,
  StaticInputs,
} from "@dad/protocol";
import { z } from "zod";
import { ROOT } from "./clone.ts";
import { report } from "./report.ts";

interface Format {
  /** In `$id`. */
  readonly name: string;
  readonly title: string;
  readonly schema: z.ZodType;
  /** Default `inline`. `ref`: what stands in several places is written once, for a format that would be very long without. */
  readonly reused?: "ref" | "inline";
}

/** By file name. */
// The number in `$id` is the version of the format.
const FORMATS: Readonly<Record<string, Format>> = {
  run: { name: "run-summary", title: "What `dad run --json` prints", schema: RunSummary },
  show: { name: "run-details", title: "What `dad show --json` prints", schema: RunDetails },
  ls: { name: "run-list", title: "What `dad ls --json` prints", schema: z.array(RunListEntry) },
  inputs: { name: "inputs-report", title: "What `dad inputs --json` prints", schema: InputsReport },
  answer: { name: "answer-report", title: "What `dad answer --json` prints", schema: AnswerReport },
  signal: { name: "signal-report", title: "What `dad signal --json` prints", schema: SignalReport },
  fsck: { name: "fsck-report", title: "What `dad fsck --json` prints", schema: FsckReport },
  gc: { name: "gc-report", title: "What `dad gc --json` prints", schema: GcReport },
  checkout: { name: "checkout-report", title: "What `dad checkout --json` prints", schema: CheckoutReport },
  graph: { name: "definition-graph", title: "What `dad graph --json` prints", schema: DefinitionGraph },
  plan: { name: "rerun-plan", title: "What `dad explain --json` prints", schema: RerunPlan },
  comparison: { name: "run-comparison", title: "What `dad diff --json` prints", schema: RunComparison },
  lineage: { name: "lineage", title: "What `dad why --json` prints", schema: Lineage },
  fork: { name: "fork-report", title: "What `dad fork --json` prints", schema: ForkReport },
  outcome: { name: "outcome-report", title: "What `dad outcome show --json` prints", schema: OutcomeReport },
  "outcome-ls": { name: "outcome-list", title: "What `dad outcome ls --json` prints", schema: z.array(OutcomeListEntry) },
  "outcome-log": { name: "outcome-log", title: "What `dad outcome log --json` prints", schema: OutcomeLog },
  "outcome-diff": { name: "outcome-diff", title: "What `dad outcome diff --json` prints", schema: OutcomeDiff },
  "outcome-checkout": { name: "outcome-checkout-report", title: "What `dad outcome checkout --json` prints", schema: OutcomeCheckoutReport },
  "outcome-merge": { name: "outcome-merge-report", title: "What `dad outcome merge --json` prints", schema: OutcomeMergeReport },
  bisect: { name: "bisect-report", title: "What `dad bisect --json` prints", schema: BisectReport },
  sandbox: { name: "sandbox-report", title: "What `dad sandbox --json` prints", schema: SandboxReport },
  resources: { name: "resources-report", title: "What `dad resources --json` prints", schema: ResourcesReport },
  doctor: { name: "machine-report", title: "What `dad doctor --json` prints", schema: MachineReport },
  report: { name: "run-report", title: "What `dad report --json` prints, and its page brings along", schema: RunReport, reused: "ref" },
  push: { name: "push-report", title: "What `dad trace push --json` prints", schema: PushReport },
  pin: { name: "pin", title: "`.dad/pins/<name>.json`: content that garbage collection keeps", schema: Pin },
  "large-file": {
    name: "large-file",
    title: "`<name>.dad-artifact` in a commit: the pointer to a file that is kept as an artifact",
    schema: LargeFilePointer,
  },
  "run-manifest": { name: "run-manifest", title: "`run.json` in a run directory", schema: RunManifest },
  "journal-entry": {
    name: "journal-entry",
    title: "One line of `journal.jsonl` in a run directory, without what its type adds",
    schema: JournalEntry,
  },
  "run-event": { name: "run-event", title: "A fact about a run, as the journal records it and the event bus tells it", schema: RunEvent },
  "static-inputs": { name: "static-inputs", title: "`static_inputs.json`: input by node path or by node id", schema: StaticInputs },
  "error-envelope": { name: "error-envelope", title: "An error on disk and on the wire", schema: ErrorEnvelope },
};

const directory = join(ROOT, "docs/formats");

function textOf([file, { name, title, schema, reused = "inline" }]: [string, Format]): [string, string] {
  const { $schema, ...body } = z.toJSONSchema(schema, { target: "draft-2020-12", reused });
  return [`${file}.schema.json`, `${JSON.stringify({ $schema, $id: `urn:dad:format:${name}:1`, title, ...body }, null, 2)}\n`];
}

function readIfThere(file: string): string | undefined {
  return readdirSync(directory).includes(file) ? readFileSync(join(directory, file), "utf8") : undefined;
}

function check(texts: ReadonlyMap<string, string>): void {
  const stale = [...texts].filter(([file, text]) => readIfThere(file) !== text).map(([file]) => `docs/formats/${file} is out of date`);
  const extra = readdirSync(directory).filter((file) => file.endsWith(".json") && !texts.has(file));
  const problems = [...stale, ...extra.map((file) => `docs/formats/${file} belongs to no format`)];
  const remedy = problems.length > 0 ? ["run: node tools/dev.mjs exec node --conditions=@dad/source tools/gate/src/formats.ts"] : [];
  report([...problems, ...remedy], `${texts.size} schemas are up to date`);
}

mkdirSync(directory, { recursive: true });
const texts = new Map(Object.entries(FORMATS).map(textOf));
if (process.argv.includes("--check")) check(texts);
else for (const [file, text] of texts) writeFileSync(join(directory, file), text);
