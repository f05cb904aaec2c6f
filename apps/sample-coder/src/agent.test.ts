import { DadError } from "@dad/protocol";
import { openRecordedModel } from "@dad/resources/recorded";
import { scriptedModel, testAgent } from "@dad/testing";
import { describe, expect, it } from "vitest";
import { coder } from "./agent.ts";

const files = new URL("../library/", import.meta.url);
const recorded = () => openRecordedModel({ file: new URL("../coder.tape.json", import.meta.url) });

/** A change of a file of the library, as the model gives it. */
const changing = (path: string, find: string, replace: string) =>
  scriptedModel([{ structured: { summary: "A change.", operations: [{ type: "edit_file", path, edits: [{ find, replace }] }] } }]);

/** How the tests of the library end. `e2e/` runs them. */
const passing = () => ({ exitCode: 0, stdout: "", stderr: "", end: { stdout: "", stderr: "" }, lost: { stdout: 0, stderr: 0 } });
const failing = () => {
  throw new DadError("COMMAND_FAILED", "a test fails");
};

describe("the single-shot coder", () => {
  it("changes what the recorded model says, and nothing else, before it runs the tests", async () => {
    const run = await testAgent(coder, { models: { coder: recorded() }, files, nodes: { "coder.fix.verify": passing } }).run();
    expect(run.expectCompleted().fix.apply.operations).toHaveLength(1);
    expect(run.changes).toEqual([{ path: "src/format.ts", kind: "modified" }]);
    expect(run.executed).toEqual(["coder.fix.survey", "coder.fix.plan", "coder.fix.apply", "coder.fix.verify"]);
    expect(run.node("coder.fix.verify").settings).toEqual({ argv: ["node", "--test"], isolation: "contained" });
  });

  it("asks once, with the task and with all files, and keeps the request before the call", async () => {
    const models = { coder: scriptedModel([new Error("the line is cut")]) };
    const run = await testAgent(coder, { models, files, inputs: { coder: { task: "Make it fast." } } }).run();
    expect(run.expectFailed()).toMatchObject({ details: { path: "coder.fix.plan" } });
    expect(run.requests("coder")).toHaveLength(1);
    expect(run.requests("coder")[0]?.messages.at(-1)?.content).toMatch(/^Make it fast\.[^]*format\.test\.ts[^]*export function/);
    expect(run.node("coder.fix.plan").artifact("state").text()).toContain("Make it fast.");
    expect(run.changes).toEqual([]);
  });

  it("fails when the tests still fail, and leaves its change to be looked at", async () => {
    const models = { coder: changing("README.md", "# ", "# The ") };
    const run = await testAgent(coder, { models, files, nodes: { "coder.fix.verify": failing } }).run();
    expect(run.expectFailed("COMMAND_FAILED")).toMatchObject({ details: { path: "coder.fix.verify" } });
    expect(run.changes).toEqual([{ path: "README.md", kind: "modified" }]);
  });

  it("changes nothing when its change cannot be made", async () => {
    const run = await testAgent(coder, { models: { coder: changing("README.md", "not in there", "") }, files }).run();
    expect(run.expectFailed("FILE_OPERATION_FAILED")).toMatchObject({ details: { path: "coder.fix.apply" } });
    expect([run.changes, run.node("coder.fix.verify").status]).toEqual([[], undefined]);
  });

  it("does not ask again when it is resumed after the tests could not run", async () => {
    const verify = ({ attempt }: { readonly attempt: number }) => (attempt === 1 ? failing() : passing());
    const test = testAgent(coder, { models: { coder: recorded() }, files, nodes: { "coder.fix.verify": verify } });
    expect((await test.run()).node("coder.fix.verify").status).toBe("failed");
    const run = await test.resume();
    run.expectCompleted();
    expect([run.executed, run.requests("coder")]).toEqual([["coder.fix.verify"], []]);
    expect(run.changes).toEqual([{ path: "src/format.ts", kind: "modified" }]);
  });
});
