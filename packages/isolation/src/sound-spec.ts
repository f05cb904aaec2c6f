import { isAbsolute } from "node:path";
import { RunId } from "@dad/protocol";
import type { IsolationSpec } from "./isolation-adapter.ts";

/** For adapters: names of directories are made of the id. @throws TypeError for an id or a workspace that no run has. */
export function assertSpec({ runId, workspace }: Pick<IsolationSpec, "runId" | "workspace">): void {
  if (!RunId.safeParse(runId).success) throw new TypeError(`${JSON.stringify(runId)} is not the id of a run`);
  if (!isAbsolute(workspace)) throw new TypeError(`the workspace of run ${runId} must be an absolute path, not ${workspace}`);
}
