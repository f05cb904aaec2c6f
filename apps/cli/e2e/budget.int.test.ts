import { mkdir, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type FakeReply, openFakeOpenAi } from "@dad/fake-providers";
import { describe, expect, it } from "vitest";
import { shellAgent } from "./agents.ts";
import { type Running, type TestProject, testProject } from "./project.ts";

const INSTALLED = resolve(import.meta.dirname, "../../../packages/resources-ai-sdk/node_modules/@ai-sdk");

/** Asks three times, one after the other. */
const ASKS = `
import { agent } from "@dad/agent";
import { askModel } from "@dad/nodes";

export const asker = agent("asker")
  .node("one", askModel({ model: "writer", prompt: "One" }))
  .node("two", askModel({ model: "writer", prompt: "Two" }))
  .node("three", askModel({ model: "writer", prompt: "Three" }));
`;

const REPLY = { text: "Yes.", usage: { input: 100, output: 10 } };

interface AskingOptions {
  /** By the number of the request, from 1. */
  readonly reply?: (number: number) => FakeReply;
  readonly priced?: boolean;
}

async function asking({ reply = () => REPLY, priced = true }: AskingOptions = {}) {
  let asked = 0;
  const fake = await openFakeOpenAi({ replies: () => reply(++asked) });
  const prices = priced ? { prices: { "gpt-5": { inputPerMTok: 1_000, outputPerMTok: 10_000 } } } : {};
  const live = {
    ...prices,
    providers: { openai: { apiKey: "env:FAKE_KEY", baseURL: fake.url } },
    models: { writer: { model: "gpt-5", maxOutputTokens: 20 } },
  };
  const project = await testProject({ "src/agent.ts": ASKS, "resources.json": JSON.stringify({ default: live }) });
  await mkdir(project.path("node_modules", "@ai-sdk"), { recursive: true });
  await symlink(join(INSTALLED, "openai"), project.path("node_modules", "@ai-sdk", "openai"));
  const start = (...args: string[]): Running => project.startWith({ env: { FAKE_KEY: fake.apiKey } }, ...args);
  return {
    project,
    fake,
    start,
    dad: (...args: string[]) => start(...args).ended,
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

async function runsOf(project: TestProject): Promise<string> {
  return (await project.dad("ls", "--json")).stdout.trim();
}

describe("dad run --budget", () => {
  it("ends a run that has spent it with exit code 4, says how to go on, and goes on with more, paying nothing twice", async () => {
    await using test = await asking();
    const { dad, fake, project } = test;
    const first = await dad("run", "src/agent.ts", "--run-id", "r", "--budget", "calls=2,usd=50", "--budget", "tokens=100k");
    expect([first.code, fake.requests.length]).toEqual([4, 2]);
    expect(first.stderr).toContain("budget of the run exhausted: 2 of 2 calls are spent");
    expect(first.stderr).toMatch(/BUDGET_EXHAUSTED: the budget of the run is exhausted: 2 of 2 calls are spent, and the next call may need 1/);
    expect(first.stdout).toMatch(/^budget {4}220 of 100,000 tokens are spent\n {10}\$0\.40 of \$50\.00 are spent\n {10}2 of 2 calls are spent$/m);
    expect(first.stdout).toContain("dad resume r --budget calls=4\n");

    const shown = await dad("show", "r");
    expect(shown.stdout).toContain("2 of 2 calls are spent");
    expect(shown.stdout).toContain("dad resume r --budget calls=4\n");
    expect(await project.manifest("r")).toMatchObject({
      status: "failed",
      usage: { calls: 2, costUsd: 0.4 },
      budget: [
        { scope: "run", unit: "tokens", limit: 100_000, spent: 220 },
        { unit: "usd", limit: 50, spent: 0.4 },
        { unit: "calls", limit: 2, spent: 2 },
      ],
    });

    const refused = await dad("resume", "r");
    expect([refused.code, refused.stdout, fake.requests.length]).toEqual([4, "", 2]);
    expect(refused.stderr).toMatch(/RUN_BUDGET_SPENT: .*2 of 2 calls are spent, and the next call may need 1.*--budget calls=4/);

    const last = await dad("resume", "r", "--budget", "calls=4", "--json");
    expect([last.code, fake.requests.length]).toEqual([0, 3]);
    expect(JSON.parse(last.stdout)).toMatchObject({
      status: "completed",
      usage: { calls: 3 },
      budget: [{ spent: 330 }, { spent: 0.6 }, { limit: 4, spent: 3 }],
    });
    expect((await project.journal("r")).filter((type) => type.startsWith("budget"))).toEqual(["budget.warned", "budget.exhausted"]);
  });

  it("counts what a run that was killed had used, and keeps its budget", async () => {
    await using test = await asking({ reply: (number) => (number === 3 ? { silence: "hang" } : REPLY) });
    const { start, dad, fake } = test;
    const running = start("run", "src/agent.ts", "--run-id", "r", "--budget", "calls=3");
    await running.saying("asker.three started");
    await expect.poll(() => fake.requests.length).toBe(3);
    running.child.kill("SIGKILL");
    await running.ended;
    const { code, stdout } = await dad("resume", "r", "--json");
    expect([code, fake.requests.length, JSON.parse(stdout)]).toMatchObject([0, 4, { usage: { calls: 3 }, budget: [{ limit: 3, spent: 3 }] }]);
  });

  it("ends a command that hangs when the time is up", async () => {
    await using project = await testProject({ "src/agent.ts": shellAgent("sleep 600") });
    const { code, stderr, stdout } = await project.dad("run", "src/agent.ts", "--run-id", "r", "--budget", "time=1s");
    expect(code).toBe(4);
    expect(stderr).toMatch(/BUDGET_EXHAUSTED: the budget of the run is exhausted: \d+ of 1000 ms are spent, and nothing more is begun/);
    expect(stdout).toMatch(/dad resume r --budget time=\ds\n/);
    expect((await project.manifest("r")).nodes).toMatchObject([{ path: "only.step", status: "failed", error: { code: "BUDGET_EXHAUSTED" } }]);
  });

  it("makes no run of what cannot be held to it", async () => {
    await using test = await asking({ priced: false });
    const { dad, fake, project } = test;
    const wrong = await dad("run", "src/agent.ts", "--budget", "dollars=5");
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/USAGE_INVALID: --budget dollars=5: nothing is limited by "dollars"/)]);
    const unpriced = await dad("run", "src/agent.ts", "--budget", "usd=5");
    expect(unpriced.code).toBe(2);
    expect(unpriced.stderr).toMatch(/PRICE_UNKNOWN: [^]*asker\.one: model "writer", under the budget of run[^]*asker\.two[^]*asker\.three/);
    expect([fake.requests.length, await runsOf(project)]).toEqual([0, "[]"]);
  });
});
