import { readJson } from "@dad/artifacts";
import type { memoryArtifactView } from "@dad/artifacts/memory";
import type { JournalStore } from "@dad/journal";
import { memoryJournalStore } from "@dad/journal/memory";
import type { OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository } from "@dad/outcome/memory";
import { DadError, InputId, NodePath, RelativePath, RunManifest, RunMetadata, StaticInputs } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { RunWaitingError } from "./errors.ts";
import { openRun } from "./open-run.ts";
import { listRuns, readRun } from "./read-runs.ts";
import type { RunContext } from "./run-context.ts";
import type { RunPorts } from "./run-ports.ts";
import { withRun } from "./with-run.ts";
import { memoryPorts } from "./testing-ports.ts";

type MemoryPorts = RunPorts & { readonly view: ReturnType<typeof memoryArtifactView> };

function portsWith(replaced: Partial<RunPorts>): MemoryPorts {
  return { ...memoryPorts(), ...replaced } as MemoryPorts;
}

async function typesOf(journals: JournalStore, runId: string): Promise<string[]> {
  const run = await readRun(journals, runId, { runRoot: "/runs" });
  const types: string[] = [];
  for await (const event of journals.read(run.runId)) types.push(event.type);
  return types;
}

describe("openRun", () => {
  it("makes a run id that says when it was made, below the prefix", async () => {
    await using run = await openRun({ rootComponentId: "a", projectRoot: "/p", runIdPrefix: "nightly", ports: memoryPorts() });
    expect(run.env.runId).toMatch(/^nightly_run_\d{8}_\d{6}_[0-9a-f]{6}$/);
    expect(run.env).toMatchObject({ runRoot: "/p/runs", runDir: `/p/runs/${run.env.runId}`, traceDir: `/p/runs/${run.env.runId}/.trace` });
  });

  it.each([
    ["run id", { runId: "../x" }],
    ["run id", { runId: "Con" }],
    ["run id prefix", { runIdPrefix: "-rf" }],
    ["run id prefix", { runIdPrefix: "a/b" }],
  ])("refuses an illegal %s before anything is made: %j", async (_what, options) => {
    const ports = memoryPorts();
    await expect(openRun({ rootComponentId: "a", ports, ...options })).rejects.toMatchObject({ code: "RUN_ID_INVALID" });
    expect((await listRuns(ports.journals, { runRoot: "/runs" })).runs).toEqual([]);
  });

  it("refuses an id that is taken, and leaves the run that has it alone", async () => {
    const ports = memoryPorts();
    await using first = await openRun({ rootComponentId: "a", runId: "mine", ports });
    await expect(openRun({ rootComponentId: "b", runId: "mine", ports })).rejects.toMatchObject({ code: "RUN_EXISTS" });
    await first.complete("completed");
    expect(await readRun(ports.journals, "mine", { runRoot: "/runs" })).toMatchObject({ rootComponentId: "a", status: "completed" });
  });

  it("takes another generated id when one is taken", async () => {
    const journals = memoryJournalStore();
    let refused = 0;
    const unlucky: JournalStore = {
      ...journals,
      create: async (runId) => {
        if (refused++ < 2) throw new DadError("RUN_EXISTS", "taken");
        return journals.create(runId);
      },
    };
    await using run = await openRun({ rootComponentId: "a", ports: portsWith({ journals: unlucky }) });
    expect(refused).toBe(3);
    expect(run.details().status).toBe("running");
  });

  it("says which run root could not be written to", async () => {
    const journals: JournalStore = {
      ...memoryJournalStore(),
      create: () => Promise.reject(Object.assign(new Error("EROFS: read-only"), { code: "EROFS" })),
    };
    const opening = openRun({ rootComponentId: "a", projectRoot: "/p", ports: portsWith({ journals }) });
    await expect(opening).rejects.toMatchObject({
      code: "RUN_NOT_OPENED",
      message: expect.stringContaining("/p/runs") as string,
      cause: { code: "EROFS" },
    });
  });

  it("records the run as failed when its outcome cannot be opened", async () => {
    const outcomes: OutcomeRepository = { ...memoryOutcomeRepository(), open: () => Promise.reject(new DadError("GIT_UNAVAILABLE", "no git")) };
    const ports = portsWith({ outcomes });
    await expect(openRun({ rootComponentId: "a", runId: "r", ports })).rejects.toMatchObject({ code: "GIT_UNAVAILABLE" });
    expect(await readRun(ports.journals, "r", { runRoot: "/runs" })).toMatchObject({ status: "failed", error: { code: "GIT_UNAVAILABLE" } });
  });

  it("records the run as cancelled when it was cancelled while it was opened", async () => {
    const cancel = new AbortController();
    const outcomes: OutcomeRepository = {
      ...memoryOutcomeRepository(),
      open: (_runId, options) => {
        cancel.abort();
        return Promise.reject(options?.signal?.reason as Error);
      },
    };
    const ports = portsWith({ outcomes });
    await expect(openRun({ rootComponentId: "a", runId: "r", signal: cancel.signal, ports })).rejects.toMatchObject({ name: "AbortError" });
    expect((await readRun(ports.journals, "r", { runRoot: "/runs" })).status).toBe("cancelled");
  });

  it("says why it could not open a run, not what else could not be released", async () => {
    const stubborn: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.reject(new Error("release")) };
    const outcomes: OutcomeRepository = { ...memoryOutcomeRepository(), open: () => Promise.reject(new Error("the reason")) };
    const opening = openRun({
      rootComponentId: "a",
      ports: (_env, own) => {
        own(stubborn);
        return portsWith({ outcomes });
      },
    });
    await expect(opening).rejects.toThrow("the reason");
  });

  it("releases only the ports that it was given to own, last made first", async () => {
    const released: string[] = [];
    const port = (name: string): AsyncDisposable => ({
      async [Symbol.asyncDispose]() {
        released.push(name);
      },
    });
    const run = await openRun({
      rootComponentId: "a",
      ports: (_env, own) => {
        own(port("first"));
        own(port("second"));
        return memoryPorts();
      },
    });
    await run[Symbol.asyncDispose]();
    expect(released).toEqual(["second", "first"]);
  });

  it("keeps static inputs, and shows them", async () => {
    const ports = memoryPorts();
    await using run = await openRun({ rootComponentId: "a", inputs: { "a.n": { x: 1 } }, ports });
    expect(run.inputs.values.get("a.n")).toEqual({ x: 1 });
    await run.complete("completed");
    const shown = ports.view.read(RelativePath.parse("static_inputs/static_inputs.json"));
    expect(StaticInputs.parse(JSON.parse(new TextDecoder().decode(shown)))).toEqual({ "a.n": { x: 1 } });
  });
});

