import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agent, defineNode } from "@dad/agent";
import { type LocalOutcomeOptions, type LocalStore, localStore, resumeAgent, runAgent, type RunAgentOptions } from "@dad/local";
import type { RunDetails } from "@dad/protocol";
import { staticResourceRegistry } from "@dad/resources/static";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

let projectRoot: string;
beforeEach(async () => {
  projectRoot = await mkdtemp(join(tmpdir(), "dad outcomes "));
});
afterEach(() => rm(projectRoot, { recursive: true, force: true }));

const SECRET = "hunter2-hunter2-hunter2";
const ports = { resources: staticResourceRegistry({ profiles: { default: {} } }).profile() };
/** Digits of another length than a test makes are another file. */
const LARGE = "0123456789";

function open(outcome: LocalOutcomeOptions = {}): LocalStore {
  return localStore({ projectRoot, project: "p", hostEnv: { PATH: process.env["PATH"], DEPLOY_TOKEN: SECRET }, durability: "relaxed", outcome });
}

/** Writes a file of the workspace; a text that begins with `->` becomes a link. */
const write = defineNode({
  type: "write",
  version: "1",
  effect: "idempotent",
  workspace: "confined",
  settings: z.object({ to: z.string(), text: z.string() }),
  output: z.null(),
  async execute({ workspace = "" }, { settings: { to, text } }) {
    if (text.startsWith("->")) await symlink(text.slice(2), join(workspace, to));
    else await writeFile(join(workspace, to), text);
    return null;
  },
});
const writing = (text: string) =>
  agent("main")
    .node("bad", write({ to: "bad.txt", text }))
    .node("good", write({ to: "good.txt", text: "good" }));

const git = (directory: string, ...args: string[]): string => execFileSync("git", ["-C", directory, ...args], { encoding: "utf8" }).trimEnd();
const outcomesOf = (...args: string[]) => git(join(projectRoot, "runs", "outcome", "p"), ...args);

async function ran(store: LocalStore, text: string, options: Partial<RunAgentOptions> = {}) {
  return await runAgent(writing(text), { store, ports, runId: "r", ...options });
}

describe("files that cannot be committed", () => {
  it.each([
    { text: `one\nkey=${SECRET}`, code: "OUTCOME_SECRET", message: /"bad\.txt" line 2 \(env:DEPLOY_TOKEN, as it is\)\. Take it out of the file/ },
    { text: "->/etc/passwd", code: "OUTCOME_PATH_INVALID", message: /"bad\.txt" .*link that leads out of the working tree/ },
  ])("fail the end of the run, and stay where they can be put in order before it is resumed: $code", async ({ text, code, message }) => {
    await using store = open();
    const { run, error } = await ran(store, text);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as unknown });
    expect(run).toMatchObject({ status: "failed", outcome: null, error: { code }, nodes: [{ status: "completed" }, { status: "completed" }] });
    expect(JSON.stringify(run)).not.toContain(SECRET);
    const work = join(store.workDirectory, "r");
    expect(await readFile(join(work, "good.txt"), "utf8")).toBe("good");
    await unlink(join(work, "bad.txt"));
    const { run: again } = await resumeAgent(writing(text), { store, ports, runId: "r" });
    expect(again.status).toBe("completed");
    expect(outcomesOf("ls-tree", "-r", "--name-only", "run/r").split("\n")).toEqual(["README.md", "good.txt"]);
    // Also not in what was kept of the tree meanwhile.
    expect(outcomesOf("log", "--all", "--oneline", "-S", SECRET)).toBe("");
  });
});

describe("what a project says of its outcomes", () => {
  it("is heeded: who commits, tags, how many commits, and how large a file may be in them", async () => {
    await using store = open({ author: { name: "Build Bot", email: "bot@example.com" }, tags: true, nodes: false, largeBytes: 9 });
    const { run } = await ran(store, LARGE);
    expect(run.status).toBe("completed");
    expect(outcomesOf("log", "--format=%an <%ae> %s", "main..run/r")).toMatch(/^Build Bot <bot@example\.com> \[r\] Run completed at \S+$/);
    expect(outcomesOf("tag")).toBe("outcome/r");
    expect(outcomesOf("ls-tree", "-r", "--name-only", "run/r")).not.toContain("bad.txt\n");
    expect(run.outcome?.large).toMatchObject([{ path: "bad.txt", size: LARGE.length }]);
  });

  it("is that nothing is a secret but what it names", async () => {
    await using store = open({ secrets: ["OTHER"] });
    expect((await ran(store, SECRET)).run.status).toBe("completed");
  });
});

describe("a run that starts from a revision of the project", () => {
  it("has what is committed there and nothing else, and hands that on to its re-runs", async () => {
    const author = ["-c", "user.name=A", "-c", "user.email=a@b"];
    git(projectRoot, "init", "--quiet", "--initial-branch=trunk");
    await writeFile(join(projectRoot, "committed.txt"), "1");
    git(projectRoot, "add", "committed.txt");
    git(projectRoot, ...author, "commit", "--quiet", "-m", "first");
    await writeFile(join(projectRoot, "left.txt"), "");
    await using store = open();
    const { run } = await ran(store, "1", { revision: "trunk" });
    const source = { revision: "trunk", commit: git(projectRoot, "rev-parse", "HEAD") };
    expect(run).toMatchObject({ status: "completed", start: { source } });
    const files = ["bad.txt", "committed.txt", "good.txt"];
    expect(outcomesOf("ls-tree", "--name-only", "run/r").split("\n")).toEqual(files);
    const rerun = await ran(store, "2", { runId: "again", rerun: { of: "r" } });
    const from = (details: RunDetails) => details.start?.source ?? details.rerun?.start?.source;
    expect(from(rerun.run)).toMatchObject(source);
    expect(outcomesOf("ls-tree", "--name-only", "run/again").split("\n")).toEqual(files);
    expect(git(projectRoot, "status", "--porcelain")).toBe("?? left.txt\n?? runs/");
    expect(git(projectRoot, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/trunk");
  });

  it("is not made when there is no such revision: nothing is on record", async () => {
    await using store = open();
    await expect(ran(store, "1", { revision: "trunk" })).rejects.toMatchObject({ code: "OUTCOME_REVISION_UNKNOWN" });
    expect(await readdir(projectRoot)).toEqual([]);
  });
});
