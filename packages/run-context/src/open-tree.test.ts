import { join } from "node:path";
import { type CommitOptions, type OpenOutcomeOptions, OutcomeFailedError, type OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository } from "@dad/outcome/memory";
import { type RecordedEvent, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { openRun } from "./open-run.ts";
import { readRun } from "./read-runs.ts";
import { resumeRun } from "./resume-run.ts";
import type { RunPorts } from "./run-ports.ts";
import type { OpenWorkspaceOptions, RunWorkspaces } from "./run-workspaces.ts";
import { memoryPorts } from "./testing-ports.ts";
import { withRun } from "./with-run.ts";

const id = RunId.parse("r");

/** Outcomes in memory that tell what was asked of them. `refuse` fails the first opening. */
function tellingOutcomes({ refuse = false } = {}) {
  const repository = memoryOutcomeRepository();
  const opened: OpenOutcomeOptions[] = [];
  const committed: CommitOptions[] = [];
  const outcomes: OutcomeRepository = {
    ...repository,
    async open(runId, { signal: _signal, ...options } = {}) {
      opened.push(options);
      if (refuse && opened.length === 1) throw new OutcomeFailedError("open", "a test");
      const { revision: _revision, ...known } = options;
      const outcome = await repository.open(runId, known);
      const commit = async (made: CommitOptions) => {
        committed.push(made);
        return await outcome.commit(made);
      };
      return { ...outcome, commit };
    },
  };
  return { ...repository, outcomes, opened, committed };
}

function workspaces() {
  const opened: OpenWorkspaceOptions[] = [];
  const made: RunWorkspaces = {
    directoryOf: ({ runDir }) => join(runDir, "workspace"),
    open: async (_env, { signal: _signal, ...options } = {}) => void opened.push(options),
  };
  return { made, opened };
}

/** What a run works on is for these tests: the rest is in memory. */
function portsWith(own: Pick<RunPorts, "outcomes" | "workspaces">): RunPorts {
  const { outcomes: _outcomes, ...ports } = memoryPorts();
  return { ...ports, ...own };
}

async function eventsOf({ journals }: RunPorts): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of journals.read(id)) events.push(event);
  return events;
}

const resume = (ports: RunPorts) => resumeRun({ runId: "r", journals: ports.journals, ports });

describe("the revision that a run starts from", () => {
  it("is on record and given to the outcome repository, also when the run is resumed that was never opened there", async () => {
    const { outcomes, opened } = tellingOutcomes({ refuse: true });
    const ports = portsWith({ outcomes });
    await expect(openRun({ rootComponentId: "a", runId: "r", revision: "main~2", ports })).rejects.toMatchObject({ code: "OUTCOME_FAILED" });
    expect((await eventsOf(ports))[0]).toMatchObject({ type: "run.started", revision: "main~2" });
    await using run = await resume(ports);
    expect(run.history.revision).toBe("main~2");
    expect(opened).toEqual([{ revision: "main~2" }, { resume: true, revision: "main~2" }]);
  });

  it("is not one of a re-run, which starts where its base says", async () => {
    const rerun = { record: { of: id }, origins: [] };
    await expect(openRun({ rootComponentId: "a", rerun, revision: "main", ports: memoryPorts() })).rejects.toThrow(TypeError);
  });

  it("needs an outcome repository", async () => {
    await expect(openRun({ rootComponentId: "a", revision: "main", ports: portsWith({}) })).rejects.toThrow(TypeError);
  });
});

describe("the last commit of a run", () => {
  it.each(["completed", "failed", "cancelled"] as const)("says that it %s, when, and that it is the last", async (status) => {
    const { outcomes, committed, message, find } = tellingOutcomes();
    const ports = portsWith({ outcomes });
    const stop = new AbortController();
    const working = async (): Promise<void> => {
      if (status === "cancelled") stop.abort();
      if (status !== "completed") throw new Error("before the first node");
    };
    await withRun({ rootComponentId: "a", runId: "r", ports, signal: stop.signal }, working).catch(() => undefined);
    expect(committed.map(({ final }) => final)).toEqual([true]);
    const text = message((await find(id))?.commit ?? "");
    expect(text).toMatch(new RegExp(`^\\[r\\] Run ${status} at \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\\n`));
    expect(text).toContain("\nDad-Run: r\n");
    expect((await readRun(ports.journals, "r", { runRoot: "/runs" })).status).toBe(status);
  });

  it("is made by whoever goes on with a run that was interrupted", async () => {
    const { outcomes, committed } = tellingOutcomes();
    const ports = portsWith({ outcomes });
    await (await openRun({ rootComponentId: "a", runId: "r", ports }))[Symbol.asyncDispose]();
    expect(committed).toEqual([]);
    await using run = await resume(ports);
    const { outcome } = await run.complete("completed");
    expect(outcome).toEqual(await outcomes.find(id));
    expect(committed).toMatchObject([{ final: true, trailers: { "Dad-Epoch": "2" } }]);
  });
});

describe("a run without an outcome", () => {
  it("works in a directory of its own, which is on record, and goes on in it, whatever there is by then", async () => {
    const { made, opened } = workspaces();
    const ports = portsWith({ workspaces: made });
    const first = await openRun({ rootComponentId: "a", runId: "r", runRoot: "/runs", ports });
    expect(first).toMatchObject({ outcome: undefined, directory: join("/runs", "r", "workspace") });
    expect(first.details()).toMatchObject({ workspace: "workspace", outcome: null });
    await first[Symbol.asyncDispose]();
    const { outcomes, opened: outcomesOpened } = tellingOutcomes();
    await using run = await resumeRun({ runId: "r", runRoot: "/runs", journals: ports.journals, ports: { ...ports, outcomes } });
    expect(run).toMatchObject({ outcome: undefined, directory: first.directory, history: { workspace: "workspace" } });
    expect([opened, outcomesOpened]).toEqual([[{}, { resume: true }], []]);
    expect((await eventsOf(ports)).map(({ type }) => type)).toEqual(["run.started", "workspace.opened", "run.resumed"]);
  });

  it("fails, and says why, when its directory cannot be made", async () => {
    const failing: RunWorkspaces = { ...workspaces().made, open: () => Promise.reject(new Error("no room")) };
    const ports = portsWith({ workspaces: failing });
    await expect(openRun({ rootComponentId: "a", runId: "r", ports })).rejects.toThrow("no room");
    expect(await readRun(ports.journals, "r", { runRoot: "/runs" })).toMatchObject({ status: "failed", error: { message: "no room" } });
  });
});

describe("a run that is to be resumed without what reaches its files", () => {
  it.each([
    ["an outcome", { outcomes: tellingOutcomes().outcomes }, "on branch run/r: resume it with its outcome"],
    ["a workspace", { workspaces: workspaces().made }, "give it workspaces"],
  ])("is left as it was: %s", async (_what, own, message) => {
    const ports = portsWith(own);
    await (await openRun({ rootComponentId: "a", runId: "r", ports }))[Symbol.asyncDispose]();
    const before = await eventsOf(ports);
    const { outcomes: _outcomes, workspaces: _workspaces, ...without } = ports;
    await expect(resume(without)).rejects.toMatchObject({ code: "RUN_FILES_UNREACHABLE", message: expect.stringContaining(message) as unknown });
    expect(await eventsOf(ports)).toEqual(before);
  });
});