describe("a run", () => {
  it("reads as interrupted once it is released without an end", async () => {
    const ports = memoryPorts();
    {
      await using run = await openRun({ rootComponentId: "a", runId: "r", ports });
      expect((await readRun(ports.journals, "r", { runRoot: "/runs" })).status).toBe("running");
      await run.record({ type: "node.started", path: NodePath.parse("a"), attempt: 1, nodeType: "t" });
    }
    const run = await readRun(ports.journals, "r", { runRoot: "/runs" });
    expect(run).toMatchObject({ status: "interrupted", endedAt: null, nodes: [{ path: "a", status: "interrupted" }] });
  });

  it("tells subscribers of a fact only once it can be read", async () => {
    const ports = memoryPorts();
    const readable: boolean[] = [];
    using _subscription = ports.events.subscribe("*", async (event) => {
      const seen: unknown[] = [];
      for await (const recorded of ports.journals.read(event.runId)) seen.push(recorded.seq);
      readable.push(seen.includes(event.seq));
    });
    await using run = await openRun({ rootComponentId: "a", ports });
    await run.complete("completed");
    expect(readable.length).toBeGreaterThanOrEqual(3);
    expect(readable).not.toContain(false);
  });

  it("tells subscribers of facts in the order of the calls, also of one that nobody waits for", async () => {
    const told: unknown[] = [];
    const ports = memoryPorts();
    ports.events.subscribe("custom.emitted", (event) => void told.push(event.name));
    await using run = await openRun({ rootComponentId: "a", ports });
    const names = ["first", "second", "third"];
    await Promise.all(
      names.map((name, index) => run.record({ type: "custom.emitted", name, data: null }, { wait: index === 1 ? "ordered" : "durable" })),
    );
    await ports.events.flush({});
    expect(told).toEqual(names);
  });

  it("commits its outcome before it is recorded as over, whatever its status", async () => {
    const ports = memoryPorts();
    for (const status of ["completed", "failed", "cancelled"] as const) {
      await using run = await openRun({ rootComponentId: "a", runId: status, ports });
      const details = await run.complete(status, status === "completed" ? undefined : new Error("why"));
      expect(details.outcome).toEqual(await ports.outcomes?.find(run.env.runId));
      expect((await typesOf(ports.journals, status)).slice(-2)).toEqual(["outcome.committed", `run.${status}`]);
    }
  });

  it("is failed, not completed, when its outcome cannot be committed", async () => {
    const memory = memoryOutcomeRepository();
    const outcomes: OutcomeRepository = {
      ...memory,
      open: async (runId) => ({ ...(await memory.open(runId)), commit: () => Promise.reject(new Error("disk full")) }),
    };
    const ports = portsWith({ outcomes });
    await using run = await openRun({ rootComponentId: "a", runId: "r", ports });
    await expect(run.complete("completed")).rejects.toThrow("disk full");
    expect(await readRun(ports.journals, "r", { runRoot: "/runs" })).toMatchObject({ status: "failed", error: { message: "disk full" } });
  });

  it("ends once", async () => {
    await using run = await openRun({ rootComponentId: "a", ports: memoryPorts() });
    await run.complete("completed");
    await expect(run.complete("failed", new Error("late"))).rejects.toMatchObject({ code: "RUN_ENDED" });
  });

  it("ends although a subscriber hangs", async () => {
    const ports = memoryPorts();
    using _subscription = ports.events.subscribe("*", () => new Promise(() => undefined));
    await using run = await openRun({ rootComponentId: "a", ports });
    expect((await run.complete("completed")).status).toBe("completed");
  });

  it("shows run.json and its metadata, from the first moment to the last", async () => {
    const ports = memoryPorts();
    const shown = (path: string) => JSON.parse(new TextDecoder().decode(ports.view.read(RelativePath.parse(path)))) as unknown;
    await using run = await openRun({ rootComponentId: "a", ports });
    expect(RunManifest.parse(shown("run.json")).status).toBe("running");
    await run.complete("failed", new DadError("MY_CODE", "why"));
    expect(RunManifest.parse(shown("run.json"))).toMatchObject({ status: "failed", error: { code: "MY_CODE", message: "why" } });
    expect(RunMetadata.parse(shown(".trace/dad_metadata.json"))).toMatchObject({ status: "failed", isolation: "process", profile: "default" });
  });

  it("keeps an artifact under its node, and refuses a name that would leave it", async () => {
    const ports = memoryPorts();
    await using run = await openRun({ rootComponentId: "a", ports });
    const entry = await run.keep({ node: NodePath.parse("a.b"), name: "result", data: { x: 1 } });
    expect(entry).toMatchObject({ name: "result", path: "a/b/result.json", mediaType: "application/json" });
    expect(await readJson(ports.artifacts, entry, StaticInputs)).toEqual({ x: 1 });
    await expect(run.keep({ node: NodePath.parse("a.b"), name: "../../escape", data: "x" })).rejects.toThrow("a path is relative");
  });
});

