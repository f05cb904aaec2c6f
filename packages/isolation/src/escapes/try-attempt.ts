import type { Strength } from "../guard.ts";
import type { ExecResult, IsolationAdapter } from "../isolation-adapter.ts";
import type { IsolationPolicy } from "../policy.ts";
import type { EscapeAttempt, Ground } from "./attempt.ts";
import type { HostProgram } from "./programs.ts";
import { type Condition, lacking } from "./conditions.ts";
import { hostGround, spaceGround } from "./ground.ts";

/**
 * `blocked`: it got out of nothing. `detected`: it was noticed and ended. `escaped`: it got out. `invalid`: it proves nothing, as it
 * does not succeed without isolation either, or could not begin in the space. `untried`: this machine lacks what it needs.
 */
export type Verdict = "blocked" | "detected" | "escaped" | "invalid" | "untried";

export interface EscapeVerdict extends Pick<EscapeAttempt, "id" | "guard" | "title"> {
  readonly verdict: Verdict;
  /** What was got, or why nothing is proved. */
  readonly detail?: string;
  /** What the machine lacks, where it was not tried. */
  readonly lacks?: Condition;
  readonly durationMs: number;
}

export interface TryOptions {
  readonly strength: Exclude<Strength, "none">;
  /** What the policy of each space says besides. */
  readonly policy: IsolationPolicy;
  readonly program?: HostProgram | undefined;
}

type Finding = Pick<EscapeVerdict, "verdict" | "detail" | "lacks">;

/** Makes an attempt on the host, where it has to succeed, and then in a space. */
export async function tryAttempt(adapter: IsolationAdapter, escape: EscapeAttempt, options: TryOptions): Promise<EscapeVerdict> {
  const startedAt = performance.now();
  const { id, guard, title } = escape;
  const finding = (await findingOnHost(escape, options)) ?? (await findingInSpace(adapter, escape, options));
  return { id, guard, title, ...finding, durationMs: performance.now() - startedAt };
}

/** `undefined`: it succeeds on the host, as it has to. */
async function findingOnHost({ control, make, needs }: EscapeAttempt, { program }: TryOptions): Promise<Finding | undefined> {
  const lack = await lacking(needs, program);
  if (lack) return { verdict: "untried", detail: lack.why, lacks: lack.condition };
  try {
    await using ground = await hostGround(program);
    if ((await (control ?? make)(ground)) !== undefined) return undefined;
    return { verdict: "invalid", detail: "it does not succeed without isolation either" };
  } catch (error) {
    return { verdict: "invalid", detail: `it fails without isolation: ${messageOf(error)}` };
  }
}

async function findingInSpace(adapter: IsolationAdapter, escape: EscapeAttempt, { strength, policy, program }: TryOptions): Promise<Finding> {
  try {
    await using ground = await spaceGround(adapter, { guard: escape.guard, policy, program });
    const got = await escape.make(ground);
    return got === undefined ? holds(escape, ground, strength) : { verdict: "escaped", detail: got };
  } catch (error) {
    return { verdict: "invalid", detail: `it could not be made in a space: ${messageOf(error)}` };
  }
}

function holds({ endsWith, needs }: EscapeAttempt, { begun, lastReason }: Ground, strength: Exclude<Strength, "none">): Finding {
  if (!begun && !needs.includes("program")) return { verdict: "invalid", detail: "no command began in the space" };
  if (strength === "enforced" || endsWith === undefined) return { verdict: "blocked" };
  return lastReason === endsWith ? { verdict: "detected" } : { verdict: "escaped", detail: endedOtherwise(lastReason, endsWith) };
}

function endedOtherwise(reason: ExecResult["reason"] | undefined, expected: ExecResult["reason"]): string {
  return `it ended by ${reason}, and was to be ended by ${expected}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
