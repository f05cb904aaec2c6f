import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { ArtifactEntry, Descriptor } from "./artifact.ts";
import { CheckoutReport } from "./checkout-report.ts";
import { DefinitionGraph } from "./definition-graph.ts";
import { ErrorEnvelope } from "./error.ts";
import { Finding } from "./finding.ts";
import { ForkReport } from "./fork-report.ts";
import { FsckReport, RepairOutcome } from "./fsck-report.ts";
import { GarbageVerdict, GcReport, TrashReport } from "./gc-report.ts";
import { JournalEntry } from "./journal-entry.ts";
import { LargeFilePointer } from "./large-file-pointer.ts";
import { NodeResult } from "./node-result.ts";
import { Pin } from "./pin.ts";
import { NodeSummary, OutcomeRef, RerunOf, RunDetails, RunListEntry, RunManifest, RunSummary } from "./run.ts";
import { RunEnvParams } from "./run-env-params.ts";
import { RunMetadata } from "./run-metadata.ts";
import { RunOwner } from "./run-owner.ts";
import { StartedCommand } from "./started-command.ts";
import { StaticInputs } from "./static-inputs.ts";
import { StoreRepair } from "./store-repair.ts";
import { TrashHeader, TrashItem } from "./trash.ts";
import { Usage } from "./usage.ts";

const digest = `sha256:${"0".repeat(64)}`;
const executionId = "019a9b7c-5d3e-7f00-8a1b-2c3d4e5f6071";
const time = "2026-11-22T07:34:43.000Z";
const usage = { inputTokens: 3, outputTokens: 5, costUsd: null };
const error = { code: "X", message: "x", retryable: true, cause: { code: "Y", message: "y", retryable: false } };
const descriptor = { mediaType: "text/plain", digest, size: 1 };
const artifact = { ...descriptor, name: "a", path: "coder/plan/files/a.txt" };
const node = { path: "coder.plan", status: "completed", decision: "executed", durationMs: 1 };
const outcome = { branch: "run/run_1", commit: "abc" };
const rerun = { of: "run_0", from: "coder.plan" };
const summary = { runId: "run_1", executionId, status: "completed", runDir: "/runs/run_1", outcome, usage, nodes: [node] };
const details = { ...summary, rootComponentId: "coder", startedAt: time, endedAt: null, rerun, nodes: [{ ...node, artifacts: [artifact], error }] };
const { runDir: _runDir, ...manifest } = { format: "dad.run/1", ...details };
const repair = { action: "keep-valid-prefix", description: "keep what is before it", automatic: true };
const finding = {
  code: "JOURNAL_DAMAGED",
  severity: "error",
  what: "line 3 is no entry",
  where: "run_1/journal.jsonl",
  runId: "run_1",
  details: { line: 3 },
  repair,
};
const counts = { executed: 2, reused: 1, usage, durationMs: 3 };
const garbage = { kind: "blob", what: digest, bytes: 1 };

