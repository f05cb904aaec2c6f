import type { Journal, JournalStore } from "@dad/journal";
import { memoryJournalStore } from "@dad/journal/memory";
import { digestOfJson, ExecutionId, NodePath, type OutcomeRef } from "@dad/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { lineageOf } from "./lineage-of.ts";
import { id } from "./testing-runs.ts";

const at = (tree: string): OutcomeRef => ({ branch: "run/one", commit: `commit of ${tree}`, tree });

describe("the nodes that changed the files that a node saw", () => {
  let journals: JournalStore;
  let journal: Journal;
  beforeEach(async () => {
    journals = memoryJournalStore();
    journal = await journals.create(id("one"));
    await journal.append({ type: "run.started", executionId: ExecutionId.parse(crypto.randomUUID()), rootComponentId: "main" });
    await journal.append({ type: "outcome.opened", outcome: at("empty") });
  });

  async function execute(name: string, { saw, left }: { readonly saw?: string; readonly left?: string }, meanwhile = async () => {}): Promise<void> {
    const node = { path: NodePath.parse(`main.${name}`), attempt: 1 };
    const code = { type: "step", version: "1" };
    const fingerprint = { digest: digestOfJson(name), code, ...(saw === undefined ? {} : { workspace: saw }) };
    await journal.append({ type: "node.started", ...node, nodeType: "step" });
    await meanwhile();
    const made = { fingerprint, ...(left === undefined ? {} : { outcome: at(left) }) };
    await journal.append({ type: "node.completed", ...node, decision: "executed", durationMs: 1, artifacts: [], ...made });
  }

  async function writersOf(name: string): Promise<readonly string[] | undefined> {
    const { nodes } = await lineageOf({ journals }, { runId: id("one"), node: `main.${name}` });
    return nodes[0]?.writers?.map(({ path, commit }) => `${path}: ${commit}`);
  }

  it("are those before it, oldest first", async () => {
    await execute("a", { saw: "empty", left: "A" });
    await execute("b", { saw: "A", left: "AB" });
    await execute("c", { saw: "AB", left: "ABC" });
    expect(await writersOf("c")).toEqual(["main.a: commit of A", "main.b: commit of AB"]);
    expect(await writersOf("a")).toEqual([]);
  });

  it("are not those of which it was not told yet, whenever they committed", async () => {
    await execute("a", { saw: "empty", left: "A" });
    await execute("b", { saw: "A", left: "AB" });
    await execute("beside", { saw: "A" });
    expect(await writersOf("beside")).toEqual(["main.a: commit of A"]);
    await execute("early", { saw: "empty" }, () => execute("within", { saw: "AB", left: "ABW" }));
    expect(await writersOf("early")).toEqual([]);
  });

  it("may be all before it when nobody knows which files it saw", async () => {
    await execute("a", { saw: "empty", left: "A" });
    await execute("b", { saw: "unknown" });
    expect(await writersOf("b")).toEqual(["main.a: commit of A"]);
  });

  it("are nobody's business where it sees no files", async () => {
    await execute("a", { saw: "empty", left: "A" });
    await execute("b", {});
    expect(await writersOf("b")).toBeUndefined();
  });
});
