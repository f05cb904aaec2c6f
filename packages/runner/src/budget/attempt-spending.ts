import { type NodeOutcome, systemClock } from "@dad/engine";
import type { Usage } from "@dad/protocol";
import { type Budget, type BudgetExhaustedError, charge, meterOf, type ModelMeter, type PolicyClock } from "@dad/resources";
import { exhaustsRun } from "../ends-run.ts";

/** What one attempt may use, and whether it has to end because of that. */
export interface AttemptSpending extends Disposable {
  /** Is asked before each call of a model. */
  readonly meter: ModelMeter;
  /** Counts what was used of something that asks no meter. */
  charge(usage: Usage): void;
  /** Aborted, with a BudgetExhaustedError (`BUDGET_EXHAUSTED`), when the time is up. */
  readonly signal: AbortSignal;
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
  const controller = new AbortController();
  const { promise: left, resolve } = Promise.withResolvers<NodeOutcome>();
  const held = heldWork(() => budgets.map((one) => one.work()), asking);
  const { meter, assertRunGoesOn } = strictMeter(meterOf(budgets));
  let stop = (): void => {};
  return {
    meter,
    assertRunGoesOn,
    charge: (usage) => charge(budgets, usage),
    signal: controller.signal,
    left,
    hold: () => held.hold(),
    cut(error) {
      if (mayOverrun || controller.signal.aborted) return;
      controller.abort(error);
      stop = clock.after(GRACE_MS, () => resolve({ status: "failed", error }));
    },
    assertTimeLeft() {
      // Each is asked, so that each tells.
      const [error] = budgets.map((one) => one.overtime()).filter((one) => one !== undefined);
      if (error && !mayOverrun) throw error;
    },
    [Symbol.dispose]() {
      stop();
      held[Symbol.dispose]();
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

/** Work that does not go on as long as somebody holds it. */
function heldWork(begin: () => readonly Disposable[], asking: () => Disposable) {
  let work = begin();
  let holders = 0;
  let over = false;
  const end = (): void => work.forEach((one) => one[Symbol.dispose]());
  return {
    hold(): Disposable {
      const asked = asking();
      if (++holders === 1) end();
      let holds = true;
      return {
        [Symbol.dispose]() {
          asked[Symbol.dispose]();
          if (!holds) return;
          holds = false;
          if (--holders === 0 && !over) work = begin();
        },
      };
    },
    [Symbol.dispose]() {
      over = true;
      end();
    },
  };
}
