import { memoryArtifactStore } from "@dad/artifacts/memory";
import type { JournalStore } from "@dad/journal";
import { memoryJournalStore } from "@dad/journal/memory";
import { DadError, ForkReport, type Json, type OutcomeRef, type RunDetails } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { compareFork, type ForkedChildFacts } from "./compare-fork.ts";
import { readRunRecord } from "./run-record.ts";
import { at, id, type MadeAttempt, makeRun } from "./testing-runs.ts";

const usage = (costUsd: number | null) => ({ inputTokens: 10, outputTokens: 1, costUsd });
const gave = (outcome: Json, more: Partial<MadeAttempt> = {}): MadeAttempt => ({ path: "main.ask", kept: { outcome }, usage: usage(0.5), ...more });
const first: MadeAttempt = { path: "main.read", kept: { outcome: "read" } };

async function made(journals: JournalStore, name: string, attempts: readonly MadeAttempt[]): Promise<RunDetails> {
  await makeRun(journals, name, attempts);
  return (await readRunRecord(journals, id(name), {})).details;
}

interface Forked {
  readonly base?: readonly MadeAttempt[];
  readonly children: readonly (readonly MadeAttempt[])[];
  readonly facts?: readonly Partial<ForkedChildFacts>[];
}

/** Compares children that did this, named child1, child2, …, with a run `base`. */
async function forked({ base = [first, gave("a")], children, facts = [] }: Forked, stopped?: unknown): Promise<ForkReport> {
  const journals = memoryJournalStore();
  await made(journals, "base", base);
  const all: ForkedChildFacts[] = [];
  for (const [index, attempts] of children.entries()) {
    const run = await made(journals, `child${index + 1}`, attempts);
    all.push({ number: index + 1, set: { "main.ask": { n: index } }, run, error: undefined, ...facts[index] });
  }
  const meant = { of: id("base"), from: at("main.ask"), isMeant: (path: string) => path !== "main.read" };
  const report = await compareFork({ journals, artifacts: memoryArtifactStore() }, { ...meant, children: all, stopped });
  // As it is told to other programs.
  return ForkReport.parse(JSON.parse(JSON.stringify(report)));
}

const lettersOf = ({ of, children }: ForkReport) => [of.outputs, ...children.map(({ outputs }) => outputs)];

describe("compareFork", () => {
  it("says which runs gave the same from the start on, the earlier run being the first", async () => {
    const children = [gave("b"), gave("a"), gave("b"), gave("c")].map((ask) => [first, ask]);
    expect(lettersOf(await forked({ children }))).toEqual(["A", "B", "A", "B", "C"]);
  });

  it("looks neither at what comes before the start, nor at the order in which nodes ended", async () => {
    const more = (outcome: Json): MadeAttempt => ({ path: "main.more", kept: { outcome } });
    const base = [first, gave("a"), more(1)];
    const children = [
      [{ ...first, kept: { outcome: "else" } }, gave("a"), more(1)],
      [more(1), gave("a")],
      [gave("a"), more(2)],
    ];
    expect(lettersOf(await forked({ base, children }))).toEqual(["A", "A", "A", "B"]);
  });

  it("takes for the same what differs only by the names of the runs", async () => {
    const inside = (name: string) => [gave(`written to /runs/${name}/out.txt`)];
    expect(lettersOf(await forked({ base: inside("base"), children: [inside("child1"), inside("child7")] }))).toEqual(["A", "A", "B"]);
  });

  it("tells a failure that was handled from a result", async () => {
    const failed = gave("a", { type: "node.failed" });
    expect(lettersOf(await forked({ children: [[failed], [failed], [gave("a")]] }))).toEqual(["A", "B", "B", "A"]);
  });

  it("gives no letter to a run that did not complete", async () => {
    const { children } = await forked({ children: [[gave("a")]], facts: [{ run: undefined }] });
    expect(children).toMatchObject([{ outputs: null }]);
  });

  it("adds up what the children took, and does not pretend to know what is not known", async () => {
    const known = await forked({ children: [[gave("a")], [gave("a")]] });
    expect(known.usage).toEqual({ inputTokens: 20, outputTokens: 2, costUsd: 1 });
    const unknown = await forked({ children: [[gave("a")], [gave("a", { usage: usage(null) })]] });
    expect(unknown.usage.costUsd).toBeNull();
  });

  it("tells a child that was not started from one that could not be made", async () => {
    const error = new DadError("RUN_NOT_OPENED", "the disk is full");
    const facts = [{ run: undefined }, { run: undefined, error }];
    const { children, stopped } = await forked({ children: [[], []], facts }, new DadError("BUDGET_EXHAUSTED", "spent"));
    expect(children).toMatchObject([
      { number: 1, runId: null, status: "not started", durationMs: null, changedFiles: null },
      { number: 2, runId: null, status: "failed", error: { code: "RUN_NOT_OPENED" } },
    ]);
    expect(stopped).toMatchObject({ code: "BUDGET_EXHAUSTED" });
  });

  it("counts the files that are not as in the earlier run, and reads no patch", async () => {
    const journals = memoryJournalStore();
    const ref = (commit: string): OutcomeRef => ({ branch: "run/x", commit });
    await using journal = await journals.create(id("base"));
    await journal.append({ type: "run.started", executionId: crypto.randomUUID() as never, rootComponentId: "main" });
    await journal.append({ type: "outcome.committed", outcome: ref("1") });
    const run = { ...(await made(journals, "child", [])), outcome: ref("2") };
    const outcomes = {
      changes: async (to: string, { from }: { readonly from?: string } = {}) => [{ path: `${from} to ${to}`, kind: "added" as const }],
      patch: () => expect.fail("it was read"),
    };
    const children = [
      { number: 1, set: {}, run, error: undefined },
      { number: 2, set: {}, run: { ...run, outcome: null }, error: undefined },
    ];
    const report = await compareFork(
      { journals, artifacts: memoryArtifactStore(), outcomes },
      { of: id("base"), from: at("main.ask"), isMeant: () => true, children },
    );
    expect(report.children.map(({ changedFiles }) => changedFiles)).toEqual([1, null]);
  });
});
