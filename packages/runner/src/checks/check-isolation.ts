import { assertGuarded, type IsolationAdapter, type IsolationPolicy, IsolationUnavailableError, resolvePolicy, strengthened } from "@dad/isolation";
import { NodeIsolationError } from "../errors.ts";
import type { IsolationNeed } from "../isolation-needs.ts";

export interface CheckIsolationOptions {
  readonly adapter: IsolationAdapter;
  /** What the run is held to. */
  readonly policy?: IsolationPolicy | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds that this machine cannot hold commands to what the run or its nodes (see `isolationNeeds`) require, before anything was done and
 * paid for. What only turns out when it runs is refused then.
 *
 * @throws IsolationUnavailableError, NodeIsolationError (both `ISOLATION_UNAVAILABLE`).
 */
export async function checkIsolation(needs: readonly IsolationNeed[], { adapter, policy = {}, signal }: CheckIsolationOptions): Promise<void> {
  const probe = await adapter.probe(signal ? { signal } : {});
  const assertHeld = (wanted: IsolationPolicy): void =>
    void assertGuarded(adapter.name, probe.guards, { policy: resolvePolicy(wanted), problems: probe.problems });
  assertHeld(policy);
  for (const { path, preset } of needs) {
    try {
      assertHeld(strengthened(policy, { preset }));
    } catch (error) {
      throw error instanceof IsolationUnavailableError ? new NodeIsolationError(path, preset, error) : error;
    }
  }
}
