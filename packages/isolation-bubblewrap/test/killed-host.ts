/** A host with twenty sandboxes, in each of which something runs that a mark tells apart. Says so, and waits to be killed. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { RunId } from "@dad/protocol";

const [directory = "", mark = ""] = process.argv.slice(2);
const adapter = bubblewrapIsolation({ hostEnv: process.env });
const running = Array.from({ length: 20 }, async (_, index) => {
  const workspace = join(directory, `workspace-${index}`);
  await mkdir(workspace);
  const space = await adapter.open({
    runId: RunId.parse(`run${index}`),
    workspace,
    policy: { preset: "contained", limits: { memoryBytes: 256 * 1024 * 1024 } },
  });
  const began = Promise.withResolvers<void>();
  const script = 'trap "" TERM; (trap "" TERM HUP; setsid sh -c "while :; do sleep 1; done" "$1") & echo began; while :; do sleep 1; done';
  space.exec({ argv: ["sh", "-c", script, "sh", mark] }, { onOutput: () => began.resolve() }).catch(began.reject);
  await began.promise;
});
await Promise.all(running);
process.stdout.write("ready\n");
setInterval(() => undefined, 1000);
