/** A process that makes file operations and is killed in the middle of them: `killed-operator.ts <workspace> <operations as JSON> <path>`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { NodeContext } from "@dad/agent";
import { applyFileOperations, type FileOperations } from "@dad/nodes";

const [, , workspace = "", operations = "[]", until = ""] = process.argv;

/** As soon as there is something at the path. */
function killInTheMiddle(): void {
  if (existsSync(join(workspace, until))) process.kill(process.pid, "SIGKILL");
  setImmediate(killInTheMiddle);
}

const used: Pick<NodeContext, "run" | "path" | "signal" | "workspace" | "outcome" | "exclusively"> = {
  run: { runId: "test" } as NodeContext["run"],
  path: "agent.node" as NodeContext["path"],
  signal: new AbortController().signal,
  workspace,
  outcome: undefined,
  exclusively: (work) => work(),
};
const { nodeType, settings } = applyFileOperations({ operations: JSON.parse(operations) as FileOperations });
killInTheMiddle();
await nodeType.execute(used as NodeContext, { settings: nodeType.settings.parse(settings), input: undefined });
