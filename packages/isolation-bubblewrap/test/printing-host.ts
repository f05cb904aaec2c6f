/** A host that runs one command in a space and prints what it printed. */
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { RunId } from "@dad/protocol";

const [workspace = "", script = ""] = process.argv.slice(2);
const adapter = bubblewrapIsolation({ hostEnv: process.env });
await using space = await adapter.open({ runId: RunId.parse("run1"), workspace });
const { stdout } = await space.exec({ argv: ["sh", "-c", script] });
process.stdout.write(`printed: ${Buffer.from(stdout).toString()}`);
