/** A host with a command in an overlay over a workspace. It says so, and waits to be killed. */
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { RunId } from "@dad/protocol";

const [workspace = "", change = ""] = process.argv.slice(2);
const adapter = bubblewrapIsolation({ hostEnv: process.env });
const space = await adapter.open({ runId: RunId.parse("run1"), workspace, policy: { workspace: "overlay" } });
await space.exec(
  { argv: ["sh", "-c", `${change}; echo changed; while :; do sleep 1; done`] },
  { onOutput: (_stream, chunk) => process.stdout.write(chunk) },
);
