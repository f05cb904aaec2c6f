import { inlineContent } from "@dad/artifacts";
import { memoryJournalStore } from "@dad/journal/memory";
import { ArtifactEntry, type EventDraft, ExecutionId, NodePath, type OutcomeRef } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { commitsOf, filesAfter } from "./commits-of.ts";
import { id } from "./testing-runs.ts";

const at = (name: string) => NodePath.parse(`main.${name}`);

/** A commit and the one before it. */
function step(parent: string, commit: string): { readonly outcome: OutcomeRef } {
  return { outcome: { branch: "run/x", commit, parent } };
}

function ended(
  name: string,
  changed: { readonly outcome?: OutcomeRef } = {},
  more: Partial<Extract<EventDraft, { type: "node.completed" }>> = {},
): EventDraft {
  return { type: "node.completed", path: at(name), attempt: 1, decision: "executed", durationMs: 1, artifacts: [], ...changed, ...more };
}

const kept = (text: string) => [ArtifactEntry.parse({ ...inlineContent(text, "text/plain"), name: "outcome", path: "main/x/outcome.txt" })];

async function runs(records: Readonly<Record<string, readonly EventDraft[]>>) {
  const journals = memoryJournalStore();
  for (const [name, events] of Object.entries(records)) {
    await using journal = await journals.create(id(name));
    await journal.append({ type: "run.started", executionId: ExecutionId.parse(crypto.randomUUID()), rootComponentId: "main" });
    await journal.append({ type: "component.started", path: NodePath.parse("main"), kind: "agent" });
    await journal.append({ type: "outcome.opened", outcome: { branch: `run/${name}`, commit: `${name}-start` } });
    for (const event of events) await journal.append(event);
  }
  return { journals };
}

const brief = ({ start, nodes }: Awaited<ReturnType<typeof commitsOf>>) => [
  start,
  ...nodes.map(({ path, attempt, outcome }) => `${path}#${attempt} ${outcome.commit}`),
];

describe("the commits of a run", () => {
  it("are told in their own order, also where the record has another one, with each attempt", async () => {
    const failed: EventDraft = {
      type: "node.failed",
      path: at("a"),
      attempt: 1,
      durationMs: 1,
      artifacts: [],
      error: { code: "X", message: "x", retryable: false },
      ...step("one-start", "c1"),
    };
    const on = await runs({
      one: [failed, ended("a", step("c1", "c2"), { attempt: 2 }), ended("c", step("c3", "c4")), ended("b", step("c2", "c3")), ended("d")],
    });
    const commits = await commitsOf(on, { runId: id("one") });
    expect(brief(commits)).toEqual(["one-start", "main.a#1 c1", "main.a#2 c2", "main.b#1 c3", "main.c#1 c4"]);
    expect(commits.nodes[0]).toMatchObject({ status: "failed", decision: "executed", made: { runId: "one", attempt: 1 } });
  });

  it("begin, in a re-run, where the first of the nodes began that it reused", async () => {
    const origin = { runId: id("one"), seq: 4, attempt: 1 };
    const on = await runs({
      one: [ended("a", step("one-start", "c1"), { artifacts: kept("made in one") })],
      two: [ended("a", step("one-start", "c1"), { decision: "reused", origin }), ended("b", step("c1", "c2"))],
    });
    const commits = await commitsOf(on, { runId: id("two") });
    expect(brief(commits)).toEqual(["one-start", "main.a#1 c1", "main.b#1 c2"]);
    expect(commits.nodes[0]).toMatchObject({
      decision: "reused",
      made: { runId: "one", seq: 4 },
      artifacts: [{ name: "outcome", data: expect.any(String) as string }],
    });
  });

  it("are none of a run whose nodes changed nothing", async () => {
    expect(brief(await commitsOf(await runs({ one: [ended("a")] }), { runId: id("one") }))).toEqual(["one-start"]);
    await expect(commitsOf(await runs({}), { runId: id("one") })).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });
});

describe("the files after a node", () => {
  const ran = () => runs({ one: [ended("plan"), ended("a", step("one-start", "c1")), ended("look"), ended("b", step("c1", "c2"))] });

  it.each([
    ["main.a", "c1", "main.a"],
    ["main.b", "c2", "main.b"],
    ["main.look", "c1", "main.a"],
    ["main.plan", "one-start", undefined],
  ])("%s are those of commit %s", async (node, commit, by) => {
    expect(await filesAfter(await ran(), { runId: id("one"), node })).toEqual({ path: node, commit, by });
  });

  it("are not told of what is no node, and what was meant is suggested", async () => {
    await expect(filesAfter(await ran(), { runId: id("one"), node: "main.lok" })).rejects.toMatchObject({
      code: "NODE_UNKNOWN",
      message: expect.stringContaining('did you mean "main.look"?') as string,
    });
    await expect(filesAfter(await ran(), { runId: id("one"), node: "main" })).rejects.toMatchObject({ code: "NODE_AMBIGUOUS" });
  });
});