describe("a run that is over", () => {
  it("takes nothing more, and tells whoever still works in it", async () => {
    const ports = memoryPorts();
    await using run = await openRun({ rootComponentId: "a", runId: "r", ports });
    await run.complete("completed");
    expect(run.signal.aborted).toBe(true);
    const late = [
      () => run.record({ type: "custom.emitted", name: "late", data: null }),
      () => run.keep({ name: "late", data: "x" }),
      () => run.inputs.load({ a: 1 }),
      () => run.isolate(),
    ];
    for (const act of late) await expect(act()).rejects.toMatchObject({ code: "RUN_ENDED" });
    expect((await typesOf(ports.journals, "r")).at(-1)).toBe("run.completed");
  });

  it("cannot be completed once it is released", async () => {
    const run = await openRun({ rootComponentId: "a", ports: memoryPorts() });
    await run[Symbol.asyncDispose]();
    await expect(run.complete("completed")).rejects.toMatchObject({ code: "RUN_ENDED" });
  });

  it("stays what it was recorded as when it cannot be shown", async () => {
    const ports = memoryPorts();
    let broken = false;
    const view = {
      ...ports.view,
      write: (path: RelativePath, text: string) => (broken ? Promise.reject(new Error("ENOSPC")) : ports.view.write(path, text)),
    };
    const work = withRun({ rootComponentId: "a", runId: "r", ports: { ...ports, view } }, async () => {
      broken = true;
    });
    await expect(work).rejects.toMatchObject({ code: "RUN_NOT_SHOWN", cause: { message: "ENOSPC" } });
    expect((await readRun(ports.journals, "r", { runRoot: "/runs" })).status).toBe("completed");
  });
});

