import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunId } from "@dad/protocol";
import type { Guard, Guards } from "../guard.ts";
import type { IsolationAdapter } from "../isolation-adapter.ts";
import { GUARD_OF_LIMIT, type IsolationLimits, type IsolationPolicy } from "../policy.ts";

/** Of each limit as much as a command needs that prints something. */
const MODEST: Required<IsolationLimits> = {
  wallMs: 60_000,
  outputBytes: 1024 * 1024,
  memoryBytes: 512 * 1024 * 1024,
  pids: 256,
  cpuCores: 1,
  fileBytes: 64 * 1024 * 1024,
  openFiles: 256,
  diskBytes: 256 * 1024 * 1024,
};
const NETWORK: readonly Guard[] = ["net.ip", "net.unix", "net.exotic"];

/** A policy that gives a space something to guard: of a limit a number, of the network a mode. */
export function policyFor(guard: Guard): IsolationPolicy {
  const limits = Object.fromEntries(Object.entries(MODEST).filter(([name]) => GUARD_OF_LIMIT[name as keyof IsolationLimits] === guard));
  return {
    require: [guard],
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(NETWORK.includes(guard) ? { network: { mode: "none" } } : {}),
    ...(guard === "net.allowlist" ? { network: { mode: "allow", hosts: [] } } : {}),
    ...(guard === "fs.workspace" ? { workspace: "overlay" } : {}),
  };
}

/** No network, where the adapter can keep it away: other guards may rely on that. */
export function policyBesides(guards: Guards): IsolationPolicy {
  return NETWORK.every((guard) => guards[guard] !== "none") ? { network: { mode: "none" } } : {};
}

/** Whether an adapter refuses to open a space that requires a guard, as it has to when it does not claim that. */
export async function refuses(adapter: IsolationAdapter, guard: Guard): Promise<boolean> {
  // Of its own: an adapter that opens it after all may give it to another user.
  const workspace = await realpath(await mkdtemp(join(tmpdir(), "dad-escapes-")));
  try {
    await using _space = await adapter.open({ runId: RunId.parse("escapes"), workspace, policy: policyFor(guard) });
    return false;
  } catch (error) {
    if ((error as { readonly code?: string }).code === "ISOLATION_UNAVAILABLE") return true;
    throw error;
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}
