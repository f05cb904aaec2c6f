import { flow } from "@dad/agent";
import { expect, it } from "vitest";
import { failing, stage } from "./testing-run.ts";

it("goes on from what a handler caught, however the elements around it are called", async () => {
  const on = stage();
  on.on("work", failing(1));
  on.on("later", failing(1));
  const guarded = flow("guarded").try("try", { body: flow("body").node("work", on.step({})), catch: flow("handler").node("mend", on.step({})) });
  const definition = flow("main")
    .component("t", flow("t").try("try", { body: guarded, finally: flow("f") }))
    .node("later", on.step({}));
  await expect(on.run(definition)).rejects.toThrow("main.later");
  await on.resume(definition);
  expect(on.executed.filter((name) => name.includes("work"))).toEqual(["main.t.try.try.try.try.work 1"]);
});

it("knows of hundreds of failures what was done about each", async () => {
  const on = stage();
  on.on("work", () => Promise.reject(new Error("no")));
  on.on("last", failing(1));
  const items = Array.from({ length: 300 }, (_, at) => at);
  const body = flow("body")
    .try("t", { body: flow("body").node("work", on.step({})), catch: flow("handler") })
    .node("allowed", on.step({}), { onFailure: "continue" });
  const definition = flow("main").map("each", { items, body }).node("last", on.step({}));
  on.on("allowed", () => Promise.reject(new Error("no")));
  await expect(on.run(definition)).rejects.toThrow("main.last");
  const executed = on.executed.length;
  await on.resume(definition);
  expect(on.executed.slice(executed)).toEqual(["main.last 2"]);
  const { nodes } = await on.details();
  expect(nodes.filter(({ handled }) => handled === undefined).map(({ path }) => path)).toEqual(["main.last"]);
});
