import { IsolationUnavailableError } from "./errors.ts";
import { type Guard, type Guards, MEANING, unguarded } from "./guard.ts";
import type { IsolationProblem } from "./isolation-problem.ts";
import type { ResolvedPolicy } from "./policy.ts";

/**
 * What a space of these guards lacks of a policy that says that it may. For adapters: call it before anything runs.
 *
 * @param problems of the machine; a guard that none of them is about gets one that names other adapters.
 * @throws IsolationUnavailableError (`ISOLATION_UNAVAILABLE`) when something is missing and the policy does not say `degrade`.
 */
export function assertGuarded(
  adapter: string,
  guards: Guards,
  { policy, problems }: { readonly policy: ResolvedPolicy; readonly problems: readonly IsolationProblem[] },
): readonly Guard[] {
  const missing = unguarded(guards, policy.required);
  if (missing.length === 0 || policy.onMissing === "degrade") return missing;
  throw new IsolationUnavailableError(adapter, missing, problemsOf(adapter, missing, problems));
}

/** What is to be said of each guard that is missing. */
export function problemsOf(adapter: string, missing: readonly Guard[], problems: readonly IsolationProblem[] = []): readonly IsolationProblem[] {
  const general = problems.filter(({ guard }) => guard === undefined);
  const own = missing.map((guard) => problems.find((problem) => problem.guard === guard) ?? problemOf(adapter, guard));
  // What keeps the whole adapter from working is the reason for each guard that it lacks.
  return general.length > 0 ? general : own;
}

function problemOf(adapter: string, guard: Guard): IsolationProblem {
  return {
    guard,
    message: `with ${adapter}, a command can ${MEANING[guard]} (${guard})`,
    remedy: `use an isolation adapter that guards ${guard}, or take it out of what the policy requires`,
  };
}
