import { localStore } from "@dad/local";
import { digestOfBytes, type EventDraft, ExecutionId, InputId, InputKey, NO_USAGE, NodePath, RunId } from "@dad/protocol";
import type { TestProject } from "./project.ts";

/** A run that the test itself works on. */
export interface WrittenRun extends AsyncDisposable {
  record(...drafts: EventDraft[]): Promise<void>;
}

const path = NodePath.parse("asker.ask");

/** What happens in a run, to be written. */
export const HAPPENS = {
  begun: { type: "run.started", executionId: ExecutionId.parse("00000000-0000-4000-8000-000000000000"), rootComponentId: "asker" },
  component: { type: "component.started", path: NodePath.parse("asker"), kind: "agent" },
  node: { type: "node.started", path, attempt: 1, nodeType: "callback" },
  asks: {
    type: "input.requested",
    path,
    attempt: 1,
    request: {
      id: InputId.parse("asker.ask:ok"),
      path,
      key: InputKey.parse("ok"),
      prompt: "Shall I?",
      schema: { type: "boolean" },
      question: digestOfBytes(""),
    },
  },
  nodeParked: { type: "node.parked", path, attempt: 1, durationMs: 5, artifacts: [], requests: [InputId.parse("asker.ask:ok")] },
  runParked: { type: "run.parked", usage: NO_USAGE, requests: [InputId.parse("asker.ask:ok")] },
  resumed: { type: "run.resumed", from: "waiting" },
  completed: { type: "run.completed", usage: NO_USAGE },
} as const satisfies Record<string, EventDraft>;

/** Begins a run of a project, or goes on with it, until that is disposed. */
export async function writeRun(project: TestProject, runId: string): Promise<WrittenRun> {
  const store = localStore({ runRoot: project.path("runs"), durability: "relaxed" });
  const id = RunId.parse(runId);
  const journal = await store.journals.create(id).catch(() => store.journals.open(id));
  return {
    async record(...drafts) {
      await Promise.all(drafts.map((draft, at) => journal.append(draft, { wait: at === drafts.length - 1 ? "durable" : "ordered" })));
    },
    async [Symbol.asyncDispose]() {
      await journal[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}