/** What each format is when it is written, in full. */
const FORMATS: readonly (readonly [string, z.ZodType, Readonly<Record<string, unknown>>])[] = [
  ["Descriptor", Descriptor, descriptor],
  ["ArtifactEntry", ArtifactEntry, artifact],
  ["ErrorEnvelope", ErrorEnvelope, error],
  ["LargeFilePointer", LargeFilePointer, { format: "dad.large-file/1", note: "too large", ...descriptor, executable: false }],
  ["Usage", Usage, usage],
  ["OutcomeRef", OutcomeRef, outcome],
  ["RerunOf", RerunOf, rerun],
  ["NodeSummary", NodeSummary, node],
  ["RunSummary", RunSummary, summary],
  ["RunDetails", RunDetails, details],
  ["RunManifest", RunManifest, manifest],
  ["RunListEntry", RunListEntry, { runId: "run_1", status: "interrupted", rootComponentId: "coder", startedAt: time, endedAt: time }],
  [
    "NodeResult",
    NodeResult,
    { format: "dad.node/1", path: "coder.plan", nodeType: "command", attempt: 1, status: "failed", artifacts: { a: descriptor }, error },
  ],
  ["JournalEntry", JournalEntry, { runId: "run_1", seq: 1, type: "run.started", time, mono: 0.5, epoch: 1, prev: digest, hash: digest }],
  [
    "RunEnvParams",
    RunEnvParams,
    { runId: "run_1", executionId, runDir: "/r/run_1", runRoot: "/r", effectiveRunRoot: "/r", traceDir: "/r/run_1/.trace" },
  ],
  [
    "RunMetadata",
    RunMetadata,
    {
      format: "dad.metadata/1",
      runId: "run_1",
      executionId,
      rootComponentId: "coder",
      status: "running",
      createdAt: time,
      profile: "default",
      isolation: "process",
      runtime: { node: "24.0.0", platform: "linux", arch: "x64" },
    },
  ],
  ["RunOwner", RunOwner, { pid: 7, host: "h", since: time, startTime: "123", bootId: "b", claim: executionId, epoch: 2 }],
  ["StartedCommand", StartedCommand, { command: "npm test", pid: 7, host: "h", startTime: "123", bootId: "b" }],
  ["Finding", Finding, finding],
  ["RepairOutcome", RepairOutcome, { finding, done: false, error }],
  [
    "FsckReport",
    FsckReport,
    { format: "dad.fsck/1", runId: "run_1", depth: "quick", runs: 1, contents: 2, findings: [finding], repairs: [{ finding, done: true }] },
  ],
  ["StoreRepair", StoreRepair, { format: "dad.repair/1", time, finding, action: "remove" }],
  ["GarbageVerdict", GarbageVerdict, { ...garbage, where: ".dad/blobs", verdict: "keep", reason: "run run_1 names it" }],
  ["GcReport", GcReport, { format: "dad.gc/1", dryRun: true, trash: null, objects: [], blocked: ["run_2 is damaged"], restored: [digest] }],
  ["TrashReport", TrashReport, { format: "dad.trash-report/1", items: [{ ...garbage, became: "restored" }] }],
  ["TrashHeader", TrashHeader, { format: "dad.trash/1", id: "gc_1", time }],
  ["TrashItem", TrashItem, { ...garbage, number: 1, from: ".dad/blobs/blobs/sha256/0", reason: "nobody names it" }],
  ["Pin", Pin, { format: "dad.pin/1", digests: [digest], reason: "an export" }],
  [
    "CheckoutReport",
    CheckoutReport,
    { format: "dad.checkout/1", runId: "run_1", written: ["run.json"], unchanged: [], foreign: ["a"], failed: [{ path: "b", error }] },
  ],
  [
    "DefinitionGraph",
    DefinitionGraph,
    {
      format: "dad.graph/1",
      digest,
      elements: [
        { path: "f", kind: "flow", label: "flow", name: "f", variables: [{ name: "v", required: true }] },
        { path: "f.a", parent: "f", kind: "node", label: "say", nodeType: "say", effect: "pure", policy: { timeoutMs: 1 } },
      ],
      edges: [{ from: "f.a", to: "f.b", kind: "data", label: "text" }],
    },
  ],
  [
    "ForkReport",
    ForkReport,
    {
      format: "dad.fork/1",
      of: { runId: "run_0", status: "completed", ...counts, outputs: "A" },
      from: "coder.plan",
      budgetUsd: 0.5,
      usage,
      children: [
        { number: 1, set: { "coder.plan": { n: 1 } }, runId: "run_1", status: "completed", ...counts, outputs: "AA", changedFiles: 0 },
        { number: 2, set: {}, runId: null, status: "not started", ...counts, durationMs: null, outputs: null, changedFiles: null, error },
      ],
      stopped: error,
    },
  ],
  ["StaticInputs", StaticInputs, { "coder.plan": { count: 3 }, plan: null }],
];

describe.each(FORMATS)("%s", (_name, schema, value) => {
  it("reads what was written", () => {
    expect(schema.parse(JSON.parse(JSON.stringify(value)))).toEqual(value);
  });

  it("keeps what a newer version added", () => {
    const newer = { ...value, addedLater: { a: [1, null] } };
    expect(schema.parse(newer)).toEqual(newer);
  });
});

describe.each(FORMATS.filter(([, , value]) => "format" in value))("%s", (_name, schema, value) => {
  it("refuses another major version of the format", () => {
    expect(schema.safeParse({ ...value, format: String(value.format).replace("/1", "/2") }).success).toBe(false);
    expect(schema.safeParse({ ...value, format: undefined }).success).toBe(false);
  });
});

describe("a run's documents", () => {
  it("keep what a newer version added inside of them", () => {
    const newer = {
      ...details,
      usage: { ...usage, audioTokens: 1 },
      nodes: [{ ...details.nodes[0], artifacts: [{ ...artifact, annotations: { a: "b" } }] }],
    };
    expect(RunDetails.parse(newer)).toEqual(newer);
  });

  it("never name the machine in run.json", () => {
    expect(Object.keys(RunManifest.shape)).not.toContain("runDir");
  });

  it("refuse an artifact that would be read from outside the run", () => {
    const outside = { ...artifact, path: "../run_2/a.txt" };
    expect(RunDetails.safeParse({ ...details, nodes: [{ ...node, artifacts: [outside] }] }).success).toBe(false);
  });
});
