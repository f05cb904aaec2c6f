import { AsyncLocalStorage } from "node:async_hooks";
import { IsolationUnavailableError } from "./errors.ts";
import { type Guard, type Guards, GUARDS, guardsWith, unguarded } from "./guard.ts";
import type { IsolationAdapter, IsolationProbe } from "./isolation-adapter.ts";
import { type ResolvedPolicy, resolvePolicy } from "./policy.ts";
import { problemsOf } from "./required-guards.ts";
import { untilAborted } from "./until-aborted.ts";

type Candidates = readonly [IsolationAdapter, ...IsolationAdapter[]];

/**
 * One isolation of several: a space is opened with the first that guards all that its policy requires, so the order is from the one
 * that takes away least to the one that takes away most. Where none does it is refused with the problems of all; with
 * `degrade`, the one that lacks least is taken. An adapter is not asked before it is needed. `probe` tells of each guard the most that any
 * of them has: no single one need have them all.
 */
export function selectIsolation(adapters: Candidates): IsolationAdapter {
  const probes = new Map<IsolationAdapter, Promise<IsolationProbe>>();
  // What is found serves all, and so it is looked for in the context of nobody's run, and for as long as it takes.
  const look = AsyncLocalStorage.bind((adapter: IsolationAdapter) => adapter.probe());
  const probe = async (adapter: IsolationAdapter, signal: AbortSignal | undefined): Promise<IsolationProbe> => {
    signal?.throwIfAborted();
    const asked = probes.get(adapter) ?? look(adapter);
    probes.set(adapter, asked);
    asked.catch(() => probes.delete(adapter));
    return untilAborted(asked, signal);
  };

  return {
    name: adapters.map(({ name }) => name).join("|"),

    async probe({ signal } = {}) {
      const all = await Promise.all(adapters.map((adapter) => probe(adapter, signal)));
      return {
        available: all.some(({ available }) => available),
        guards: strongest(all.filter(({ available }) => available)),
        problems: all.flatMap(({ problems }) => problems),
        facts: Object.assign({}, ...all.map(({ facts }) => facts)) as Record<string, string>,
      };
    },

    async open(spec, { signal } = {}) {
      const policy = resolvePolicy(spec.policy);
      const chosen = await choose(adapters, policy, (adapter) => probe(adapter, signal));
      return chosen.open(spec, signal ? { signal } : {});
    },

    async sweep(options) {
      const reports = await Promise.all(adapters.map((adapter) => adapter.sweep(options)));
      return { removed: reports.flatMap(({ removed }) => removed) };
    },
  };
}

async function choose(
  adapters: Candidates,
  policy: ResolvedPolicy,
  probe: (adapter: IsolationAdapter) => Promise<IsolationProbe>,
): Promise<IsolationAdapter> {
  const lacking: { readonly adapter: IsolationAdapter; readonly found: IsolationProbe; readonly missing: readonly Guard[] }[] = [];
  for (const adapter of adapters) {
    const found = await probe(adapter);
    const missing = found.available ? unguarded(found.guards, policy.required) : (Object.keys(policy.required) as Guard[]);
    if (found.available && missing.length === 0) return adapter;
    lacking.push({ adapter, found, missing });
  }
  const [best] = lacking.filter(({ found }) => found.available).toSorted((one, other) => one.missing.length - other.missing.length);
  if (policy.onMissing === "degrade" && best) return best.adapter;
  const name = adapters.map((adapter) => adapter.name).join("|");
  const missing = best?.missing ?? GUARDS.filter((guard) => policy.required[guard]);
  // Of an adapter that works here, only what is about a guard that is missing says why.
  const problems = lacking.flatMap(({ found }) => found.problems.filter(({ guard }) => (found.available ? guard && missing.includes(guard) : true)));
  throw new IsolationUnavailableError(name, missing, problemsOf(name, missing, problems));
}

function strongest(probes: readonly IsolationProbe[]): Guards {
  const best = (guard: Guard) => (["enforced", "detected"] as const).find((strength) => probes.some(({ guards }) => guards[guard] === strength));
  return guardsWith(Object.fromEntries(GUARDS.map((guard) => [guard, best(guard) ?? "none"])));
}
