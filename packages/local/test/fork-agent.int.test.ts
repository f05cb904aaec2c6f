import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agent, defineNode } from "@dad/agent";
import { forkAgent, type ForkAgentOptions, type LocalStore, localStore, runAgent } from "@dad/local";
import { Json, RunId } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { listRuns } from "@dad/run-context";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let projectRoot: string;
let store: LocalStore;
/** How often the first node was executed, and how many of the others go on. */
let reads: number;
let going: number;
/** What the second node does: with what was set, in some attempt of it. */
let does: (n: number, signal: AbortSignal) => Promise<void>;

/** Waits until two are there, who then go on together: with fewer nobody would ever go on. */
function meeting(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  return () =>
    new Promise((met) => {
      if (waiting.push(met) === 2) for (const goOn of waiting.splice(0)) goOn();
    });
}

const read = defineNode({
  type: "read",
  version: "1",
  effect: "idempotent",
  code: "",
  settings: Json,
  output: Json,
  execute: () => ++reads,
});
const ask = defineNode({
  type: "ask",
  version: "1",
  effect: "pure",
  code: "",
  settings: Json,
  output: Json,
  async execute({ addUsage, signal }, { settings }) {
    const { n, costUsd } = settings as { readonly n: number; readonly costUsd: number | null };
    going += 1;
    await does(n, signal).finally(() => (going -= 1));
    addUsage({ inputTokens: 1, outputTokens: 1, costUsd });
    return n % 2;
  },
});
const root = agent("main")
  .node("read", read({}))
  .node("ask", ask({ n: 0, costUsd: 1 }))
  .node("more", ask({ n: 100, costUsd: 0 }));
const ports = { resources: staticResourceRegistry({ profiles: { default: {} } }).profile() };

beforeEach(async () => {
  projectRoot = await mkdtemp(join(tmpdir(), "dad fork "));
  store = localStore({ projectRoot, durability: "relaxed" });
  [reads, going] = [0, 0];
  does = () => Promise.resolve();
  await runAgent(root, { store, ports, runId: "base" });
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(projectRoot, { recursive: true, force: true });
});

const setting = (...values: number[]) => values.map((n) => ({ "main.ask": { n } }));
const fork = (variants: ForkAgentOptions["variants"], more: Partial<ForkAgentOptions> = {}) =>
  forkAgent(root, { store, ports, rerun: { of: "base", from: "main.ask" }, variants, ...more });
const statuses = ({ children }: Awaited<ReturnType<typeof fork>>) => children.map(({ run }) => run?.status ?? "not started");
const countOfRuns = async () => (await listRuns(store.journals, { runRoot: store.runRoot })).runs.length;

/** What is on record of the budget in a child. */
async function budgetIn(runId: RunId | undefined) {
  const events = [];
  for await (const event of store.journals.read(runId ?? RunId.parse("none")))
    if (event.type === "budget.warned" || event.type === "budget.exhausted")
      events.push({ type: event.type, scope: event.scope, unit: event.unit, limit: event.limit, spent: event.spent });
  return events;
}

