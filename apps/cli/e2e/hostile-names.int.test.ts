import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { NodeId, RunId, RunIdPrefix } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { shellAgent } from "./agents.ts";
import { HOSTILE_NAMES, type HostileName, type Slot } from "./hostile-names.ts";
import { type Ended, type TestProject, testProject } from "./project.ts";

const RUN_ROOT = join("work", "runs");
const SCHEMAS = { "run id": RunId, prefix: RunIdPrefix, "node id": NodeId } as const;

const takenAs = (slot: Slot) => HOSTILE_NAMES.filter((name) => name.takenAs.includes(slot));
const refusedAs = (slot: Slot) => HOSTILE_NAMES.filter((name) => !name.takenAs.includes(slot));
const texts = (names: readonly HostileName[]) => names.map(({ text }) => text);

describe.each(Object.entries(SCHEMAS) as ReadonlyArray<[keyof typeof SCHEMAS, z.ZodType]>)("as a %s", (slot, schema) => {
  it.each(HOSTILE_NAMES)("$what is taken or refused as the table says", ({ text, takenAs: slots }) => {
    expect(schema.safeParse(text).success).toBe(slots.includes(slot));
  });
});

describe("the command line", () => {
  // Some of them: each starts the program once, and the schema that all go through is tried with every one above.
  it("refuses hostile run ids, and touches nothing outside of the run root", async () => {
    await using project = await withCanary();
    const refused = refusedAs("run id").filter(({ text }, index) => index % 4 === 0 && !text.includes("\0"));
    const ended = await each(refused, ({ text }) => run(project, `--run-id=${text}`));
    expect(ended.map(outcomeOf)).toEqual(refused.map(() => ({ code: 2, error: "RUN_ID_INVALID" })));
    expect(await project.runs()).toEqual([]);
    expect(await project.isUntouched()).toBe(true);
  });

  it("refuses hostile prefixes in the same way", async () => {
    await using project = await withCanary();
    const refused = refusedAs("prefix").filter(({ text }, index) => index % 12 === 0 && !text.includes("\0"));
    const ended = await each(refused, ({ text }) => run(project, `--prefix=${text}`));
    expect(ended.map(outcomeOf)).toEqual(refused.map(() => ({ code: 2, error: "RUN_ID_INVALID" })));
    expect(await project.runs()).toEqual([]);
    expect(await project.isUntouched()).toBe(true);
  });

  it("takes the others, which name directories in the run root and nothing else", async () => {
    await using project = await withCanary();
    const [ids, prefixes] = [texts(takenAs("run id")), texts(takenAs("prefix"))];
    const ended = await each([...ids.map((id) => `--run-id=${id}`), ...prefixes.map((prefix) => `--prefix=${prefix}`)], (flag) => run(project, flag));
    expect(ended.map(({ code }) => code)).toEqual(ended.map(() => 0));
    const made = await project.runs();
    expect(made).toEqual(expect.arrayContaining([...ids, ...prefixes.map((prefix) => expect.stringMatching(`^${prefix}_run_`) as string)]));
    expect(made).toHaveLength(ended.length);
    expect(await project.isUntouched()).toBe(true);
  });

  it("shows no run by a hostile id", async () => {
    await using project = await withCanary();
    await run(project, "--run-id=plain");
    const ended = await each(["..", "../../canary", "-rf", "outcome", "plain/../plain"], (text) =>
      project.dad("show", "--run-root", RUN_ROOT, "--json", "--", text),
    );
    expect(ended.map(outcomeOf)).toEqual(ended.map(() => ({ code: 2, error: "RUN_UNKNOWN" })));
    expect(await project.isUntouched()).toBe(true);
  });

  it("takes no hostile node id from a definition, also not from one that was written by hand", async () => {
    const byHand =
      '{ kind: "agent", id: "a", variables: {}, elements: [{ id: "../../../canary/planted", definition: { kind: "flow", id: "f", elements: [], variables: {} } }] }';
    await using project = await withCanary({ "ids.ts": tryingIds(), "hand.ts": `export const agent = ${byHand};` });
    const tried = await project.dad("run", "ids.ts", "--run-root", RUN_ROOT, "--run-id=tried");
    expect(tried.code).toBe(0);
    expect(JSON.parse(await project.read(RUN_ROOT, "tried", "only", "step", "outcome.json"))).toEqual(texts(takenAs("node id")));
    const ended = await project.dad("run", "hand.ts", "--run-root", RUN_ROOT, "--json");
    expect(outcomeOf(ended)).toEqual({ code: 2, error: "DEFINITION_INVALID" });
    expect(ended.stderr).toContain('"../../../canary/planted" in a can have no path');
    expect(await project.runs()).toEqual(["tried"]);
    expect(await project.isUntouched()).toBe(true);
  });

  it("keeps artifacts of a hostile name below their node, or not at all", async () => {
    await using project = await withCanary({ "artifacts.ts": tryingArtifacts() });
    const { code, stderr } = await project.dad("run", "artifacts.ts", "--run-root", RUN_ROOT, "--run-id=kept");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const files = await project.filesOf("kept");
    const places = texts(takenAs("artifact")).map((text) => `only/step/files/${text}${/\.[A-Za-z0-9]+$/.test(text) ? "" : ".txt"}`);
    expect(files.filter((file) => file.startsWith("only/step/files/")).toSorted()).toEqual(places.toSorted());
    expect(files.filter((file) => !file.startsWith("only/step/")).toSorted()).toEqual([
      ".trace/dad_metadata.json",
      ".trace/logs.jsonl",
      ".trace/metrics.jsonl",
      ".trace/trace.jsonl",
      "journal.jsonl",
      "run.json",
    ]);
    const refused = JSON.parse(await project.read(RUN_ROOT, "kept", "only", "step", "outcome.json")) as Record<string, string>;
    const codes = texts(refusedAs("artifact")).map((text) => [text.toWellFormed(), text === "outcome" ? "ARTIFACT_EXISTS" : "ARTIFACT_REFUSED"]);
    expect(refused).toEqual(Object.fromEntries(codes));
    expect(await project.isUntouched()).toBe(true);
  });

  it("has no static input for a hostile name", async () => {
    // Half a character is refused before it is a name.
    const keys = texts(HOSTILE_NAMES).filter((text) => text !== "__proto__" && text.isWellFormed());
    const inputs = JSON.stringify(Object.fromEntries(keys.map((key) => [key, 1])));
    await using project = await withCanary({ "inputs.json": inputs, "proto.json": '{"__proto__": 1}' });
    const ended = await run(project, "--static-inputs=inputs.json");
    expect(outcomeOf(ended)).toEqual({ code: 2, error: "STATIC_INPUT_INVALID" });
    expect(ended.stderr.match(/ is for nothing in this definition/g)).toHaveLength(keys.length);
    expect(outcomeOf(await run(project, "--static-inputs=proto.json"))).toEqual({ code: 2, error: "STATIC_INPUTS_INVALID" });
    expect(await project.runs()).toEqual([]);
    expect(await project.isUntouched()).toBe(true);
  });
});

