import { flow } from "@dad/agent";
import { DadError, type RecordedEvent } from "@dad/protocol";
import { expect, it } from "vitest";
import { fileStage } from "./testing-files.ts";

type NodeEnd = Extract<RecordedEvent, { type: "node.completed" | "node.failed" }>;

/** Of each node that changed files, the last lines of its commit, and the digest of how it ended. */
async function commitsOf(on: ReturnType<typeof fileStage>, runId?: string) {
  const ends = (await on.events(runId)).filter((event): event is NodeEnd => event.type === "node.completed" || event.type === "node.failed");
  return ends.flatMap(({ path, artifacts, outcome, ...end }) => {
    const [subject = "", ...trailers] = (outcome && on.message(outcome.commit))?.trimEnd().split("\n") ?? [];
    const result = artifacts.find(({ name }) => name === "result")?.digest;
    return outcome ? [{ path, subject, trailers, result, exclusive: end.exclusive }] : [];
  });
}

it("says in the commit of a node which run, node and attempt made it, and names its result, also of one that failed or is reused", async () => {
  const on = fileStage();
  const definition = flow("main")
    .node("one", on.write({ to: "one.txt", text: "1" }))
    .node("two", on.write({ to: "two.txt", text: "fail" }), { onFailure: "continue" });
  await on.run(definition);
  const { runId } = await on.rerun(definition, { from: "main.two", set: { "main.two": { to: "three.txt" } } });
  const commits = [...(await commitsOf(on)), ...(await commitsOf(on, runId))];
  expect(commits.map(({ path }) => path)).toEqual(["main.one", "main.two", "main.one", "main.two"]);
  for (const [at, { path, subject, trailers, result, exclusive }] of commits.entries()) {
    const run = at < 3 ? "r" : runId;
    expect({ subject, exclusive }).toEqual({ subject: `[${run}] ${path}`, exclusive: true });
    expect(trailers).toEqual(expect.arrayContaining([`Dad-Run: ${run}`, `Dad-Node: ${path}`, "Dad-Attempt: 1", `Dad-Result: ${result}`]));
  }
});

it("keeps apart what nodes change at the same time, also when none of their commits can wait for a result", async () => {
  const on = fileStage();
  const both = flow("main").parallel("both", {
    a: flow("a").node("n", on.write({ to: "a.txt", text: "a" })),
    b: flow("b").node("n", on.write({ to: "b.txt", text: "b" })),
  });
  await on.run(both);
  const commits = await commitsOf(on);
  expect(commits.map(({ path, exclusive }) => ({ path, exclusive }))).toEqual([
    { path: "main.both.a.n", exclusive: true },
    { path: "main.both.b.n", exclusive: true },
  ]);
  expect(commits.map(({ subject }) => subject)).toEqual(["[r] main.both.a.n", "[r] main.both.b.n"]);
});

it("says at once which node left files that cannot be committed, and the same of others only once", async () => {
  const refusal = new DadError("OUTCOME_SECRET", "there is a secret in a.txt");
  const on = fileStage({ refusal: () => (on.attempts.some(({ path }) => path === "main.c") ? undefined : refusal) });
  const writing = (name: string) => on.write({ to: `${name}.txt`, text: name });
  await on.run(flow("main").node("a", writing("a")).node("b", writing("b")).node("c", writing("c")));
  const told = (await on.events()).flatMap((event) => (event.type === "outcome.failed" ? [{ path: event.path, code: event.error.code }] : []));
  expect(told).toEqual([{ path: "main.a", code: "OUTCOME_SECRET" }]);
  expect(await on.files()).toEqual({ "base.txt": "base", "a.txt": "a", "b.txt": "b", "c.txt": "c" });
});
