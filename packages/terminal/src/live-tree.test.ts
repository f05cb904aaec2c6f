import {
  asRecorded,
  digestOfBytes,
  type EventDraft,
  ExecutionId,
  InputId,
  InputKey,
  NodePath,
  type RunEvent,
  RunId,
  type Usage,
} from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { liveTree } from "./live-tree.ts";
import { unpainted } from "./paint.ts";
import type { Progress } from "./progress.ts";
import { runTree } from "./run-tree.ts";
import { testScreen } from "./testing-screen.ts";

const at = (path: string) => NodePath.parse(path);

function told(draft: EventDraft): RunEvent {
  return { ...draft, runId: RunId.parse("run_1"), time: new Date().toISOString() };
}

function show(tree: Progress, ...drafts: EventDraft[]): void {
  for (const draft of drafts) void tree.onEvent(told(draft));
}

const started = (path: string): EventDraft => ({ type: "component.started", path: at(path), kind: "agent" });
const node = (path: string): EventDraft => ({ type: "node.started", path: at(path), attempt: 1, nodeType: "command" });
const completed = (path: string, durationMs = 1500, used: { readonly usage?: Usage } = {}): EventDraft => ({
  type: "node.completed",
  path: at(path),
  attempt: 1,
  decision: "executed",
  durationMs,
  artifacts: [],
  ...used,
});
const says = (path: string, text: string): EventDraft => ({ type: "output.streamed", path: at(path), attempt: 1, channel: "text", text });
const asks = (path: string, prompt: string): EventDraft => {
  const request = { id: InputId.parse(`${path}:ok`), path: at(path), key: InputKey.parse("ok"), prompt, schema: {}, question: digestOfBytes("") };
  return { type: "input.requested", path: at(path), attempt: 1, request };
};
const begun: EventDraft = { type: "run.started", executionId: ExecutionId.parse("00000000-0000-4000-8000-000000000000"), rootComponentId: "coder" };

const BUDGET: EventDraft = { type: "budget.warned", scope: "fork", unit: "usd", limit: 1, spent: 0.8 };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance", "Date"] }));
afterEach(() => void vi.useRealTimers());

