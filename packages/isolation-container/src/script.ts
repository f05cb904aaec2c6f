import { buffer } from "node:stream/consumers";
import type { Container } from "./container.ts";
import { COMMAND_VARIABLE } from "./container-body.ts";
import { demultiplex } from "./demultiplex.ts";

/** Runs one of our own programs in a container to its end, and gives what it printed. */
export async function runScript(container: Container, script: string, ...args: readonly string[]): Promise<string> {
  const { connection } = await container.start({
    argv: ["/bin/sh", "-c", script, "dad", ...args],
    env: { [COMMAND_VARIABLE]: "dad" },
    stdin: false,
  });
  const { stdout, stderr } = demultiplex(connection);
  stderr.resume();
  return (await buffer(stdout)).toString();
}

/** Lines of a name and a value. */
export function readTable(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split("\n").flatMap((line) => (line.includes(" ") ? [[line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]] : [])),
  );
}
