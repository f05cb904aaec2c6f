import { defineNode, flow } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { testAgent } from "./test-agent.ts";

const review = defineNode({
  type: "review",
  version: "1",
  effect: "pure",
  settings: z.object({ expires: z.boolean().default(false) }),
  output: z.object({ approved: z.boolean() }),
  async execute(context, { settings }) {
    const limit = settings.expires ? { expiresIn: "7d", onTimeout: "deny" as const } : {};
    return { approved: await context.input({ key: "approve", schema: z.boolean(), prompt: "Publish it?", ...limit }) };
  },
});
const publishing = flow("publishing").node("review", review({}));

describe("the answers of a test", () => {
  it.each([
    ["a request", { "publishing.review:approve": true }],
    ["a key", { approve: true }],
    ["a function", { approve: ({ prompt }: { readonly prompt: string }) => prompt === "Publish it?" }],
  ])("are given by %s", async (_how, answers) => {
    expect((await testAgent(publishing, { answers }).run()).expectCompleted()).toEqual({ review: { approved: true } });
  });

  it("may come after the run has waited for them", async () => {
    const test = testAgent(publishing);
    const run = await test.run();
    expect(run.expectWaiting()).toMatchObject([{ id: "publishing.review:approve", prompt: "Publish it?" }]);
    expect(run.node("publishing.review").status).toBe("waiting");
    expect(() => run.expectCompleted()).toThrow("was to be completed, and is waiting for publishing.review:approve\n");
    expect((await test.resume()).expectWaiting()).toHaveLength(1);
    expect((await test.resume({ answers: { approve: false } })).expectCompleted()).toEqual({ review: { approved: false } });
  });

  it("fail the test when they do not fit", async () => {
    await expect(testAgent(publishing, { answers: { approve: "yes" } }).run()).rejects.toThrow(
      "an answer of the test is not taken: the answer to publishing.review:approve does not fit: Invalid input: expected boolean, received string",
    );
  });

  it("are not waited for longer than the question says, in fake time", async () => {
    const sleeping = flow("sleeping").parallel("both", {
      asked: flow("asked").node("review", review({ expires: true })),
      other: flow("other").node("slow", review({}), { sleepBeforeMs: 8 * 86_400_000 }),
    });
    const run = await testAgent(sleeping, { answers: { "sleeping.both.other.slow:approve": true } }).run();
    expect(run.expectCompleted().both).toEqual({ asked: { review: { approved: false } }, other: { slow: { approved: true } } });
  });
});
