import type { HostProgram } from "./programs.ts";
import { type Guard, GUARDS, type Strength } from "../guard.ts";
import type { IsolationAdapter } from "../isolation-adapter.ts";
import { ESCAPES } from "./all.ts";
import { policyBesides, refuses } from "./guard-policy.ts";
import { type EscapeVerdict, tryAttempt } from "./try-attempt.ts";

/**
 * `holds`: everything that was tried was held back. `broken`: something got out, or a guard that is not claimed was not refused.
 * `unproven`: nothing could be tried, or something proves nothing. `contract`: no attempt is made here, as only the contract of
 * adapters can prove it. `none`: it is not claimed, and requiring it is refused.
 */
export type GuardVerdict = "holds" | "broken" | "unproven" | "contract" | "none";

export interface GuardReport {
  readonly guard: Guard;
  /** What the adapter says. */
  readonly claimed: Strength;
  readonly verdict: GuardVerdict;
  /** How many attempts there are, how many could be made, and how many of these were held back. */
  readonly attempts: { readonly all: number; readonly tried: number; readonly held: number };
}

export interface EscapeReport {
  readonly adapter: string;
  readonly guards: readonly GuardReport[];
  readonly verdicts: readonly EscapeVerdict[];
}

export interface EscapeOptions {
  /** Which guards are tried. Default: all. */
  readonly guards?: readonly Guard[];
  /** How to make the adapter in another process. Without it, what happens when that is killed is not tried. */
  readonly program?: HostProgram;
  readonly signal?: AbortSignal;
  readonly onVerdict?: (verdict: EscapeVerdict) => void;
}

/**
 * Tries to get out of an isolation in every way that it says to guard, on this machine, one after the other. Takes about half a
 * minute. Changes nothing of the machine for longer than an attempt takes.
 */
export async function runEscapes(adapter: IsolationAdapter, { guards, program, signal, onVerdict }: EscapeOptions = {}): Promise<EscapeReport> {
  const probe = await adapter.probe(signal ? { signal } : {});
  const policy = policyBesides(probe.guards);
  const reports: GuardReport[] = [];
  const verdicts: EscapeVerdict[] = [];
  for (const guard of GUARDS.filter((guard) => guards?.includes(guard) ?? true)) {
    const [claimed, own] = [probe.available ? probe.guards[guard] : "none", ESCAPES.filter((escape) => escape.guard === guard)];
    const found: EscapeVerdict[] = [];
    for (const escape of claimed === "none" ? [] : own) {
      signal?.throwIfAborted();
      const verdict = await tryAttempt(adapter, escape, { strength: claimed as Exclude<Strength, "none">, policy, program });
      found.push(verdict);
      onVerdict?.(verdict);
    }
    const isRefused = claimed === "none" && (await refuses(adapter, guard));
    reports.push({ guard, claimed, ...summary(own.length, found), ...(claimed === "none" ? { verdict: isRefused ? "none" : "broken" } : {}) });
    verdicts.push(...found);
  }
  return { adapter: adapter.name, guards: reports, verdicts };
}

function summary(all: number, found: readonly EscapeVerdict[]): Pick<GuardReport, "attempts" | "verdict"> {
  const count = (...verdicts: readonly EscapeVerdict["verdict"][]): number => found.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const held = count("blocked", "detected");
  return { verdict: verdictOf(), attempts: { all, tried: held + count("escaped"), held } };

  function verdictOf(): GuardVerdict {
    if (all === 0) return "contract";
    if (count("escaped") > 0) return "broken";
    return held > 0 && count("invalid") === 0 ? "holds" : "unproven";
  }
}
