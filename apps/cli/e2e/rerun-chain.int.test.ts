import { readdir, rm, utimes } from "node:fs/promises";
import { CheckoutReport, digestOfBytes, FsckReport, GcReport, RunComparison, RunDetails } from "@dad/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedConfig, shellAgent } from "./agents.ts";
import { type TestProject, testProject } from "./project.ts";

/** Nodes with small and large results, each of which tells how many nodes were executed before it. `first` fails while there is a file `broken`. */
const CHAIN = `
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { agent } from "@dad/agent";
import { callback } from "@dad/nodes";

const place = (name: string) => new URL(name, import.meta.url);
const executed = (name: string): string => {
  appendFileSync(place("executed.log"), name + "\\n");
  return name + " " + readFileSync(place("executed.log"), "utf8").split("\\n").length + "\\n";
};
const pure = (name: string) => ({ name, version: "1", effect: "pure" as const, workspace: "none" as const });
const first = callback(pure("first"), (): string => {
  if (existsSync(place("broken"))) throw new Error("it is broken");
  return executed("first");
});
const small = callback(pure("small"), (): string => executed("small"));
const large = callback(pure("large"), (): string => executed("large").repeat(5_000));
const last = callback(pure("last"), (input: string): string => executed("last") + input);

export const chain = agent("chain")
  .node("first", first({}))
  .node("small", small({}))
  .node("large", large({}))
  .node("last", ({ small }) => last(small));
`;

async function expectDone(project: TestProject, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.dad(...args);
  expect({ args, code, said: code === 0 ? "" : stderr + stdout }).toEqual({ args, code: 0, said: "" });
  return stdout;
}

const details = async (project: TestProject, runId: string) => RunDetails.parse(JSON.parse(await expectDone(project, "show", runId, "--json")));
const executions = async (project: TestProject) => (await project.read("executed.log")).trimEnd().split("\n");

/** What is wrong. That the branch of a deleted run is left is only told. */
async function problems(project: TestProject, ...args: string[]): Promise<FsckReport["findings"]> {
  const { findings } = FsckReport.parse(JSON.parse((await project.dad("fsck", ...args, "--json")).stdout));
  return findings.filter(({ severity }) => severity !== "info");
}

/** By path, the bytes of all files of the nodes that a run has. */
async function filesOf(project: TestProject, runId: string): Promise<ReadonlyMap<string, string>> {
  const { nodes } = await project.manifest(runId);
  const paths = nodes.flatMap(({ artifacts }) => artifacts.map(({ path }) => path));
  return new Map(await Promise.all(paths.map(async (path) => [path, await project.read("runs", runId, path)] as const)));
}

/** All content that there is may be collected, going by its age. */
async function ageContents(project: TestProject): Promise<void> {
  const blobs = "runs/.dad/blobs/blobs/sha256";
  for (const name of await readdir(project.path(blobs))) await utimes(project.path(blobs, name), 0, 0);
}

const remove = (project: TestProject, ...path: string[]) => rm(project.path("runs", ...path), { recursive: true });

