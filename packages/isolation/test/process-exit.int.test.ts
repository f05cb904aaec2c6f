import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const SCOPE = resolve(import.meta.dirname, "../src/process.ts");

/** Starts a command that hears no polite request to end and holds a connection as long as it lives, and then exits. */
const exiting = (port: number) => `
import { processIsolation } from ${JSON.stringify(SCOPE)};
const space = await processIsolation().open({ runId: "run1", workspace: process.cwd() });
const deaf = "process.on('SIGTERM', () => {}); require('node:net').connect(${port}, () => process.stdout.write('ready'))";
void space.exec({ argv: [process.execPath, "-e", deaf] }, { onOutput: () => process.exit() });
`;

it("no command outlives an exit of the process that started it", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const connected = once(server, "connection") as Promise<[Socket]>;
  const { port } = server.address() as AddressInfo;
  const program = spawn(process.execPath, ["--conditions=@dad/source", "--input-type=module", "-e", exiting(port)], { stdio: "inherit" });
  const [connection] = await connected;
  const ended = new Promise((done) => connection.on("error", () => undefined).once("close", done));
  expect(await once(program, "exit")).toEqual([0, null]);
  connection.resume();
  await ended;
  server.close();
});
