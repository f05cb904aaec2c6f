import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agent, defineNode, flow } from "@dad/agent";
import { type LocalStore, localStore, planAgentRerun, resumeAgent, runAgent, type RunAgentOptions } from "@dad/local";
import { staticResourceRegistry } from "@dad/resources/static";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

let projectRoot: string;
let executed: string[];
let stopAt: { readonly path: string; readonly stop: AbortController } | undefined;
beforeEach(async () => {
  projectRoot = await mkdtemp(join(tmpdir(), "dad rerun "));
  executed = [];
  stopAt = undefined;
});
afterEach(() => rm(projectRoot, { recursive: true, force: true }));

const ports = { resources: staticResourceRegistry({ profiles: { default: {} } }).profile() };

/** Adds a line to a file of the workspace, and gives what is in it then. */
const add = defineNode({
  type: "add",
  version: "1",
  effect: "effectful",
  workspace: "confined",
  settings: z.object({ to: z.string(), line: z.string() }),
  output: z.object({ text: z.string() }),
  async execute({ path, workspace, signal, exclusively }, { settings: { to, line } }) {
    executed.push(path);
    if (stopAt?.path === path) {
      stopAt.stop.abort(new Error("stopped"));
      signal.throwIfAborted();
    }
    if (workspace === undefined) throw new Error("there is no workspace");
    const file = join(workspace, to);
    return await exclusively(async () => {
      const text = `${await readFile(file, "utf8").catch(() => "")}${line}\n`;
      await writeFile(file, text);
      return { text };
    });
  },
});

function chain({ two = "two" } = {}) {
  return agent("main")
    .node("one", add({ to: "log.txt", line: "one" }))
    .node("two", add({ to: "log.txt", line: two }))
    .node("three", add({ to: "log.txt", line: "three" }));
}

async function inStore(work: (store: LocalStore) => Promise<void>): Promise<void> {
  await using store = localStore({ projectRoot });
  await work(store);
}

const run = async (store: LocalStore, definition: ReturnType<typeof chain>, options: Partial<RunAgentOptions> = {}) => {
  executed = [];
  return await runAgent(definition, { store, ports, ...options });
};

async function logOf({ outcomes }: LocalStore, runId: string): Promise<string> {
  const found = await outcomes.find(runId as never);
  return await outcomes.patch(found?.commit ?? "");
}

describe("a re-run whose files are in a git repository", () => {
  it("starts from the commit of the node before its start", async () => {
    await inStore(async (store) => {
      await run(store, chain(), { runId: "r1" });
      const { error, outputs } = await run(store, chain({ two: "zwei" }), { runId: "r2", rerun: { of: "r1", from: "main.two" } });
      expect([error, executed]).toEqual([undefined, ["main.two", "main.three"]]);
      expect(outputs?.three.text).toBe("one\nzwei\nthree\n");
      expect(await logOf(store, "r2")).toMatch(/\+zwei/);
    });
  });

  it("has the files of the run before when nothing is executed, one after the other", async () => {
    await inStore(async (store) => {
      await run(store, chain(), { runId: "r1" });
      for (const at of [2, 3, 4]) {
        const { error } = await run(store, chain(), { runId: `r${at}`, rerun: { of: `r${at - 1}` } });
        expect([error, executed]).toEqual([undefined, []]);
        const [one, other] = [await store.outcomes.find("r1" as never), await store.outcomes.find(`r${at}` as never)];
        expect(other?.tree).toBe(one?.tree);
      }
    });
  });

  it("brings what a branch beside its start had written", async () => {
    await inStore(async (store) => {
      const one = (to: string, line: string) => flow("f").node("w", add({ to, line }));
      const both = (line: string) => agent("main").parallel("both", { left: one("left.txt", line), right: one("right.txt", "right") });
      await run(store, both("left") as never, { runId: "r1" });
      for (const [at, from] of ["main.both.left", "main.both.right"].entries()) {
        const runId = `r${at + 2}`;
        const { error } = await run(store, both("left") as never, { runId, rerun: { of: "r1", from } });
        expect([error, executed]).toEqual([undefined, [`${from}.w`]]);
        const [before, after] = [await store.outcomes.find("r1" as never), await store.outcomes.find(runId as never)];
        expect(after?.tree).toBe(before?.tree);
      }
    });
  });

  it("goes on after it was stopped, and executes nothing twice", async () => {
    await inStore(async (store) => {
      await run(store, chain(), { runId: "r1" });
      const stop = new AbortController();
      stopAt = { path: "main.three", stop };
      await run(store, chain({ two: "zwei" }), { runId: "r2", rerun: { of: "r1", from: "main.two" }, signal: stop.signal });
      expect(executed).toEqual(["main.two", "main.three"]);
      stopAt = undefined;
      executed = [];
      const { error, outputs } = await resumeAgent(chain({ two: "zwei" }), { store, ports, runId: "r2", assume: { "main.three": { done: false } } });
      expect([error, executed]).toEqual([undefined, ["main.three"]]);
      expect(outputs?.three.text).toBe("one\nzwei\nthree\n");
    });
  });

  it("executes nothing of what is told of its run and its places, as its plan says", async () => {
    await inStore(async (store) => {
      const telling = agent("main")
        .node("tells", add({ to: "a.txt", line: "$var{runId}\n$var{runDir} $var{workspace} $var{runRoot}" }))
        .node("passes", add({ to: "b.txt", line: "$expr{$hier{tells}.text}\n$var{workspace}" })) as never;
      await run(store, telling, { runId: "run_20260101_000000_aaaaaa" });
      const rerun = { of: "run_20260101_000000_aaaaaa" };
      const { plan } = await planAgentRerun(telling, { store, ports, rerun });
      expect(plan.nodes.map(({ decision }) => decision)).toEqual(["reuse", "reuse"]);
      await run(store, telling, { runId: "rerun_1", rerun });
      expect(executed).toEqual([]);
      await run(store, telling, { runId: "other.2", rerun: { of: "rerun_1" } });
      expect(executed).toEqual([]);
    });
  });
});
