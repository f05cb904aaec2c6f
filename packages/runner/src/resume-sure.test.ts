import { defineNode, flow, type NodeContext } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { stage, untilAborted } from "./testing-run.ts";

/** An effectful node that says in steps what it does. */
function acting(execute: (context: NodeContext) => Promise<null>, version = "1") {
  return defineNode({
    type: "acting",
    version,
    effect: "effectful",
    code: "",
    settings: z.object({}),
    output: z.null(),
    unsure: (steps) => steps.has("begin") && !steps.has("act"),
    execute,
  })({});
}

/** Cancels the run in the middle of this, and goes on with it. */
async function resumedAfter(work: (context: NodeContext) => Promise<unknown>, version?: string) {
  const { run, resume } = stage();
  const cancel = new AbortController();
  const interrupted = async (context: NodeContext) => {
    await work(context);
    cancel.abort(new Error("enough"));
    return await untilAborted(context);
  };
  await run(flow("main").node("act", acting(interrupted)), { signal: cancel.signal }).catch(() => undefined);
  const done: string[] = [];
  const again = async ({ step }: NodeContext) => {
    for (const name of ["begin", "act"]) await step(name, () => (done.push(name), null));
    return null;
  };
  await resume(flow("main").node("act", acting(again, version)), { allowChanged: true });
  return done;
}

describe("an effectful node that was interrupted", () => {
  it("goes on from its steps when it is sure that it was doing nothing", async () => {
    expect(await resumedAfter(async () => {})).toEqual(["begin", "act"]);
    const acted = async ({ step }: NodeContext) => {
      for (const name of ["begin", "act"]) await step(name, () => null);
    };
    expect(await resumedAfter(acted)).toEqual([]);
  });

  it("is asked about when it is not, and when it is another one now", async () => {
    await expect(resumedAfter(({ step }) => step("begin", () => null))).rejects.toMatchObject({ code: "NODE_OUTCOME_UNKNOWN" });
    await expect(resumedAfter(async () => {}, "2")).rejects.toMatchObject({ code: "NODE_OUTCOME_UNKNOWN" });
  });
});
