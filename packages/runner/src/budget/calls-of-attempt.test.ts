import { setImmediate } from "node:timers/promises";
import { flow } from "@dad/agent";
import type { NodeContext } from "@dad/agent";
import { NO_USAGE, type Usage } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { paidModel, portsWith } from "../testing-models.ts";
import { RUN, stage } from "../testing-run.ts";
import { question, until, waitingStage } from "../testing-waiting.ts";

const REQUEST = { messages: [{ role: "user", content: "?" }] } as const;

/** Without the signal of the node. */
const ask = ({ resources }: NodeContext) => resources.get("model", "m").generate(REQUEST);

/** A model that replies to nothing until it is told to. */
function slowModel() {
  const go = Promise.withResolvers<void>();
  return { ...paidModel({ wait: () => go.promise }), reply: go.resolve };
}

const CUT = { calls: 1, inputTokens: 0, outputTokens: 0, costUsd: 0, forfeited: { calls: 1, usd: 0.01 } };

describe("a call of a model that a node makes", () => {
  it("ends with the attempt that does not wait for it, is counted, and is the last", async () => {
    const { model, calls } = slowModel();
    const { step, on, run, events } = stage({ ports: portsWith(model) });
    let after: Promise<unknown> | undefined;
    on("hasty", async (context) => {
      void ask(context);
      await until(() => calls.length > 0);
      after = until(async () => (await events()).some(({ type }) => type === "node.completed")).then(() => ask(context));
      after.catch(() => undefined);
      return "done";
    });
    await run(flow("main").node("hasty", step({})));
    expect((await events()).find(({ type }) => type === "node.completed")).toMatchObject({ usage: CUT });
    await expect(after).rejects.toMatchObject({ code: "ATTEMPT_OVER" });
    expect(calls).toHaveLength(1);
  });

  it("ends with a run that is cancelled, also when the node hands on no signal, and is on record", async () => {
    const controller = new AbortController();
    const { model, calls } = slowModel();
    const { step, on, run, events } = stage({ ports: portsWith(model) });
    on("asks", async (context) => (await ask(context)).text);
    const running = run(flow("main").node("asks", step({})), { signal: controller.signal });
    await Promise.all([expect(running).rejects.toThrow("enough"), until(() => calls.length > 0).then(() => controller.abort(new Error("enough")))]);
    expect((await events()).find(({ type }) => type === "node.cancelled")).toMatchObject({ usage: CUT });
  });

  it("is something that it does: while it goes on, the run is not parked for a question", async () => {
    const { model, calls, reply } = slowModel();
    const { step, on, run, events } = waitingStage({ ports: portsWith(model) });
    on("both", async (context) => {
      await Promise.all([context.input(question("ok")), ask(context)]);
      return null;
    });
    const running = run(flow("main").node("both", step({})));
    await Promise.all([
      expect(running).rejects.toMatchObject({ code: "RUN_WAITING" }),
      until(() => calls.length > 0).then(async () => {
        for (let turn = 0; turn < 20; turn++) await setImmediate();
        reply();
      }),
    ]);
    expect((await events(RUN)).find(({ type }) => type === "node.parked")).toMatchObject({ usage: { calls: 1, outputTokens: 1, costUsd: 0.01 } });
  });
});

describe("what a node says that it used", () => {
  it.each<[string, Usage]>([
    ["less than nothing", { ...NO_USAGE, inputTokens: -5 }],
    ["no number", { ...NO_USAGE, outputTokens: Number.NaN }],
    ["a cost below nothing", { ...NO_USAGE, costUsd: -1 }],
  ])("is not taken when it is %s", async (_what, usage) => {
    const { step, on, run } = stage();
    on("a", (context) => (context.addUsage(usage), null));
    await expect(run(flow("main").node("a", step({})))).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/main\.a says that it used/) as string },
    });
  });
});
