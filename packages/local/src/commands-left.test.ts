import { hostname } from "node:os";
import { memoryJournalStore } from "@dad/journal/memory";
import { type EventDraft, NodePath, RunId } from "@dad/protocol";
import { expect, it } from "vitest";
import { commandsLeft } from "./commands-left.ts";

const runId = RunId.parse("r");
const path = NodePath.parse("a.n");
const command = (name: string, host = "elsewhere") => ({ command: name, pid: 7, host });
const started = (name: string, host?: string): EventDraft => ({ type: "custom.emitted", path, name: "command.started", data: command(name, host) });
const attempt = (number: number): EventDraft => ({ type: "node.started", path, attempt: number, nodeType: "command" });
const failed = (number: number): EventDraft => ({
  type: "node.failed",
  path,
  attempt: number,
  durationMs: 1,
  artifacts: [],
  error: { code: "X", message: "x", retryable: false },
});

async function leftAfter(...drafts: readonly EventDraft[]): Promise<readonly string[]> {
  const journals = memoryJournalStore();
  const journal = await journals.create(runId);
  for (const draft of drafts) await journal.append(draft);
  return (await commandsLeft(journals, runId)).map((left) => `${left.path} ${left.command.command} ${left.here}`);
}

it("names the last command of an attempt that did not end", async () => {
  expect(await leftAfter(attempt(1), started("one"), started("two"))).toEqual(["a.n two false"]);
});

it("names no command of an attempt that ended, however it did", async () => {
  expect(await leftAfter(attempt(1), started("one"), failed(1), attempt(2))).toEqual([]);
});

it("still names a command after a later attempt has ended, when nobody saw it end", async () => {
  expect(await leftAfter(attempt(1), started("one"), attempt(2), started("two"), failed(2))).toEqual(["a.n one false"]);
});

it("names no command of this machine that is over", async () => {
  const gone = { ...command("gone", hostname()), pid: 2 ** 31 - 2 };
  expect(await leftAfter(attempt(1), { type: "custom.emitted", path, name: "command.started", data: gone })).toEqual([]);
});

it("leaves alone what others emit under that name", async () => {
  expect(await leftAfter(attempt(1), { type: "custom.emitted", path, name: "command.started", data: "by hand" })).toEqual([]);
});
