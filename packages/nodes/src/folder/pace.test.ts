import { performance } from "node:perf_hooks";
import { describe, expect, it, vi } from "vitest";
import { runNode, testingContext } from "../testing-context.ts";
import { testingFolder } from "../testing-folder.ts";
import { analyzeFolder } from "./analyze-folder.ts";
import { outlineOf } from "./outline/outline-of.ts";
import { paced, paceOf } from "./pace.ts";
import { firstWords } from "./words.ts";

/** How often the event loop turns while something is done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let done = false;
  const turn = () => {
    turns += 1;
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  done = true;
  return turns;
}

/** A clock that goes on by a millisecond whenever it is asked. */
function steppingClock() {
  let now = 0;
  return vi.spyOn(performance, "now").mockImplementation(() => (now += 1));
}

describe("the event loop", () => {
  it("turns while a large text is parsed and its words are counted (D-62)", async () => {
    using _clock = steppingClock();
    const text = "export function f(a: number): number { return a; }\n".repeat(500);
    const pace = () => paceOf(new AbortController().signal);
    expect(await turnsDuring(() => outlineOf({ text, language: "typescript" }, "full", pace()))).toBeGreaterThan(100);
    expect(await turnsDuring(() => firstWords(text.repeat(200), Infinity, pace()))).toBeGreaterThan(100);
  });

  it("turns while a large folder is analyzed (D-62)", async () => {
    const content = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`${index % 10}/${index}.md`, "# a\n"]));
    await using folder = await testingFolder(content);
    const { context } = testingContext({ workspace: folder.path });
    const turns = await turnsDuring(() => runNode(analyzeFolder({ content: "structure" }), context));
    expect(turns).toBeGreaterThan(500);
  });
});

describe("an abort", () => {
  it("ends work between two steps", async () => {
    using _clock = steppingClock();
    const controller = new AbortController();
    let steps = 0;
    const long = function* () {
      while (steps < 100_000) {
        steps += 1;
        if (steps === 100) controller.abort(new Error("cancelled"));
        yield undefined;
      }
    };
    await expect(paced(long(), paceOf(controller.signal))).rejects.toThrow("cancelled");
    expect(steps).toBeLessThan(120);
  });

  it.each(["text", "structure"] as const)("ends an analysis that is under way: %s", async (content) => {
    await using folder = await testingFolder({ "a.ts": "x;\n", "b.ts": "const a = 1;\n".repeat(50_000), "c.ts": "" });
    const { context, controller } = testingContext({ workspace: folder.path });
    const analysis = runNode(analyzeFolder({ content, maxFileBytes: 1_000_000 }), context);
    setImmediate(() => controller.abort(new Error("cancelled")));
    await expect(analysis).rejects.toThrow("cancelled");
  });
});
