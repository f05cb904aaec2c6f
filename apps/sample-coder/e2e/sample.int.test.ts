import { type ExecFileException, execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RunManifest, RunSummary } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dad sample "));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(file: string, args: readonly string[], options: { readonly cwd?: string } = {}): Promise<Ended> {
  // Without a key of a provider, wherever the test runs.
  const { ANTHROPIC_API_KEY: _anthropic, OPENAI_API_KEY: _openai, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(file, args, { ...options, env }, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout, stderr });
    });
  });
}

const sample = (...args: readonly string[]) =>
  run(process.execPath, ["--conditions=@dad/source", MAIN, "--run-root", join(directory, "runs"), ...args]);
const repository = () => join(directory, "runs", "outcome", "tiny-duration");
const runIdIn = (summary: string) => /run_\d{8}_\d{6}_[0-9a-f]{6}/.exec(summary)?.[0] ?? "none";

/** The tests of the library as a branch has it. */
async function testsOn(branch: string): Promise<Ended> {
  const tree = join(directory, branch.replaceAll("/", "-"));
  await mkdir(tree);
  const archive = join(directory, "tree.tar");
  await run("git", ["-C", repository(), "archive", "--output", archive, branch]);
  await run("tar", ["-xf", archive, "-C", tree]);
  return run(process.execPath, ["--test"], { cwd: tree });
}

describe("the single-shot coder", () => {
  it("makes the failing test pass on the branch of each of two runs at once, and leaves main as it was", async () => {
    const ended = await Promise.all([sample(), sample()]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    const runIds = ended.map(({ stdout }) => runIdIn(stdout));
    expect(new Set(runIds).size).toBe(2);
    expect((await testsOn("main")).code).toBe(1);
    for (const runId of runIds) {
      expect((await testsOn(`run/${runId}`)).code).toBe(0);
      const changed = await run("git", ["-C", repository(), "diff", "--name-only", `main...run/${runId}`]);
      expect(changed.stdout).toBe("src/format.ts\n");
    }
  });

  it("says that its model is a recording, where everything is, and what to try next", async () => {
    const { stdout } = await sample();
    const runId = runIdIn(stdout);
    for (const part of [
      "the model is a recording",
      "coder.fix.verify  completed",
      "tokens    0 in, 0 out",
      "(nothing paid)",
      "$0.00",
      `branch run/${runId}`,
      `show ${runId}`,
    ])
      expect(stdout).toContain(part);
    const manifest = await readFile(join(directory, "runs", runId, "run.json"), "utf8");
    expect(RunManifest.parse(JSON.parse(manifest))).toMatchObject({ status: "completed", rootComponentId: "coder" });
  });

  it("names the profiles that there are, when it is asked for another", async () => {
    const { code, stderr } = await sample("--profile", "nope");
    expect(code).toBe(2);
    expect(stderr).toMatch(/error PROFILE_UNKNOWN: .*"nope".*anthropic, openai, recorded/);
  });

  it("tests its change once more without asking the model again, on a branch that has the change", async () => {
    const runId = runIdIn((await sample()).stdout);
    const dad = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));
    const args = ["--conditions=@dad/source", dad, "rerun", runId, "--from", "coder.fix.verify", "--run-root", join(directory, "runs"), "--json"];
    const { code, stdout } = await run(process.execPath, args);
    expect(code).toBe(0);
    const { runId: again, nodes, usage } = RunSummary.parse(JSON.parse(stdout));
    const executed = nodes.filter(({ decision }) => decision === "executed").map(({ path }) => path);
    expect([executed, usage]).toEqual([["coder.fix.verify"], { inputTokens: 0, outputTokens: 0, costUsd: 0 }]);
    expect((await testsOn(`run/${again}`)).code).toBe(0);
    const changed = await run("git", ["-C", repository(), "diff", "--name-only", `run/${runId}`, `run/${again}`]);
    expect(changed.stdout).toBe("");
  });
});
