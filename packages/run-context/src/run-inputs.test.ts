import { readJson } from "@dad/artifacts";
import { NodePath, type RecordedEvent, RunId, StaticInputs } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { openRun } from "./open-run.ts";
import { resumeRun } from "./resume-run.ts";
import { memoryPorts } from "./testing-ports.ts";

const open = (ports = memoryPorts(), inputs?: StaticInputs) => openRun({ rootComponentId: "a", runId: "r", ports, ...(inputs ? { inputs } : {}) });

async function recordedIn({ journals }: ReturnType<typeof memoryPorts>): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of journals.read(RunId.parse("r"))) events.push(event);
  return events;
}

describe("the inputs of a run", () => {
  it("are given one by one, as an object, or as the text of a file, and are recorded", async () => {
    const ports = memoryPorts();
    await using run = await open(ports, { first: 1 });
    await Promise.all([run.inputs.register("a.b", { x: 1 }), run.inputs.load({ c: 2, first: 0 }), run.inputs.load('\uFEFF{"d": [3]}')]);
    const all = { first: 0, "a.b": { x: 1 }, c: 2, d: [3] };
    expect(Object.fromEntries(run.inputs.values)).toEqual(all);
    const recorded = await recordedIn(ports);
    const entry = recorded.findLast(({ type }) => type === "inputs.registered");
    if (entry?.type !== "inputs.registered") throw new Error("nothing is recorded");
    expect(await readJson(ports.artifacts, entry.artifact, StaticInputs)).toEqual(all);
  });

  it("are what they were when they were given, whatever becomes of them later", async () => {
    const [first, second] = [{ x: [1] }, { y: [1] }];
    await using run = await open(memoryPorts(), { first });
    const registered = run.inputs.register("second", second);
    for (const list of [first.x, second.y]) list.push(2);
    await registered;
    expect(Object.fromEntries(run.inputs.values)).toEqual({ first: { x: [1] }, second: { y: [1] } });
  });

  it("are refused as a whole, with line and column, and then nothing is recorded", async () => {
    const ports = memoryPorts();
    await using run = await open(ports);
    await expect(run.inputs.load('{"a": 1,\n "b": NaN}')).rejects.toMatchObject({
      code: "STATIC_INPUTS_INVALID",
      message: expect.stringContaining("static_inputs.json:2:7: JSON has no NaN") as string,
    });
    await expect(run.inputs.register("a", Number.NaN)).rejects.toMatchObject({ code: "STATIC_INPUTS_INVALID" });
    expect(run.inputs.values.size).toBe(0);
    expect((await recordedIn(ports)).map(({ type }) => type)).not.toContain("inputs.registered");
  });

  it("are refused by a run that could not be what was meant: no run is made", async () => {
    const ports = memoryPorts();
    await expect(open(ports, { a: new Date(0) as never })).rejects.toMatchObject({ code: "STATIC_INPUTS_INVALID" });
    await expect(recordedIn(ports)).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });

  it("are refused once something was executed, also of a run that is resumed, and name the way out", async () => {
    const ports = memoryPorts();
    const first = await open(ports);
    await first.record({ type: "component.started", path: NodePath.parse("a"), kind: "agent" });
    const late = { code: "STATIC_INPUTS_LATE", message: expect.stringContaining("dad rerun r --input") as string };
    await expect(first.inputs.register("a", 1)).rejects.toMatchObject(late);
    await first[Symbol.asyncDispose]();
    await using again = await resumeRun({ runId: "r", journals: ports.journals, ports });
    await expect(again.inputs.load({ a: 1 })).rejects.toMatchObject(late);
    expect(again.inputs.values.size).toBe(0);
  });
});
