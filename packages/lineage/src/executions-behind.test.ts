import { flow } from "@dad/agent";
import { NodePath } from "@dad/protocol";
import { expect, it } from "vitest";
import { executionsBehind } from "./executions-behind.ts";
import { id, stage } from "./testing-runs.ts";

async function behind(on: ReturnType<typeof stage>, path: string, attempt = 1): Promise<string[]> {
  const told: string[] = [];
  for await (const { made, artifacts } of executionsBehind(on.ports, { runId: id("two"), path: NodePath.parse(path), attempt }))
    told.push(`${made.runId} ${made.path} ${artifacts.map(({ name }) => name).join(",")}`);
  return told;
}

it("tells an attempt and what it was made of, the nearest first and each once, by the runs that executed them", async () => {
  const on = stage();
  const definition = flow("main")
    .node("ask", on.step({ value: "a" }))
    .node("left", on.step({ value: "$expr{$hier{ask}.value}l" }))
    .node("right", on.step({ value: "$expr{$hier{ask}.value}r" }))
    .node("act", on.step({ value: "$expr{$hier{left}.value}$expr{$hier{right}.value}" }));
  await on.run("one", definition);
  await on.rerun("two", definition, { of: "one", reask: ["main.act"] });
  const kept = "input,outcome,result";
  expect(await behind(on, "main.act")).toEqual([`two main.act ${kept}`, `one main.left ${kept}`, `one main.right ${kept}`, `one main.ask ${kept}`]);
  expect(await behind(on, "main.act", 2)).toEqual([]);
});
