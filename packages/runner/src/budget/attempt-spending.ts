import { type NodeOutcome, systemClock } from "@dad/engine";
import type { Usage } from "@dad/protocol";
import { type Budget, type BudgetExhaustedError, charge, meterOf, type ModelMeter, type PolicyClock } from "@dad/resources";
import { both } from "../disposables.ts";
import { exhaustsRun } from "../ends-run.ts";
import { pausableWork } from "./pausable-work.ts";

/** What one attempt may use, and whether it has to end because of that. */
export interface AttemptSpending extends Disposable {
  /** Is asked before each call of a model. */
  readonly meter: ModelMeter;
  /** Counts what was used of something that asks no meter. */
  charge(usage: Usage): void;
  /** That of the attempt. It is aborted also when the time is up, with a BudgetExhaustedError (`BUDGET_EXHAUSTED`). */
  readonly signal: AbortSignal;
  /** Whether the time was up before anything else ended it. */
  wasCut(): boolean;
  /** How the attempt has ended that does not heed this signal, some time after that. */
  readonly left: Promise<NodeOutcome>;
  /** Ends it. */
  cut(error: BudgetExhaustedError): void;
  /** It only waits for somebody until this is disposed. */
  hold(): Disposable;
  /** @throws BudgetExhaustedError (`BUDGET_EXHAUSTED`) when nothing more may begin. */
  assertTimeLeft(): void;
  /** @throws what the budget of the run, or of its profile, refused to this attempt: it has failed, whatever it makes of that. */
  assertRunGoesOn(): void;
}

export interface AttemptSpendingOptions {
  /** Aborts the attempt. */
  readonly signal: AbortSignal;
  /** It is a cleanup: it is not ended because the time is up. */
  readonly mayOverrun: boolean;
  /** Somebody is asked until what this gives is disposed. */
  readonly asking: () => Disposable;
  readonly clock: Pick<PolicyClock, "after"> | undefined;
}

/** How long an attempt may go on after its time is up, as the engine has it after an abort. */
const GRACE_MS = 5_000;

export function attemptSpending(budgets: readonly Budget[], options: AttemptSpendingOptions): AttemptSpending {
  const { mayOverrun, asking, clock = systemClock() } = options;
  const { signal, cut, wasCut } = cutting(options.signal, { mayBeCut: !mayOverrun && budgets.some(({ limits }) => limits.timeMs !== undefined) });
  const { promise: left, resolve } = Promise.withResolvers<NodeOutcome>();
  const work = pausableWork(() => budgets.map((one) => one.work()));
  const { meter, assertRunGoesOn } = strictMeter(meterOf(budgets));
  let stop = (): void => {};
  return {
    meter,
    assertRunGoesOn,
    charge: (usage) => charge(budgets, usage),
    signal,
    wasCut,
    left,
    hold: () => both(asking(), work.pause()),
    cut(error) {
      if (cut(error)) stop = clock.after(GRACE_MS, () => resolve({ status: "failed", error }));
    },
    assertTimeLeft() {
      // Each is asked, so that each tells.
      const [error] = budgets.map((one) => one.overtime()).filter((one) => one !== undefined);
      if (error && !mayOverrun) throw error;
    },
    [Symbol.dispose]() {
      stop();
      work[Symbol.dispose]();
    },
  };
}

/** Remembers what ends the run. */
function strictMeter(meter: ModelMeter): Pick<AttemptSpending, "meter" | "assertRunGoesOn"> {
  let refusal: { readonly error: unknown } | undefined;
  return {
    meter: {
      reserve: (estimate, options) =>
        meter.reserve(estimate, options).catch((error: unknown) => {
          if (exhaustsRun(error)) refusal ??= { error };
          throw error;
        }),
    },
    assertRunGoesOn() {
      if (refusal) throw refusal.error;
    },
  };
}

interface Cutting extends Pick<AttemptSpending, "signal" | "wasCut"> {
  /** Gives whether that ended anything. */
  readonly cut: (error: BudgetExhaustedError) => boolean;
}

/** Most attempts have all the time of the world, and signals that follow others are dear. */
function cutting(signal: AbortSignal, { mayBeCut }: { readonly mayBeCut: boolean }): Cutting {
  if (!mayBeCut) return { signal, wasCut: () => false, cut: () => false };
  const controller = new AbortController();
  const either = AbortSignal.any([signal, controller.signal]);
  return {
    signal: either,
    wasCut: () => controller.signal.aborted && either.reason === controller.signal.reason,
    cut(error) {
      if (controller.signal.aborted) return false;
      controller.abort(error);
      return true;
    },
  };
}