describe("a re-run of a re-run, whose earlier runs were deleted", () => {
  let project: TestProject;
  let first: ReadonlyMap<string, string>;
  let middle: ReadonlyMap<string, string>;
  let collected: GcReport["objects"];

  beforeAll(async () => {
    project = await testProject({ "agent.ts": CHAIN, "other.ts": shellAgent("head -c 50000 /dev/zero") });
    await expectDone(project, "run", "agent.ts", "--run-id", "first");
    await expectDone(project, "rerun", "first", "--run-id", "middle", "--reask", "chain.small", "--reask", "chain.large");
    await expectDone(project, "rerun", "middle", "--run-id", "last", "--from", "chain.last");
    await expectDone(project, "run", "other.ts", "--run-id", "other");
    first = await filesOf(project, "first");
    await expectDone(project, "checkout", "middle");
    middle = await filesOf(project, "middle");
    for (const runId of ["first", "middle", "other"]) await remove(project, runId);
    await ageContents(project);
    collected = GcReport.parse(JSON.parse(await expectDone(project, "gc", "--json"))).objects.filter(({ verdict }) => verdict === "collect");
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("reused what each of them had executed", async () => {
    expect(await executions(project)).toEqual(["first", "small", "large", "last", "small", "large", "last", "last"]);
    const { nodes } = await details(project, "last");
    expect(nodes.map(({ path, decision, origin }) => [path, decision, origin?.runId])).toEqual([
      ["chain.first", "reused", "first"],
      ["chain.small", "reused", "middle"],
      ["chain.large", "reused", "middle"],
      ["chain.last", "executed", undefined],
    ]);
  });

  it("is whole when what no run needs is gone, although it shows no files of what it reuses", async () => {
    // Those of the run that is no part of the chain: its output, and what it gave.
    expect(collected.filter(({ kind }) => kind === "blob")).toHaveLength(2);
    expect(await expectDone(project, "fsck")).toContain("\n1 run");
    expect(await problems(project)).toEqual([]);
    expect((await readdir(project.path("runs/last/chain"))).sort()).toEqual(["last"]);
  });

  it("is shown with the runs that it comes from", async () => {
    const stdout = await expectDone(project, "show", "last");
    expect(stdout).toContain("\nre-run of middle from chain.last\n");
    expect(stdout).toMatch(/chain\.first +completed .*reused from first$/m);
    expect(stdout).toMatch(/chain\.large +completed .*reused$/m);
  });

  it("gets all of its files, byte by byte", async () => {
    const { written, failed, foreign } = CheckoutReport.parse(JSON.parse(await expectDone(project, "checkout", "last", "--json")));
    expect({ failed, foreign }).toEqual({ failed: [], foreign: [] });
    const files = await filesOf(project, "last");
    expect(written.toSorted()).toEqual([...files.keys()].filter((path) => !path.startsWith("chain/last/")).toSorted());
    const originOf = (path: string) => (path.startsWith("chain/first/") ? first : middle);
    expect(written.map((path) => [path, files.get(path)])).toEqual(written.map((path) => [path, originOf(path).get(path)]));
    expect(Math.max(...[...files.values()].map(({ length }) => length))).toBeGreaterThan(16 * 1024);
    const artifacts = (await details(project, "last")).nodes.flatMap((node) => node.artifacts);
    expect(artifacts.map(({ path }) => digestOfBytes(files.get(path) ?? ""))).toEqual(artifacts.map(({ digest }) => digest));
    expect(await problems(project)).toEqual([]);
  });

  it("misses no file of what it reuses, and tells of one that is another", async () => {
    await expectDone(project, "checkout", "last");
    await remove(project, "last/chain/first");
    await project.write("runs/last/chain/small/outcome.json", "mine");
    expect(await problems(project)).toMatchObject([{ code: "VIEW_CHANGED", where: "last/chain/small/outcome.json" }]);
    await expectDone(project, "fsck", "--repair");
    expect(await project.read("runs/last/chain/small/outcome.json")).toBe(middle.get("chain/small/outcome.json"));
  });

  it("has all that a re-run of it needs, which executes nothing", async () => {
    const before = await executions(project);
    expect(await expectDone(project, "explain", "last")).toContain("nodes     4 reused\n");
    await expectDone(project, "rerun", "last", "--run-id", "next");
    expect(await executions(project)).toEqual(before);
    const { nodes } = await details(project, "next");
    expect(nodes.map(({ origin }) => origin?.runId)).toEqual(["first", "middle", "middle", "last"]);
    expect(await problems(project)).toEqual([]);
  });
});

describe("a re-run that stopped, whose earlier run was deleted", () => {
  it("keeps the contents that it did not come to name, and goes on with them", async () => {
    await using project = await testProject({ "agent.ts": CHAIN });
    await expectDone(project, "run", "agent.ts", "--run-id", "first");
    await project.write("broken", "");
    expect((await project.dad("rerun", "first", "--run-id", "again", "--reask", "chain.first")).code).toBe(1);
    await remove(project, "first");
    await ageContents(project);
    expect(await expectDone(project, "gc", "--verbose")).toMatch(/^keep content .*what run again retains of another one names it$/m);
    await rm(project.path("broken"));
    await expectDone(project, "resume", "again");
    expect(await executions(project)).toEqual(["first", "small", "large", "last", "first"]);
    await expectDone(project, "checkout", "again");
    expect(await project.artifact("again", "outcome")).toBe('"first 6\\n"\n');
    expect(await problems(project)).toEqual([]);
  });
});

describe("a re-run whose origin is lost", () => {
  it("is told of with the run that made what is missing", async () => {
    await using project = await testProject({ "agent.ts": CHAIN });
    await expectDone(project, "run", "agent.ts", "--run-id", "first");
    await expectDone(project, "rerun", "first", "--run-id", "again", "--from", "chain.last");
    await remove(project, "first");
    const retained = "runs/again/.origins/first.jsonl";
    const whole = await project.read(retained);
    await project.write(retained, whole.replace('"name":"outcome"', '"name":"outcame"'));
    const damaged = await problems(project, "again");
    expect(damaged.map(({ code, where }) => `${code} ${where}`)).toContain("ORIGIN_DAMAGED again/.origins/first.jsonl");
    const missing = (findings: FsckReport["findings"]) => findings.filter(({ code }) => code === "ARTIFACT_MISSING").map(({ what }) => what);
    expect(missing(damaged)).toContainEqual(
      expect.stringMatching(
        /^the artifact "outcome" of node chain\.small of run again is not there: run first made it, and the journal of run first is damaged in line \d+: /,
      ),
    );

    await remove(project, "again/.origins");
    expect(missing(await problems(project))).toContain(
      'the artifact "outcome" of node chain.small of run again is not there: run first made it, and is gone, and its journal is not retained',
    );
    expect((await project.dad("checkout", "again")).code).toBe(1);
    await project.write(retained, whole);
    expect(await problems(project)).toEqual([]);
  });
});

const ASKER = `
import { agent } from "@dad/agent";
import { askModelFor } from "@dad/nodes";
import { z } from "zod";

const title = (prompt: string) => askModelFor(z.object({ title: z.string() }), { model: "writer", prompt });
export const asker = agent("asker").node("plan", title("A plan, please")).node("ask", title("A title, please"));
`;

describe("dad diff of a run and its re-run", () => {
  it("shows what a node was asked that is executed with other settings, whichever of them is the re-run", async () => {
    await using project = await testProject({ "agent.ts": ASKER, "dad.config.ts": scriptedConfig({ title: "Runs" }) });
    await expectDone(project, "run", "agent.ts", "--run-id", "first");
    await expectDone(project, "rerun", "first", "--run-id", "same");
    expect(await expectDone(project, "diff", "first", "same")).toContain("2 nodes without a difference");
    await expectDone(project, "rerun", "same", "--run-id", "other", "--set", 'asker.ask.prompt="A better title"');
    await remove(project, "first");
    const diff = async (...runs: string[]) => RunComparison.parse(JSON.parse((await project.dad("diff", ...runs, "--json")).stdout));
    const { nodes } = await diff("same", "other");
    expect(nodes.map(({ path, differs }) => [path, differs])).toEqual([
      ["asker.plan", []],
      ["asker.ask", ["fingerprint", "prompt"]],
    ]);
    expect(nodes[1]?.prompt?.text?.unified).toContain("-A title, please\n+A better title\n");
    const { nodes: back } = await diff("other", "same");
    expect(back[1]?.prompt?.text?.unified).toContain("-A better title\n+A title, please\n");
    expect((await details(project, "same")).saved).toMatchObject({ inputTokens: 0, recorded: { calls: 2, inputTokens: 24, outputTokens: 6 } });
    expect(await expectDone(project, "show", "same")).toContain("\nsaved     recorded: 2 replies, 24 in, 6 out (nothing paid)\n");
  });
});
