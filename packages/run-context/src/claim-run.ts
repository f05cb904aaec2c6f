import type { Journal, JournalStore } from "@dad/journal";
import { redacted } from "@dad/observability";
import { DadError, type RunEnvParams } from "@dad/protocol";
import { RunNotOpenedError } from "./errors.ts";
import { type RunEnvOptions, type RunKind, runEnv } from "./run-env.ts";
import type { MakeRunPorts, Own, RunPorts } from "./run-ports.ts";

/** A run id that is ours, with all that has to be released when the run is. */
export interface ClaimedRun {
  readonly env: RunEnvParams;
  readonly ports: RunPorts;
  readonly journal: Journal;
  /** Releases the journal and whatever else the run owns, in the reverse order of their making. */
  readonly release: () => Promise<void>;
}

type ClaimOptions = RunEnvOptions & { readonly kind: RunKind; readonly signal?: AbortSignal };

/** Opens the journal of a run, a new one or one that is there. */
type OpenJournal = (env: RunEnvParams, ports: RunPorts) => Promise<Journal>;

/** A new id can be taken only by another run of the same second; more tries than that mean another trouble. */
const MAX_TRIES = 8;

/** @throws `RUN_EXISTS` for a given id that is taken, `RUN_ID_INVALID`, RunNotOpenedError (`RUN_NOT_OPENED`). */
export async function claimRun(options: ClaimOptions, ports: RunPorts | MakeRunPorts): Promise<ClaimedRun> {
  for (let tries = 1; ; tries++) {
    try {
      return await hold(runEnv(options), ports, (env, { journals }) => createJournal(env, journals, options.signal));
    } catch (error) {
      const taken = DadError.is(error, "RUN_EXISTS");
      if (!taken || options.runId !== undefined || tries === MAX_TRIES) throw error;
    }
  }
}

/** Makes the ports of a run and opens its journal. What had been made is released when something fails. */
export async function hold(env: RunEnvParams, given: RunPorts | MakeRunPorts, open: OpenJournal): Promise<ClaimedRun> {
  const owned: AsyncDisposable[] = [];
  const own: Own = (port) => {
    owned.push(port);
    return port;
  };
  try {
    const ports = withoutSecrets(typeof given === "function" ? given(env, own) : given);
    const journal = own(await open(env, ports));
    const outcomeRepoDir = ports.outcomes?.location;
    return { env: { ...env, ...(outcomeRepoDir === undefined ? {} : { outcomeRepoDir }) }, ports, journal, release: () => releaseAll(owned) };
  } catch (error) {
    // Why it could not be claimed says more than that something could not be released either.
    await releaseAll(owned).catch(() => undefined);
    throw error;
  }
}

/** What is told of the run in traces, metrics and logs has no secrets, and what its resources reveal is one. What goes another way is redacted on that. */
function withoutSecrets(ports: RunPorts): RunPorts {
  const { observability, redactor, resources } = ports;
  if (redactor === undefined) return ports;
  return {
    ...ports,
    observability: redacted(observability, redactor),
    resources: resources.forRun({ onSecret: (secret) => redactor.add(secret) }),
  };
}

async function createJournal(env: RunEnvParams, journals: JournalStore, signal: AbortSignal | undefined): Promise<Journal> {
  try {
    return await journals.create(env.runId, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    // A TypeError is a mistake of the program, not of the place.
    if (DadError.is(error, "RUN_EXISTS") || error instanceof TypeError) throw error;
    throw new RunNotOpenedError(env.runId, env.runRoot, error);
  }
}

/** Releases all of them even when some fail, and then throws what failed first. */
async function releaseAll(owned: AsyncDisposable[]): Promise<void> {
  const errors: unknown[] = [];
  for (const port of owned.splice(0).reverse()) {
    try {
      await port[Symbol.asyncDispose]();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
