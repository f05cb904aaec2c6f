import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArtifactDraft, NodeContext } from "@dad/agent";
import type { IsolationSpace } from "@dad/isolation";
import { scopeIsolation } from "@dad/isolation/scope";
import { runCommand } from "@dad/nodes";
import { type ArtifactEntry, NodePath, RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let workspace: string;
let space: IsolationSpace;
let artifacts: Map<string, ArtifactDraft>;
let controller: AbortController;

beforeEach(async () => {
  workspace = await realpath(await mkdtemp(join(tmpdir(), "dad command ")));
  space = await scopeIsolation({ graceMs: 100 }).open({ runId: RunId.parse("run_1"), workspace, env: { OF_SPACE: "1" } });
  artifacts = new Map();
  controller = new AbortController();
});

afterEach(async () => {
  await space[Symbol.asyncDispose]();
  await rm(workspace, { recursive: true, force: true });
});

/** Only what the node uses. */
function context(): NodeContext {
  const used: Pick<NodeContext, "path" | "signal" | "space" | "workspace" | "record"> = {
    path: NodePath.parse("agent.command"),
    signal: controller.signal,
    space,
    workspace,
    record: async (draft) => {
      artifacts.set(draft.name, draft);
      return {} as ArtifactEntry;
    },
  };
  return used as NodeContext;
}

function run(settings: Parameters<typeof runCommand>[0]): Promise<unknown> {
  const { nodeType } = runCommand(settings);
  return nodeType.execute(context(), { settings: nodeType.settings.parse(settings), input: undefined });
}

const node = (program: string): string[] => [process.execPath, "-e", program];

describe("runCommand with real processes", () => {
  it("runs in the workspace, with the environment of the space and its own, and standard input", async () => {
    const program = "console.log(process.cwd(), process.env.OF_SPACE, process.env.OWN); process.stdin.pipe(process.stderr)";
    await expect(run({ argv: node(program), env: { OWN: "2" }, stdin: "from stdin" })).resolves.toEqual({
      exitCode: 0,
      stdout: `${workspace} 1 2\n`,
      stderr: "from stdin",
      lost: { stdout: 0, stderr: 0 },
    });
  });

  it("does not expand anything in argv, and lets sh do so in a shell line", async () => {
    await expect(run({ argv: ["echo", "$OF_SPACE; exit 3", "*"] })).resolves.toMatchObject({ stdout: "$OF_SPACE; exit 3 *\n" });
    await expect(run({ shell: 'echo "$OF_SPACE" | tr 1 2' })).resolves.toMatchObject({ stdout: "2\n" });
  });

  it("reports the exit code and keeps what was written", async () => {
    await expect(run({ argv: node("console.error('boom'); process.exit(7)") })).rejects.toMatchObject({
      code: "COMMAND_FAILED",
      message: expect.stringContaining("exit code 7; its stderr ends with:\nboom") as string,
      details: { exitCode: 7 },
    });
    expect(Buffer.from(artifacts.get("stderr")?.data as Uint8Array).toString()).toBe("boom\n");
  });

  it("keeps output that is not UTF-8 as it is, and bounds what is too long", async () => {
    const output = await run({
      argv: node("process.stdout.write(Buffer.from([0xff, 0x61])); process.stderr.write('x'.repeat(100000))"),
      outputLimitBytes: 1000,
    });
    expect(output).toMatchObject({ stdout: "\ufffda", stderr: "x".repeat(1000), lost: { stdout: 0, stderr: 99_000 } });
    expect(artifacts.get("stdout")?.data).toEqual(new Uint8Array([0xff, 0x61]));
  });

  it("ends a command that takes too long, and keeps what it wrote", async () => {
    const failure = run({ argv: node("console.log('started'); setInterval(() => {}, 1000)"), timeoutMs: 1500 });
    await expect(failure).rejects.toMatchObject({ code: "COMMAND_TIMEOUT" });
    expect([...artifacts.keys()]).toEqual(["stdout", "stderr"]);
  });

  it("ends a command when the attempt is aborted, and rejects with the reason", async () => {
    const reason = new Error("cancelled");
    const failure = run({ argv: node("setInterval(() => {}, 1000)") });
    setImmediate(() => controller.abort(reason));
    await expect(failure).rejects.toBe(reason);
  });

  it("says which program is missing", async () => {
    await expect(run({ argv: ["no-such-program-anywhere"] })).rejects.toMatchObject({ code: "PROGRAM_MISSING" });
  });

  it("says which directory is missing", async () => {
    await expect(run({ argv: ["ls"], cwd: "gone" })).rejects.toMatchObject({ code: "CWD_INVALID" });
  });
});
