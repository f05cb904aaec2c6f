import { defineNode, flow } from "@dad/agent";
import { testAgent } from "@dad/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";

/** Runs a program with this node, and gives what it writes. */
const program = defineNode({
  type: "program",
  version: "1",
  effect: "effectful",
  settings: z.object({ text: z.string() }),
  output: z.object({ stdout: z.string() }),
  async execute({ space, signal }, { settings }) {
    const { stdout } = await space.exec({ argv: [process.execPath, "-e", settings.text] }, { signal });
    signal.throwIfAborted();
    return { stdout: new TextDecoder().decode(stdout) };
  },
});

const HOUR_MS = 3_600_000;

describe("a command in a test", () => {
  it("runs in the workspace, with the variables of the test", async () => {
    const text = "console.log(process.env.GREETING, require('node:fs').readFileSync('a.txt', 'utf8'))";
    const run = await testAgent(flow("main").node("run", program({ text })), { files: { "a.txt": "Ada" }, env: { GREETING: "hello" } }).run();
    expect(run.expectCompleted().run.stdout).toBe("hello Ada\n");
  });

  it("has the time that it takes, also beside somebody who waits for long: fake time does not run ahead of what works", async () => {
    const order: string[] = [];
    const definition = flow("main").parallel("both", {
      sleeps: flow("sleeps").node("late", program({ text: "" }), { sleepBeforeMs: HOUR_MS }),
      works: flow("works").node("run", program({ text: "setTimeout(() => console.log('done'), 50)" }), { timeoutMs: HOUR_MS }),
    });
    const run = await testAgent(definition).run({
      onEvent: (event) => void (event.type === "node.completed" && "path" in event && order.push(String(event.path))),
    });
    expect(run.expectCompleted().both.works.run.stdout).toBe("done\n");
    expect(order).toEqual(["main.both.works.run", "main.both.sleeps.late"]);
  });

  it("is ended when it takes longer than its node may", async () => {
    const definition = flow("main").node("run", program({ text: "setInterval(() => {}, 1000)" }), { timeoutMs: 100 });
    const run = await testAgent(definition).run();
    expect(run.expectFailed("NODE_TIMEOUT").cause).toMatchObject({ code: "NODE_TIMEOUT" });
  });
});
