import { flow } from "@dad/agent";
import type { RunEvent } from "@dad/protocol";
import { noopObservability } from "@dad/observability/noop";
import { describe, expect, it } from "vitest";
import { asking, waitingStage } from "./testing-waiting.ts";
import { memoryPorts } from "./testing-ports.ts";

describe("what is told of a walk", () => {
  it("is where in a trace it is found, in each drive anew, unless nobody traces", async () => {
    const { step, on, run, resume, answer, events, ports } = waitingStage();
    on("ask", asking("approve"));
    const definition = flow("main").node("ask", step({}));
    await expect(run(definition)).rejects.toMatchObject({ code: "RUN_WAITING" });
    await answer("main.ask:approve", true);
    await resume(definition);
    const told = (await events()).flatMap((event) => (event.type === "trace.updated" ? [event.spanId] : []));
    expect(told).toEqual(ports.observability.spans.filter(({ name }) => name === "invoke_workflow main").map(({ spanId }) => spanId));
    expect(told).toHaveLength(2);
    const untraced = waitingStage({ ports: { ...memoryPorts(), observability: noopObservability() } as never });
    await untraced.run(flow("main").node("a", untraced.step({})));
    expect(await untraced.types("trace.")).toEqual([]);
  });

  it("is each artifact as a node records it, without its content, which is not on record by itself", async () => {
    const { step, on, run, ports, types } = waitingStage();
    const told: RunEvent[] = [];
    ports.events.subscribe("artifact.recorded", (event) => void told.push(event));
    on("a", async ({ record }) => {
      await record({ name: "notes.txt", data: "some text" });
      expect(told).toMatchObject([{ path: "main.a", attempt: 1, artifact: { name: "notes.txt", size: 9 } }]);
      return null;
    });
    await run(flow("main").node("a", step({})));
    expect(told[0]).not.toHaveProperty("artifact.data");
    expect(await types("artifact.")).toEqual([]);
  });

  it("is once of each branch that was not chosen, also when the run goes on", async () => {
    const { step, on, run, resume, answer, events } = waitingStage();
    on("ask", asking("approve"));
    const definition = flow("main")
      .conditional("either", { condition: true, isTrue: flow("yes").node("a", step({})), isFalse: flow("no").node("b", step({})) })
      .node("ask", step({}));
    await expect(run(definition)).rejects.toMatchObject({ code: "RUN_WAITING" });
    await answer("main.ask:approve", true);
    await resume(definition);
    expect((await events()).flatMap((event) => (event.type === "component.skipped" ? [event.path] : []))).toEqual(["main.either.is_false"]);
  });
});
