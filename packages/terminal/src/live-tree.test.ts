import { NodePath, RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { liveTree, treeLines } from "./live-tree.ts";
import { unpainted } from "./paint.ts";

const event = { runId: RunId.parse("run_1"), time: "2026-11-22T07:34:43.000Z" };

/** Enough of a terminal to know what is on it: lines, and a cursor that moves up and clears what is below. */
function screen({ rows = 24 } = {}) {
  let lines = [""];
  const write = (text: string, done?: () => void): boolean => {
    // oxlint-disable-next-line no-control-regex -- what a terminal understands
    for (const part of text.match(/\u001b\[\d*[A-Za-z]|\n|[^\u001b\n]+/g) ?? []) {
      const up = /\[(\d+)A/.exec(part)?.[1];
      if (part === "\n") lines.push("");
      else if (up !== undefined) lines = [...lines.slice(0, -1 - Number(up)), ""];
      else if (!part.startsWith("\u001b")) lines[lines.length - 1] += part;
    }
    done?.();
    return true;
  };
  return { stream: { isTTY: true, columns: 80, rows, write } as unknown as NodeJS.WriteStream, text: () => lines.join("\n") };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
afterEach(() => void vi.useRealTimers());

describe("liveTree", () => {
  it("shows what goes on, in place, and leaves nothing behind", async () => {
    const { stream, text } = screen();
    const tree = liveTree(stream, unpainted);
    await tree.onEvent({ ...event, type: "component.started", path: NodePath.parse("coder"), kind: "agent" });
    await tree.onEvent({ ...event, type: "node.started", path: NodePath.parse("coder.plan"), attempt: 1, nodeType: "command" });
    vi.advanceTimersByTime(1000);
    expect(text()).toBe("● coder 1.0s\n  ● plan 1.0s\n");
    await tree.onEvent({
      ...event,
      type: "node.completed",
      path: NodePath.parse("coder.plan"),
      attempt: 1,
      decision: "executed",
      durationMs: 1500,
      artifacts: [],
    });
    vi.advanceTimersByTime(1000);
    expect(text()).toBe("● coder 2.0s\n  ✔ plan 1.5s\n");
    tree[Symbol.dispose]();
    vi.advanceTimersByTime(1000);
    expect(text()).toBe("");
  });

  it("keeps still while somebody else has the terminal, and says afterwards what was to be said", async () => {
    const { stream, text } = screen();
    using tree = liveTree(stream, unpainted);
    await tree.onEvent({ ...event, type: "component.started", path: NodePath.parse("coder"), kind: "agent" });
    vi.advanceTimersByTime(1000);
    const pause = tree.pause();
    tree.log("a word of the agent\n");
    vi.advanceTimersByTime(1000);
    expect(text()).toBe("");
    pause[Symbol.dispose]();
    pause[Symbol.dispose]();
    vi.advanceTimersByTime(1000);
    expect(text()).toBe("a word of the agent\n● coder 3.0s\n");
  });

  it("lets others print above it", async () => {
    const { stream, text } = screen();
    using tree = liveTree(stream, unpainted);
    await tree.onEvent({ ...event, type: "component.started", path: NodePath.parse("coder"), kind: "agent" });
    vi.advanceTimersByTime(1000);
    tree.log("a word of the agent\n");
    vi.advanceTimersByTime(1000);
    expect(text()).toBe("a word of the agent\n● coder 2.0s\n");
  });

  it("is never higher than the terminal", async () => {
    const { stream, text } = screen({ rows: 4 });
    using tree = liveTree(stream, unpainted);
    for (let at = 0; at < 9; at++)
      await tree.onEvent({ ...event, type: "node.started", path: NodePath.parse(`coder.n${at}`), attempt: 1, nodeType: "command" });
    vi.advanceTimersByTime(500);
    expect(text()).toBe("  ● n6 0.5s\n  ● n7 0.5s\n  ● n8 0.5s\n");
  });
});

describe("treeLines", () => {
  const branches = [
    { path: "coder", status: "running", since: 0 },
    { path: "coder.fix", status: "running", since: 1000 },
    { path: "coder.fix.plan", status: "completed", since: 1000, durationMs: 300 },
  ] as const;

  it("shows each element below its component, with its state and time", () => {
    expect(treeLines(branches, { now: 2500, columns: 80, paint: unpainted })).toEqual(["● coder 2.5s", "  ● fix 1.5s", "    ✔ plan 0.3s"]);
  });

  it("fits into a narrow terminal", () => {
    const lines = treeLines([...branches, { path: `coder.${"x".repeat(64)}`, status: "failed", since: 0, durationMs: 1 }], {
      now: 2500,
      columns: 20,
      paint: unpainted,
    });
    expect(lines.at(-1)).toMatch(/^ {2}✖ x+… 1ms$/);
    expect(lines.every((line) => line.length < 20)).toBe(true);
  });
});
