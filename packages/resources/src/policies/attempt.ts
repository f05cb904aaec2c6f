import type { Usage } from "@dad/protocol";
import { ModelError } from "../errors.ts";
import type { ModelMeter, Reservation, UsageEstimate } from "../model-meter.ts";
import type { CallOptions, ModelResource } from "../model-resource.ts";
import { fullName, tokensOf } from "./estimate.ts";
import type { Hearer } from "./hearer.ts";
import type { Limiter } from "./limiter.ts";
import type { PolicyClock } from "./policy-clock.ts";
import { counted, isModelError, type Spent, spentBy, usageOfCall } from "./spent.ts";
import { timedCall } from "./timed-call.ts";
import type { Permit } from "./waiting-line.ts";

/** What a model gives. */
export interface Reply {
  readonly usage: Usage;
}

/** Something that a model is asked, as often as it takes. */
export interface ModelCall<Given extends Reply> {
  readonly model: ModelResource;
  readonly estimate: UsageEstimate;
  readonly options: CallOptions;
  /** Of this one attempt. */
  readonly hearer: Hearer;
  /** Asks the model itself. */
  readonly ask: (signal: AbortSignal) => Promise<Given>;
}

export interface AttemptPolicies {
  /** A call has its turn in each of them, in their order. */
  readonly limiters: readonly Limiter[];
  readonly maxPauseMs: number;
  /** Default: without limit. */
  readonly timeoutMs: number | undefined;
  readonly clock: PolicyClock;
}

/** What became of one attempt, and what it used: `undefined` when that is nothing. */
export type Attempt<Given extends Reply> =
  | { readonly reply: Given; readonly used: Usage | undefined }
  /** `final`: it is not the model that failed. */
  | { readonly error: unknown; readonly used: Usage | undefined; readonly final: boolean };

/** One call of a provider, when it may be made: within the limits, with what it may use set aside, and not for longer than it may take. */
export async function attempt<Given extends Reply>(call: ModelCall<Given>, policies: AttemptPolicies): Promise<Attempt<Given>> {
  const { model, hearer, options } = call;
  let permit: Permit | undefined;
  let reservation: Reservation | undefined;
  let called = false;
  try {
    permit = await turnIn(policies, call);
    reservation = model.capabilities.recorded ? undefined : await reserved(options.meter, call);
    const reply = await timedCall(
      (signal) => {
        called = true;
        return call.ask(signal);
      },
      { ...timeOf(model, reservation, policies), clock: policies.clock, signal: options.signal },
    );
    const spent = model.capabilities.recorded ? reply.usage : counted(reply.usage);
    if (reservation) close(reservation, spent);
    permit.end(tokensBy(spent, call.estimate));
    return { reply, used: model.capabilities.recorded ? reply.usage : usageOfCall(spent, call.estimate) };
  } catch (error) {
    const spent = called ? spentBy(error, { told: hearer.told(), recorded: model.capabilities.recorded }) : "nothing";
    if (reservation) close(reservation, spent);
    if (called) {
      pauseFor(error, policies.limiters);
      permit?.end(tokensBy(spent, call.estimate));
    } else permit?.cancel();
    return { error, used: usageOfCall(spent, call.estimate), final: hearer.failed() || options.signal?.aborted === true };
  } finally {
    hearer.close();
  }
}

async function turnIn({ limiters, maxPauseMs }: AttemptPolicies, { estimate, options: { signal } }: ModelCall<Reply>): Promise<Permit> {
  const permits: Permit[] = [];
  try {
    for (const limiter of limiters) permits.push(await limiter.turn(estimate.tokens, { signal, maxPauseMs }));
  } catch (error) {
    for (const permit of permits) permit.cancel();
    throw error;
  }
  return {
    end: (tokens) => permits.forEach((permit) => permit.end(tokens)),
    cancel: () => permits.forEach((permit) => permit.cancel()),
  };
}

async function reserved(meter: ModelMeter | undefined, { estimate, options: { signal } }: ModelCall<Reply>): Promise<Reservation | undefined> {
  return await meter?.reserve(estimate, { signal });
}

/** The shorter of the limits. */
function timeOf(model: ModelResource, reservation: Reservation | undefined, { timeoutMs = Number.POSITIVE_INFINITY }: AttemptPolicies) {
  const name = fullName(model);
  const { timeMs: budgetMs = Number.POSITIVE_INFINITY } = reservation ?? {};
  const timeout = () =>
    new ModelError("MODEL_UNAVAILABLE", `${name} did not reply within ${Math.min(budgetMs, timeoutMs)} ms`, {
      retryable: true,
      details: { provider: model.provider, modelId: model.modelId, timeoutMs: Math.min(budgetMs, timeoutMs) },
    });
  return budgetMs < timeoutMs ? { limitMs: budgetMs, timeUp: reservation?.timeUp ?? timeout } : { limitMs: timeoutMs, timeUp: timeout };
}

function close(reservation: Reservation, spent: Spent): void {
  if (spent === "nothing") reservation.release();
  else if (spent === "unknown") reservation.forfeit();
  else reservation.settle({ calls: 1, ...spent });
}

function tokensBy(spent: Spent, { tokens }: UsageEstimate): number {
  if (spent === "nothing") return 0;
  return spent === "unknown" ? tokens : tokensOf(spent);
}

/** What a provider says to one call it says to all. */
function pauseFor(error: unknown, limiters: readonly Limiter[]): void {
  if (!isModelError(error) || error.code !== "MODEL_RATE_LIMITED") return;
  const ms = retryAfterOf(error);
  if (ms !== undefined) for (const limiter of limiters) limiter.pause(ms, error);
}

/** When the provider says that a call may be made again, in milliseconds from now. */
export function retryAfterOf(error: unknown): number | undefined {
  const ms = isModelError(error) ? error.details["retryAfterMs"] : undefined;
  return typeof ms === "number" && Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
