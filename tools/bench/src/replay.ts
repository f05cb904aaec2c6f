/**
 * How long it takes to read a journal, all of it verified, as a ratio to a raw floor. Usage: `replay.ts [events] [rounds]`.
 *
 * The floor reads the file, cuts it into lines and parses each, and does nothing with them.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { JournalStore } from "@dad/journal";
import { diskJournalStore } from "@dad/journal/disk";
import { digestOfBytes, type EventDraft, ExecutionId, InputId, InputKey, NodePath, RelativePath, RunId } from "@dad/protocol";
import { inDirectory, median, milliseconds } from "./measure.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 3);

function artifact(node: string, name: string, bytes: number) {
  const data = Buffer.from(JSON.stringify({ node, text: "x".repeat(bytes) }));
  const path = RelativePath.parse(`agent/${node}/${name}.json`);
  return { name, path, mediaType: "application/json", digest: digestOfBytes(data), size: data.byteLength, data: data.toString("base64") };
}

/** A node that gives a hundred bytes: what a run records of it is some five hundred more. */
function nodeEvents(n: number): EventDraft[] {
  const node = `node_${n}`;
  const path = NodePath.parse(`agent.${node}`);
  const fingerprint = { digest: digestOfBytes(node), code: { type: "step", version: "1", source: "6748dbdd93f34668" } };
  const artifacts = [artifact(node, "input", 20), artifact(node, "outcome", 100), artifact(node, "result", 400)];
  return [
    { type: "node.started", path, attempt: 1, nodeType: "step", effect: "pure" },
    { type: "node.completed", path, attempt: 1, decision: "executed", durationMs: 2.272, artifacts, fingerprint },
  ];
}

/** A component with one node, that asks somebody. */
function allKindsOfEvents(n: number): EventDraft[] {
  const path = NodePath.parse(`agent.node_${n}`);
  const component = { path: NodePath.parse(`agent.group_${n}`), kind: "flow", definition: digestOfBytes(`${n}`) };
  const [started, completed] = nodeEvents(n) as [EventDraft, EventDraft];
  const [id, question] = [InputId.parse(`${path}:go_on`), digestOfBytes("go on?")];
  const request = {
    id,
    path,
    key: InputKey.parse("go_on"),
    prompt: "Shall it go on?",
    schema: { type: "boolean" },
    question,
    onTimeout: "fail" as const,
  };
  const by = { channel: "cli", who: "somebody", at: "2026-11-26T10:43:05.612Z" };
  return [
    { type: "component.started", ...component },
    started,
    { type: "input.requested", path, attempt: 1, request },
    { type: "input.answered", path, request: id, question, value: true, by },
    { type: "step.completed", path, attempt: 1, name: "draft", given: question, durationMs: 1.5, result: artifact(`node_${n}`, "draft", 100) },
    { type: "custom.emitted", path, name: "progress", data: { done: n, of: count } },
    completed,
    { type: "component.completed", path: component.path, durationMs: 3.25 },
  ];
}

async function writeRun(journals: JournalStore, runId: RunId, eventsOf: (n: number) => readonly EventDraft[]): Promise<void> {
  await using journal = await journals.create(runId);
  await journal.append({ type: "run.started", executionId: ExecutionId.parse("0193a5b0-7a5c-7000-8000-000000000001"), rootComponentId: "agent" });
  let written = 1;
  for (let n = 0; written < count; n++) {
    const events = eventsOf(n).slice(0, count - written);
    written += events.length;
    const appended = events.map((event) => journal.append(event, { wait: "ordered" }));
    await Promise.all(appended);
    // What waits for the disk is not to pile up.
    if (n % 200 === 0) await journal.append({ type: "custom.emitted", name: "written", data: written++ });
  }
}

async function floor(file: string): Promise<void> {
  let rest = "";
  for await (const piece of createReadStream(file, { encoding: "utf8", highWaterMark: 2 ** 18 })) {
    const lines = `${rest}${piece as string}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) JSON.parse(line);
  }
}

/** The most memory that this process had meanwhile, looked at now and then. */
let most = 0;
function look(seq: number): void {
  if (seq % 5000 === 0) most = Math.max(most, process.memoryUsage.rss());
}

async function readAll(journals: JournalStore, runId: RunId, options: Parameters<JournalStore["read"]>[1]): Promise<void> {
  let last = 0;
  for await (const { seq } of journals.read(runId, options)) {
    look((last = seq));
    // One that is followed has no end.
    if (options?.follow && last >= count) return;
  }
  if (last < count) throw new Error(`only ${last} of ${count} events were read`);
}

async function openOnce(journals: JournalStore, runId: RunId): Promise<void> {
  await using _journal = await journals.open(runId, { replay: ({ seq }) => look(seq) });
}

interface Way {
  readonly name: string;
  readonly runId: RunId;
  readonly replay: () => Promise<void>;
}

async function report({ name, runId, replay }: Way, directory: string): Promise<void> {
  const file = join(directory, runId, "journal.jsonl");
  const [took, floors]: [number[], number[]] = [[], []];
  most = 0;
  for (let round = 0; round < rounds; round++) {
    took.push(await milliseconds(replay));
    floors.push(await milliseconds(() => floor(file)));
  }
  const ratio = median(took.map((time, index) => time / (floors[index] ?? Number.NaN)));
  const seconds = median(took) / 1000;
  console.log(
    `${name.padEnd(22)} ${seconds.toFixed(2)} s, ${Math.round(count / seconds)} events/s, floor ${(median(floors) / 1000).toFixed(2)} s, ` +
      `ratio ${ratio.toFixed(2)}, ${(most / 1e6).toFixed(0)} MB of memory (median of ${rounds}, ${count} events in ${((await stat(file)).size / 1e6).toFixed(0)} MB)`,
  );
}

await inDirectory(async (directory) => {
  const journals = diskJournalStore({ root: directory, durability: "relaxed" });
  const [all, nodes, reader] = ["all", "nodes", "reader"].map((id) => RunId.parse(id)) as [RunId, RunId, RunId];
  await writeRun(journals, all, allKindsOfEvents);
  await writeRun(journals, nodes, nodeEvents);
  await (await journals.create(reader))[Symbol.asyncDispose]();
  await journals.retain(reader, all);
  const ways: Way[] = [
    { name: "read", runId: all, replay: () => readAll(journals, all, {}) },
    { name: "read what is retained", runId: all, replay: () => readAll(journals, all, { through: reader }) },
    { name: "follow", runId: all, replay: () => readAll(journals, all, { follow: true }) },
    { name: "open", runId: all, replay: () => openOnce(journals, all) },
    { name: "read, only nodes", runId: nodes, replay: () => readAll(journals, nodes, {}) },
  ];
  for (const way of ways) await report(way, directory);
});