describe("an artifact of a run", () => {
  it.each(["journal.jsonl", "run", "run.json", "static_inputs"])("named %s lies apart from what the run itself keeps", async (name) => {
    await using run = await openRun({ rootComponentId: "a", ports: memoryPorts() });
    expect((await run.keep({ name, data: "x" })).path).toMatch(/^files\//);
  });

  it.each([
    ["NaN", { x: Number.NaN }],
    ["nothing at all", { x: undefined }],
    ["a date", { x: new Date(0) }],
  ])("with %s in it is refused by name, and not kept as something else", async (_what, data) => {
    await using run = await openRun({ rootComponentId: "a", ports: memoryPorts() });
    const keeping = run.keep({ node: NodePath.parse("a.b"), name: "odd", data: data as never });
    await expect(keeping).rejects.toMatchObject({ code: "ARTIFACT_REFUSED", message: expect.stringMatching(/"odd" of node a\.b.*\$\.x/) as string });
  });
});

describe("withRun", () => {
  it("tells what goes wrong when a run is parked: to wait is no failure that would outweigh it", async () => {
    const memory = memoryOutcomeRepository();
    const waits = (run: RunContext) => Promise.reject(new RunWaitingError(run.env.runId, [InputId.parse("a.ask:key")]));
    const commitFails: OutcomeRepository = {
      ...memory,
      open: async (runId) => ({ ...(await memory.open(runId)), commit: () => Promise.reject(new Error("disk full")) }),
    };
    const ports = portsWith({ outcomes: commitFails });
    await expect(withRun({ rootComponentId: "a", runId: "r", ports }, waits)).rejects.toThrow("disk full");
    expect(await readRun(ports.journals, "r", { runRoot: "/runs" })).toMatchObject({ status: "failed", error: { message: "disk full" } });
    const releaseFails: OutcomeRepository = {
      ...memory,
      open: async (runId) => ({ ...(await memory.open(runId)), [Symbol.asyncDispose]: () => Promise.reject(new Error("not kept")) }),
    };
    const others = portsWith({ outcomes: releaseFails });
    await expect(withRun({ rootComponentId: "a", runId: "s", ports: others }, waits)).rejects.toThrow("not kept");
    expect(await readRun(others.journals, "s", { runRoot: "/runs" })).toMatchObject({ status: "waiting" });
  });

  it("gives the result and the finished run", async () => {
    const { result, run } = await withRun({ rootComponentId: "a", ports: memoryPorts() }, async () => 42);
    expect(result).toBe(42);
    expect(run).toMatchObject({ status: "completed", rootComponentId: "a" });
  });

  it("records a failure and throws it on", async () => {
    const ports = memoryPorts();
    const failing = withRun({ rootComponentId: "a", runId: "r", ports }, () =>
      Promise.reject(new DadError("MY_CODE", "why", { cause: new Error("root") })),
    );
    await expect(failing).rejects.toMatchObject({ code: "MY_CODE" });
    const run = await readRun(ports.journals, "r", { runRoot: "/runs" });
    expect(run).toMatchObject({ status: "failed", error: { code: "MY_CODE", cause: { message: "root" } } });
  });

  it("throws what the work threw also when its outcome cannot be released, which is on record", async () => {
    const memory = memoryOutcomeRepository();
    const outcomes: OutcomeRepository = {
      ...memory,
      open: async (runId) => ({ ...(await memory.open(runId)), [Symbol.asyncDispose]: () => Promise.reject(new Error("not kept")) }),
    };
    const ports = portsWith({ outcomes });
    await expect(withRun({ rootComponentId: "a", runId: "r", ports }, () => Promise.reject(new Error("the reason")))).rejects.toThrow("the reason");
    expect(await typesOf(ports.journals, "r")).toContain("outcome.failed");
    await expect(withRun({ rootComponentId: "a", runId: "s", ports }, async () => 1)).rejects.toThrow("not kept");
  });

  it("records a cancellation", async () => {
    const ports = memoryPorts();
    const cancel = new AbortController();
    const work = withRun({ rootComponentId: "a", runId: "r", ports, signal: cancel.signal }, (run) => {
      cancel.abort();
      return Promise.reject(run.signal.reason as Error);
    });
    await expect(work).rejects.toMatchObject({ name: "AbortError" });
    expect((await readRun(ports.journals, "r", { runRoot: "/runs" })).status).toBe("cancelled");
  });

  it.each([
    ["however the work takes that", () => Promise.reject(new Error("stopped"))],
    ["also when the work goes well", async () => 1],
  ])("is failed when something beside the work fails, %s", async (_how, end) => {
    const ports = memoryPorts();
    const [cancel, failure] = [new AbortController(), new AbortController()];
    const work = withRun({ rootComponentId: "a", runId: "r", ports, signal: cancel.signal, failure: failure.signal }, (run) => {
      failure.abort(new DadError("BESIDE", "why"));
      cancel.abort();
      expect(run.signal.reason).toBe(failure.signal.reason);
      return end();
    });
    await expect(work).rejects.toMatchObject({ code: "BESIDE" });
    expect(await readRun(ports.journals, "r", { runRoot: "/runs" })).toMatchObject({ status: "failed", error: { code: "BESIDE" } });
  });

  it("stays cancelled when something fails after that", async () => {
    const ports = memoryPorts();
    const [cancel, failure] = [new AbortController(), new AbortController()];
    const work = withRun({ rootComponentId: "a", runId: "r", ports, signal: cancel.signal, failure: failure.signal }, (run) => {
      cancel.abort();
      failure.abort(new DadError("BESIDE", "why"));
      return Promise.reject(run.signal.reason as Error);
    });
    await expect(work).rejects.toMatchObject({ name: "AbortError" });
    expect((await readRun(ports.journals, "r", { runRoot: "/runs" })).status).toBe("cancelled");
  });

  it("is cancelled for the reason that it was cancelled for, also when it waited meanwhile", async () => {
    const ports = memoryPorts();
    const cancel = new AbortController();
    const work = withRun({ rootComponentId: "a", runId: "r", ports, signal: cancel.signal }, ({ env }) => {
      cancel.abort(new DadError("ENOUGH", "why"));
      return Promise.reject(new RunWaitingError(env.runId, []));
    });
    await expect(work).rejects.toMatchObject({ code: "ENOUGH" });
    expect(await readRun(ports.journals, "r", { runRoot: "/runs" })).toMatchObject({ status: "cancelled", error: { code: "ENOUGH" } });
  });

  it("never reports success when the end cannot be recorded", async () => {
    const memory = memoryJournalStore();
    const journals: JournalStore = {
      ...memory,
      create: async (runId) => {
        const journal = await memory.create(runId);
        return { ...journal, append: (draft) => (draft.type === "run.completed" ? Promise.reject(new Error("EIO")) : journal.append(draft)) };
      },
    };
    await expect(withRun({ rootComponentId: "a", ports: portsWith({ journals }) }, async () => 1)).rejects.toThrow("EIO");
  });
});

describe("listRuns", () => {
  it("gives the newest first and hides no run behind one that cannot be read", async () => {
    const memory = memoryJournalStore();
    const ports = portsWith({ journals: memory });
    for (const runId of ["one", "two", "three"]) await withRun({ rootComponentId: "a", runId, ports }, async () => undefined);
    const journals: JournalStore = {
      ...memory,
      read: (runId, options) => {
        if (runId === "two") throw new DadError("JOURNAL_DAMAGED", "line 2");
        return memory.read(runId, options);
      },
    };
    const { runs, unreadable } = await listRuns(journals, { runRoot: "/runs" });
    expect(runs.map((run) => run.runId)).toEqual(["three", "one"]);
    expect(unreadable).toMatchObject([{ runId: "two", error: { code: "JOURNAL_DAMAGED" } }]);
  });
});