interface CanaryProject extends TestProject {
  /** Whether everything outside of the run root is as it was. */
  isUntouched(): Promise<boolean>;
  /** What is in the run root, but for what belongs to all runs. */
  runs(): Promise<string[]>;
  /** Paths below the directory of a run. */
  filesOf(runId: string): Promise<string[]>;
}

async function withCanary(files: Readonly<Record<string, string>> = {}): Promise<CanaryProject> {
  const project = await testProject({ "a.ts": shellAgent("true"), "canary/planted": "alive", "work/canary/planted": "alive", ...files });
  const before = await treeHash(project.directory);
  const filesIn = async (directory: string) => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1));
  };
  return {
    ...project,
    isUntouched: async () => (await treeHash(project.directory)) === before,
    async runs() {
      const names = await readdir(project.path(RUN_ROOT)).catch(() => []);
      return names.filter((name) => ![".dad", "outcome"].includes(name));
    },
    filesOf: (runId) => filesIn(project.path(RUN_ROOT, runId)),
  };
}

/** Of all names and contents outside of the run root. */
async function treeHash(directory: string): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries.toSorted((left, right) => (join(left.parentPath, left.name) < join(right.parentPath, right.name) ? -1 : 1))) {
    const path = join(entry.parentPath, entry.name);
    const below = path.slice(directory.length + 1);
    if (below === RUN_ROOT || below.startsWith(`${RUN_ROOT}/`)) continue;
    hash.update(`${below}\n`);
    if (entry.isFile()) hash.update(await readFile(path));
  }
  return hash.digest("hex");
}

function run(project: TestProject, flag: string): Promise<Ended> {
  return project.dad("run", "a.ts", "--run-root", RUN_ROOT, "--json", flag);
}

function outcomeOf({ code, stdout }: Ended): { readonly code: number | null; readonly error: unknown } {
  return { code, error: (JSON.parse(stdout) as { error?: { code?: unknown } }).error?.code };
}

const AT_ONCE = 4;

/** Some at a time, in order. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<Ended>): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) ended.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  return ended;
}

/** An agent that gives those of the names that an element may have. */
function tryingIds(): string {
  return `
import { agent, flow } from "@dad/agent";
import { callback } from "@dad/nodes";

const names: string[] = ${JSON.stringify(texts(HOSTILE_NAMES))};
const takes = (name: string): boolean => {
  try {
    flow("f").component(name, flow("g"));
    flow(name);
    return true;
  } catch {
    return false;
  }
};
const step = callback({ name: "step", version: "1" }, async (): Promise<string[]> => names.filter(takes));
export const only = agent("only").node("step", step({}));
`;
}

/** An agent that keeps an artifact of each name, and gives the codes of those that it could not keep. */
function tryingArtifacts(): string {
  return `
import { agent, defineNode } from "@dad/agent";
import { z } from "zod";

const names: string[] = ${JSON.stringify(texts(HOSTILE_NAMES))};
const trying = defineNode({
  type: "trying",
  version: "1",
  effect: "pure",
  settings: z.object({}),
  output: z.record(z.string(), z.string()),
  async execute(context) {
    const refused: Record<string, string> = {};
    for (const name of names) {
      await context.record({ name, data: "planted" }).catch((error) => {
        refused[name.toWellFormed()] = error.code ?? String(error);
      });
    }
    return refused;
  },
});
export const only = agent("only").node("step", trying({}));
`;
}
