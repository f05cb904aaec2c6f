import { EventEmitter, once } from "node:events";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArtifactDraft, NodeContext, OutputPiece } from "@dad/agent";
import type { IsolationSpace } from "@dad/isolation";
import { processIsolation } from "@dad/isolation/process";
import { runCommand } from "@dad/nodes";
import { type ArtifactEntry, NodePath, RunId } from "@dad/protocol";
import { redactor } from "@dad/secrets";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let workspace: string;
let space: IsolationSpace;
let artifacts: Map<string, ArtifactDraft>;
let controller: AbortController;
let pieces: OutputPiece[];

beforeEach(async () => {
  workspace = await realpath(await mkdtemp(join(tmpdir(), "dad command ")));
  space = await processIsolation({ graceMs: 100 }).open({ runId: RunId.parse("run_1"), workspace, env: { OF_SPACE: "1" } });
  artifacts = new Map();
  controller = new AbortController();
  pieces = [];
});

afterEach(async () => {
  await space[Symbol.asyncDispose]();
  await rm(workspace, { recursive: true, force: true });
});

/** Only what the node uses. */
function context(): NodeContext {
  const used: Pick<NodeContext, "path" | "signal" | "space" | "workspace" | "redactor" | "record" | "emit" | "stream"> = {
    path: NodePath.parse("agent.command"),
    signal: controller.signal,
    space,
    workspace,
    redactor: redactor(),
    record: async (draft) => {
      artifacts.set(draft.name, draft);
      return {} as ArtifactEntry;
    },
    emit: async () => {},
    stream: (piece) => void pieces.push(piece),
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

  it("gives a command nothing of the host's environment but what the space has (D-31)", async () => {
    const { stdout } = (await run({ argv: node("console.log(JSON.stringify(process.env))"), env: { OWN: "2" } })) as { stdout: string };
    expect(JSON.parse(stdout)).toEqual({ ...space.env, OWN: "2" });
    expect(space.env).toEqual({ PATH: expect.any(String) as string, HOME: expect.any(String) as string, OF_SPACE: "1" });
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
    expect(output).toMatchObject({
      stdout: "\ufffda",
      stderr: "x".repeat(750),
      end: { stderr: "x".repeat(250) },
      lost: { stdout: 0, stderr: 99_000 },
    });
    expect(artifacts.get("stdout")?.data).toEqual(new Uint8Array([0xff, 0x61]));
    expect(pieces.filter(({ channel }) => channel === "stderr").reduce((size, { text }) => size + text.length, 0)).toBe(1000);
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

  const STUBBORN = "process.on('SIGTERM', () => {});";
  const GRANDCHILD = "require('node:child_process').spawn(process.execPath, ['-e', process.env.CHILD], { stdio: 'inherit' });";
  const ENDLESS = "const write = () => process.stdout.write('x'.repeat(65536), write); write();";

  describe.each([
    ["ignores requests to end", STUBBORN, 1],
    ["has started another that ignores them", `${STUBBORN}${GRANDCHILD}`, 2],
    ["writes for ever", `${STUBBORN}${ENDLESS}`, 1],
  ])("and a command that %s", (_what, program, processes) => {
    it("leaves none of it when the attempt is aborted", async () => {
      await using register = await openRegister();
      const reason = new Error("cancelled");
      const failure = run({ argv: node(register.registering(program)), env: { CHILD: register.registering(STUBBORN) } });
      await register.hasHeardOf(processes);
      controller.abort(reason);
      await expect(failure).rejects.toBe(reason);
      await register.isEmpty();
      expect([...artifacts.keys()]).toContain("stdout");
    });

    it("leaves none of it when its time is over, and keeps what it wrote (D-56)", async () => {
      await using register = await openRegister();
      const settings = { argv: node(register.registering(program)), env: { CHILD: register.registering(STUBBORN) }, timeoutMs: 1000 };
      await expect(run(settings)).rejects.toMatchObject({ code: "COMMAND_TIMEOUT" });
      await register.isEmpty();
      expect([...artifacts.keys()]).toContain("stdout");
    });
  });

  it("says which program is missing", async () => {
    await expect(run({ argv: ["no-such-program-anywhere"] })).rejects.toMatchObject({ code: "PROGRAM_MISSING" });
  });

  it("says which directory is missing", async () => {
    await expect(run({ argv: ["ls"], cwd: "gone" })).rejects.toMatchObject({ code: "CWD_INVALID" });
  });
});

interface Register extends AsyncDisposable {
  /** The program, which connects at its beginning and stays connected as long as it lives. */
  registering(program: string): string;
  hasHeardOf(processes: number): Promise<void>;
  isEmpty(): Promise<void>;
}

/** Knows which processes live: the kernel closes the connection of one that has ended. */
async function openRegister(): Promise<Register> {
  let [connected, open] = [0, 0];
  const changes = new EventEmitter();
  const server = createServer((socket) => {
    [connected, open] = [connected + 1, open + 1];
    socket.resume().on("error", () => undefined);
    socket.on("close", () => ((open -= 1), changes.emit("change")));
    changes.emit("change");
  });
  const path = join(workspace, "register");
  await once(server.listen(path), "listening");
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await once(changes, "change");
  };
  return {
    registering: (program) => `require("node:net").connect(${JSON.stringify(path)}).once("connect", () => { ${program} });`,
    hasHeardOf: (processes) => until(() => connected === processes),
    isEmpty: () => until(() => open === 0),
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