describe("liveTree", () => {
  it("shows what goes on, in place, and leaves nothing behind", async () => {
    const screen = testScreen();
    const tree = liveTree(screen.stream, { paint: unpainted });
    show(tree, started("coder"), node("coder.plan"));
    vi.advanceTimersByTime(1000);
    expect(await screen.text()).toBe("● coder 1.0s\n  ● plan 1.0s\n");
    show(tree, completed("coder.plan"));
    vi.advanceTimersByTime(1000);
    expect(await screen.text()).toBe("● coder 2.0s\n  ✔ plan 1.5s\n");
    tree[Symbol.dispose]();
    vi.advanceTimersByTime(1000);
    expect(await screen.text()).toBe("\n");
  });

  it("shows since when what is read from a record has been going on", async () => {
    const screen = testScreen();
    using tree = liveTree(screen.stream, { paint: unpainted });
    void tree.onEvent({ ...told(started("coder")), time: new Date(Date.now() - 60_000).toISOString() });
    // Somebody has set the clock back.
    void tree.onEvent({ ...told(node("coder.plan")), time: new Date(Date.now() + 60_000).toISOString() });
    vi.advanceTimersByTime(100);
    expect(await screen.text()).toBe("● coder 1m 00s\n  ● plan 0.1s\n");
  });

  it("says of what a recording gave that it was recorded, and how much of that there is", async () => {
    const screen = testScreen();
    using tree = liveTree(screen.stream, { paint: unpainted });
    const usage = asRecorded({ inputTokens: 1, outputTokens: 1, costUsd: 1 });
    show(tree, begun, started("coder"), completed("coder.a", 1500, { usage }));
    vi.advanceTimersByTime(1000);
    expect(await screen.text()).toBe("● coder 1.0s\n  ✔ a 1.5s recorded\nrun_1 1.0s, cost $0.00, recorded: 1 reply\n");
  });

  it("begins with how the run stands, and tells only what is new", async () => {
    const before = runTree();
    for (const draft of [begun, started("coder"), completed("coder.a"), node("coder.b"), BUDGET]) before.add(told(draft));
    const screen = testScreen();
    using tree = liveTree(screen.stream, { paint: unpainted, before });
    vi.advanceTimersByTime(1000);
    expect(await screen.text()).toBe("● coder 1.0s\n  ✔ a 1.5s\n  ● b 1.0s\nrun_1 1.0s, cost $0.00\n");
    show(tree, BUDGET);
    expect(await screen.text()).toMatch(/^budget of the fork: /);
  });

  it("keeps still while somebody else has the terminal, and says afterwards what was to be said", async () => {
    const screen = testScreen();
    using tree = liveTree(screen.stream, { paint: unpainted });
    show(tree, started("coder"));
    vi.advanceTimersByTime(1000);
    const pause = tree.pause();
    tree.log("a word of the agent\n");
    screen.stream.write("a question\n");
    vi.advanceTimersByTime(1000);
    expect(await screen.text()).toBe("a question\n");
    pause[Symbol.dispose]();
    pause[Symbol.dispose]();
    vi.advanceTimersByTime(1000);
    expect(await screen.text()).toBe("a question\na word of the agent\n● coder 3.0s\n");
  });

  it("lets others print above it, also where they know nothing of it, whole lines only", async () => {
    const screen = testScreen();
    const { write } = screen.stream;
    const tree = liveTree(screen.stream, { paint: unpainted });
    show(tree, started("coder"));
    vi.advanceTimersByTime(1000);
    tree.log("a word of the agent\n");
    screen.stream.write("a warning, ");
    vi.advanceTimersByTime(1000);
    expect(await screen.text()).toBe("a word of the agent\n● coder 2.0s\n");
    screen.stream.write(new TextEncoder().encode("from elsewhere\nand half a li"));
    expect(await screen.text()).toBe("a word of the agent\na warning, from elsewhere\n● coder 2.0s\n");
    tree[Symbol.dispose]();
    expect(await screen.text()).toBe("a word of the agent\na warning, from elsewhere\nand half a li\n");
    expect(screen.stream.write).toBe(write);
  });

  it("says above the tree, for good, what nobody should miss", async () => {
    const screen = testScreen();
    using tree = liveTree(screen.stream, { paint: unpainted });
    show(tree, started("coder"), BUDGET, completed("coder.x"));
    vi.advanceTimersByTime(100);
    expect(await screen.text()).toBe("budget of the fork: $0.80 of $1.00 are spent\n● coder 0.1s\n  ✔ x 1.5s\n");
  });

  it("is never higher than the terminal, keeps what goes on, and counts what is done", async () => {
    const screen = testScreen({ rows: 6 });
    using tree = liveTree(screen.stream, { paint: unpainted });
    show(tree, started("coder"), node("coder.first"));
    for (let index = 0; index < 9; index++) show(tree, node(`coder.n${index}`), completed(`coder.n${index}`));
    show(tree, node("coder.last"));
    vi.advanceTimersByTime(500);
    expect(await screen.text()).toBe("… 8 done\n● coder 0.5s\n  ● first 0.5s\n  ✔ n8 1.5s\n  ● last 0.5s\n");
  });

  it("leaves nothing behind where the terminal becomes narrower than what is shown, or lower, or wider again", async () => {
    const screen = testScreen({ columns: 60, rows: 12 });
    using tree = liveTree(screen.stream, { paint: unpainted });
    show(tree, started("coder"), node(`coder.${"x".repeat(40)}`), says(`coder.${"x".repeat(40)}`, "word ".repeat(30)));
    vi.advanceTimersByTime(100);
    tree.log("before\n");
    await screen.resize(17, 12);
    vi.advanceTimersByTime(100);
    const narrow = "before\n● coder 0.2s\n  ● xxxxxx… 0.2s\n    …d word word\n";
    expect(await screen.text()).toBe(narrow);
    await screen.resize(17, 3);
    vi.advanceTimersByTime(100);
    // What was above the lower terminal is out of reach; on it is what fits.
    expect(await screen.text()).toBe("before\n● coder 0.2s\n… 1 going on\n  ● xxxxxx… 0.3s\n");
    await screen.resize(80, 24);
    vi.advanceTimersByTime(100);
    expect((await screen.text()).split("\n").slice(-4)).toEqual([
      "● coder 0.4s",
      `  ● ${"x".repeat(40)} 0.4s`,
      `    …${"word ".repeat(14).trimStart()}word`.slice(0, 79),
      "",
    ]);
  });

  it("says what is done about a reply that broke off, and forgets what came of it", async () => {
    const screen = testScreen({ columns: 60, rows: 12 });
    using tree = liveTree(screen.stream, { paint: unpainted });
    const error = { code: "MODEL_UNAVAILABLE", message: "cut", retryable: true };
    const retried: EventDraft = { type: "model.retried", path: at("coder.a"), attempt: 1, model: "acme/m", delayMs: 10, error };
    show(tree, started("coder"), node("coder.a"), says("coder.a", "half a"), retried);
    vi.advanceTimersByTime(100);
    expect((await screen.text()).split("\n")[2]).toBe("    asks acme/m again in 10ms: MODEL_UNAVAILABLE");
    show(tree, says("coder.a", "whole"));
    vi.advanceTimersByTime(100);
    expect((await screen.text()).split("\n")[2]).toBe("    whole");
  });

  it("counts columns, not characters, and lets nothing act on the terminal", async () => {
    const screen = testScreen({ columns: 24 });
    using tree = liveTree(screen.stream, { paint: unpainted });
    show(tree, started("coder"), node("coder.a"), node("coder.b"), node("coder.c"));
    show(
      tree,
      says("coder.a", "漢字漢字漢字漢字漢字漢字漢字漢字"),
      says("coder.b", "👩‍👩‍👧‍👦👍🏽🇩🇪".repeat(6)),
      says("coder.c", "done\n\u001b[31mred\u001b[0m \u0007\u202e x\n \n"),
    );
    vi.advanceTimersByTime(100);
    const lines = (await screen.text()).split("\n");
    expect(lines[2]).toBe("    …字漢字漢字漢字漢字");
    expect(lines[6]).toBe(String.raw`    red \x07\u202e x`);
    expect(lines).toHaveLength(8);
    vi.advanceTimersByTime(1000);
    expect((await screen.text()).split("\n")).toHaveLength(8);
  });

  it("shows what is asked, who waits for it, and the command that answers", async () => {
    const screen = testScreen({ columns: 60 });
    using tree = liveTree(screen.stream, { paint: unpainted, answer: (run, request) => `./dad answer ${run} ${request}` });
    show(tree, begun, started("coder"), node("coder.a"), node("coder.b"), asks("coder.a", "Shall I?\u001b[2J\nReally?"), asks("coder.b", "And I?"));
    vi.advanceTimersByTime(100);
    expect(await screen.text()).toBe(
      String.raw`● coder 0.1s
  ◌ a 0.1s waits
    ? Shall I?\x1b[2J Really?
  ◌ b 0.1s waits
    ? And I?
run_1 0.1s, cost $0.00
answer: ./dad answer run_1 coder.a:ok (and 1 more)
`,
    );
    show(tree, { type: "input.cancelled", path: at("coder.a"), request: InputId.parse("coder.a:ok") }, completed("coder.a"));
    vi.advanceTimersByTime(100);
    expect(await screen.text()).toBe(
      "● coder 0.2s\n  ✔ a 1.5s\n  ◌ b 0.2s waits\n    ? And I?\nrun_1 0.2s, cost $0.00\nanswer: ./dad answer run_1 coder.b:ok\n",
    );
  });

  it("draws as often however much is said, and writes only the lines that are new", () => {
    const screen = testScreen();
    using tree = liveTree(screen.stream, { paint: unpainted });
    show(tree, started("coder"), completed("coder.done"), node("coder.plan"));
    vi.advanceTimersByTime(100);
    screen.writes.length = 0;
    for (let count = 0; count < 100_000; count++) show(tree, says("coder.plan", `word ${count} `));
    expect(screen.writes).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(screen.writes).toHaveLength(1);
    expect(screen.writes[0]).toContain("word 99999");
    expect(screen.writes[0]).not.toContain("done");
    expect(screen.writes[0]?.length).toBeLessThan(400);
  });

  it("is not drawn again for each of many lines of others", async () => {
    const screen = testScreen({ rows: 10 });
    using tree = liveTree(screen.stream, { paint: unpainted });
    show(tree, started("coder"));
    vi.advanceTimersByTime(100);
    for (let count = 0; count < 100; count++) tree.log(`line ${count}\n`);
    expect(screen.writes.filter((text) => text.includes("● coder")).length).toBe(2);
    vi.advanceTimersByTime(100);
    expect((await screen.text()).endsWith("line 98\nline 99\n● coder 0.2s\n")).toBe(true);
  });
});