describe("forkAgent", () => {
  it("makes a run for each variant, and executes what comes before the start in none", async () => {
    const { children, stopped, spentUsd } = await fork(setting(1, 2, 3));
    expect(children.map(({ number, run, outputs }) => [number, run?.status, outputs])).toEqual([
      [1, "completed", { read: 1, ask: 1, more: 0 }],
      [2, "completed", { read: 1, ask: 0, more: 0 }],
      [3, "completed", { read: 1, ask: 1, more: 0 }],
    ]);
    expect({ reads, stopped, spentUsd }).toEqual({ reads: 1, stopped: undefined, spentUsd: 3 });
    expect(new Set(children.map(({ run }) => run?.outcome?.branch)).size).toBe(3);
    expect(children.map(({ run }) => [run?.rerun?.of, run?.rerun?.from, run?.runId.startsWith("rerun_")])).toEqual(
      Array.from({ length: 3 }, () => ["base", "main.ask", true]),
    );
  });

  it("lets as many children go on at a time as is said, and no more", async () => {
    const meet = meeting();
    does = (n) => (n === 100 ? Promise.resolve() : meet());
    let [going, most] = [0, 0];
    const ended = await fork(setting(1, 2, 3, 4, 5, 6), {
      concurrency: 2,
      onChildStart: () => (most = Math.max(most, ++going)),
      onChildEnd: () => (going -= 1),
    });
    expect({ statuses: new Set(statuses(ended)), most, going }).toEqual({ statuses: new Set(["completed"]), most: 2, going: 0 });
  });

  it("goes on with the others when one fails", async () => {
    does = (n) => (n === 2 ? Promise.reject(new Error("no luck")) : Promise.resolve());
    const ended = await fork(setting(1, 2, 3), { concurrency: 1 });
    expect(statuses(ended)).toEqual(["completed", "failed", "completed"]);
    expect(ended.children[1]?.error).toMatchObject({ code: "NODE_FAILED" });
    expect(ended.stopped).toBeUndefined();
  });

  it("executes nothing when a single child is refused, and says which and why", async () => {
    const variants = [{ "main.ask": { n: 1 } }, { "main.aks": { n: 1 } }];
    await expect(fork(variants)).rejects.toMatchObject({
      code: "FORK_REFUSED",
      message: expect.stringMatching(
        /1 of 2 children are refused\n {2}child 2: RERUN_PATH_INVALID: set "main.aks": .*did you mean "main.ask"/,
      ) as string,
    });
    expect({ reads, runs: await countOfRuns() }).toEqual({ reads: 1, runs: 1 });
  });

  it("throws the reason alone for which all children are refused", async () => {
    const rerun = { of: "base", from: "main.nowhere" };
    await expect(fork(setting(1, 2), { rerun })).rejects.toMatchObject({ code: "RERUN_PATH_INVALID" });
    expect(await countOfRuns()).toBe(1);
  });

  it("starts no child once the budget is reached, and lets those that reach it go to their end", async () => {
    const meet = meeting();
    // Neither is over before both have spent.
    does = (n) => (n === 100 ? meet() : Promise.resolve());
    const ended = await fork(setting(1, 2, 3, 4), { concurrency: 2, budgetUsd: 2 });
    expect(statuses(ended)).toEqual(["completed", "completed", "not started", "not started"]);
    expect(ended).toMatchObject({ stopped: { code: "BUDGET_EXHAUSTED" }, spentUsd: 2 });
  });

  it("gives each child a budget of a run, which is its own", async () => {
    does = () => Promise.resolve();
    const { children, stopped } = await fork(setting(1, 2), { budget: { usd: 5 } });
    const level = { scope: "run", unit: "usd", limit: 5, spent: 1 };
    expect([children.map(({ run }) => run?.budget), stopped]).toEqual([[[level], [level]], undefined]);
  });

  it("cancels those that go on as soon as the budget is passed", async () => {
    // The first waits until somebody cancels it, and the second until the first does so.
    const { promise: waiting, resolve: waits } = Promise.withResolvers<void>();
    const forEver = (signal: AbortSignal) => new Promise<void>((_, stop) => signal.addEventListener("abort", () => stop(signal.reason as Error)));
    does = (n, signal) => {
      if (n === 2) waits();
      return n === 2 ? forEver(signal) : waiting;
    };
    const ended = await fork(setting(2, 1, 3), { concurrency: 2, budgetUsd: 0.5 });
    expect(statuses(ended)).toMatchObject(["cancelled", expect.any(String), "not started"]);
    expect(ended.stopped).toMatchObject({ code: "BUDGET_EXHAUSTED", details: { budgetUsd: 0.5, spentUsd: 1 } });
    expect(await budgetIn(ended.children[0]?.run?.runId)).toEqual([{ type: "budget.exhausted", scope: "fork", unit: "usd", limit: 0.5, spent: 1 }]);
  });

  it("holds a cost that is not known to be too much", async () => {
    const variants = [{ "main.ask": { costUsd: null } }, { "main.ask": { costUsd: 0 } }];
    const ended = await fork(variants, { concurrency: 1, budgetUsd: 100 });
    expect(statuses(ended)[1]).toBe("not started");
    expect(ended).toMatchObject({ stopped: { code: "BUDGET_EXHAUSTED", details: { spentUsd: null } }, spentUsd: null });
    expect(statuses(await fork(variants, { concurrency: 1 }))).toEqual(["completed", "completed"]);
  });

  it("is cancelled as a whole by its signal", async () => {
    const cancelling = new AbortController();
    const reason = new Error("enough");
    does = (_n, signal) =>
      new Promise((_, stop) => {
        signal.addEventListener("abort", () => stop(signal.reason as Error));
        if (going === 2) cancelling.abort(reason);
      });
    const ended = await fork(setting(1, 2, 3), { concurrency: 2, signal: cancelling.signal });
    expect(statuses(ended)).toEqual(["cancelled", "cancelled", "not started"]);
    expect(ended.stopped).toBe(reason);
  });

  it("is stopped by nothing that comes when all children have completed", async () => {
    const cancelling = new AbortController();
    const ended = await fork(setting(1), { signal: cancelling.signal, onChildEnd: () => cancelling.abort() });
    expect({ statuses: statuses(ended), stopped: ended.stopped }).toEqual({ statuses: ["completed"], stopped: undefined });
  });

  it("tells of each child when it starts and when it has ended, and of none that does not", async () => {
    const told: string[] = [];
    await fork(setting(1, 2, 3), {
      concurrency: 1,
      budgetUsd: 2,
      onChildStart: ({ number }) => told.push(`start ${number}`),
      onChildEnd: ({ number, run }) => told.push(`end ${number} ${run?.status}`),
    });
    expect(told).toEqual(["start 1", "end 1 completed", "start 2", "end 2 completed"]);
  });

  it.each([{ variants: [] }, { concurrency: 0 }, { concurrency: 1.5 }, { budgetUsd: 0 }, { budgetUsd: Number.NaN }])(
    "takes no limit that is none: %j",
    async (wrong) => {
      await expect(fork(setting(1), wrong)).rejects.toBeInstanceOf(TypeError);
    },
  );
});
