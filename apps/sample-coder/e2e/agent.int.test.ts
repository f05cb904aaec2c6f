import { openRecordedModel } from "@dad/resources/recorded";
import { scriptedModel, testAgent } from "@dad/testing";
import { describe, expect, it } from "vitest";
import { coder } from "../src/agent.ts";

const files = new URL("../library/", import.meta.url);
const recorded = () => openRecordedModel({ file: new URL("../coder.tape.json", import.meta.url) });

/** A change of a file of the library, as the model gives it. */
const changing = (path: string, find: string, replace: string) => ({
  structured: { summary: "A change.", operations: [{ type: "edit_file", path, edits: [{ find, replace }] }] },
});

describe("the agent of the single-shot coder", () => {
  it("changes what the recorded model says, and its tests pass", async () => {
    const run = await testAgent(coder, { models: { coder: recorded() }, files }).run();
    expect(run.expectCompleted().fix.verify.exitCode).toBe(0);
    expect(run.changes).toEqual([{ path: "src/format.ts", kind: "modified" }]);
    expect(run.node("coder.fix.verify").artifact("stdout").text()).toMatch(/fail 0/);
    expect(run.node("coder.fix.plan").usage).toMatchObject({ costUsd: 0 });
  });

  it("asks once, with the task and with all files, and keeps the request before the call", async () => {
    const test = testAgent(coder, {
      models: { coder: scriptedModel([new Error("the line is cut")]) },
      inputs: { coder: { task: "Make it fast." } },
      files,
    });
    const run = await test.run();
    expect(run.expectFailed()).toMatchObject({ details: { path: "coder.fix.plan" } });
    const [request, ...others] = run.requests("coder");
    expect(others).toEqual([]);
    expect(request?.messages.at(-1)?.content).toMatch(/^Make it fast\.[^]*format\.test\.ts[^]*export function/);
    expect(run.node("coder.fix.plan").artifact("state").text()).toContain("Make it fast.");
    expect(run.changes).toEqual([]);
  });

  it("fails when its change does not make the tests pass, and leaves the change to look at", async () => {
    const run = await testAgent(coder, { models: { coder: scriptedModel([changing("README.md", "# ", "# The ")]) }, files }).run();
    expect(run.expectFailed("COMMAND_FAILED")).toMatchObject({ details: { path: "coder.fix.verify" } });
    expect(run.changes).toEqual([{ path: "README.md", kind: "modified" }]);
  });

  it("changes nothing when one of the operations cannot be made", async () => {
    const run = await testAgent(coder, { models: { coder: scriptedModel([changing("README.md", "not in there", "")]) }, files }).run();
    expect(run.expectFailed("FILE_OPERATION_FAILED")).toMatchObject({ details: { path: "coder.fix.apply" } });
    expect([run.changes, run.node("coder.fix.verify").status]).toEqual([[], undefined]);
  });

  it("does not ask again when it is resumed after the tests could not run", async () => {
    const test = testAgent(coder, {
      models: { coder: recorded() },
      files,
      nodes: {
        "coder.fix.verify": ({ attempt }) => {
          if (attempt === 1) throw new Error("no room for another process");
          return { exitCode: 0, stdout: "", stderr: "", end: { stdout: "", stderr: "" }, lost: { stdout: 0, stderr: 0 } };
        },
      },
    });
    expect((await test.run()).node("coder.fix.verify").status).toBe("failed");
    const run = await test.resume();
    run.expectCompleted();
    expect([run.executed, run.requests("coder")]).toEqual([["coder.fix.verify"], []]);
    expect(run.changes).toEqual([{ path: "src/format.ts", kind: "modified" }]);
  });
});
