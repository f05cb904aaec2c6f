import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { expect, it } from "vitest";

const COMMANDS = 3;
/** Each command, and what it has started. */
const PROCESSES = COMMANDS * 2;

it("a run that is cancelled at any moment leaves no process, no timer and no open handle", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: PROCESSES }), async (moment) => {
      await using register = await openRegister();
      const run = spawn(
        process.execPath,
        ["--conditions=@dad/source", join(import.meta.dirname, "cancelled-run.ts"), register.directory, register.deaf, String(COMMANDS)],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      const said = text(run.stdout);
      const exited = once(run, "exit");
      await register.hasHeardOf(moment);
      run.kill("SIGTERM");
      // Nothing ends it but that it has nothing more to do.
      expect(await exited).toEqual([0, null]);
      const { before, ...end } = JSON.parse(await said) as { readonly before: readonly string[] };
      expect(end).toEqual({ thrown: "Error: enough", status: "cancelled", nodes: ["cancelled"], left: before });
      await register.isEmpty();
    }),
    { numRuns: 4 },
  );
});

interface Register extends AsyncDisposable {
  readonly directory: string;
  /** A program that ignores requests to end, starts another of its kind, and is connected as long as it lives. */
  readonly deaf: string;
  hasHeardOf(processes: number): Promise<void>;
  isEmpty(): Promise<void>;
}

/** Knows which processes live: the kernel closes the connection of one that has ended. */
async function openRegister(): Promise<Register> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "dad-cancel-")));
  const living = new Set<Socket>();
  const seen = new EventEmitter();
  const heardOf: Socket[] = [];
  const server = createServer((process) => {
    living.add(process.on("error", () => undefined).resume());
    process.once("close", () => void (living.delete(process) && seen.emit("ended")));
    heardOf.push(process);
    seen.emit("begun");
  });
  const socket = join(directory, "register");
  await once(server.listen(socket), "listening");
  const alone = `process.on("SIGTERM", () => {}); require("node:net").connect(${JSON.stringify(socket)});`;
  const starts = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(alone)}], { stdio: "inherit" });`;
  return {
    directory,
    deaf: `${alone} ${starts}`,
    async hasHeardOf(processes) {
      while (heardOf.length < processes) await once(seen, "begun");
    },
    async isEmpty() {
      while (living.size > 0) await once(seen, "ended");
    },
    async [Symbol.asyncDispose]() {
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
