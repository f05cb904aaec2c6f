import type { Usage } from "@dad/protocol";

/** What the call of a model uses at most, as far as that can be known before it is made. */
export interface UsageEstimate {
  readonly tokens: number;
  /** `null`: the price is not known. */
  readonly usd: number | null;
  /** Which model is called, as `provider/model`. */
  readonly model?: string;
}

/** What was set aside for one call. Each is ended once, by one of these; what comes after that is ignored. */
export interface Reservation {
  /** So much it was. */
  settle(usage: Usage): void;
  /** Nothing was used: the provider refused the call, or was not reached. */
  release(): void;
  /** Nobody knows what was used, such as by a call that was broken off: all that was set aside counts as spent. */
  forfeit(): void;
  /** How long the call may take, in milliseconds. `undefined`: without limit. */
  readonly timeMs: number | undefined;
  /** What the call fails with when it takes longer than `timeMs`: a BudgetExhaustedError (`BUDGET_EXHAUSTED`) that says whose time it was. */
  readonly timeUp?: () => Error;
}

/** Watches the calls of whoever asks. It is asked before each single call of a provider, also before those of a retry. */
export interface ModelMeter {
  /**
   * Waits as long as it may still fit once others have settled.
   *
   * @throws BudgetExhaustedError (`BUDGET_EXHAUSTED`) for what does not fit, PriceUnknownError (`PRICE_UNKNOWN`) under a budget in US dollars.
   */
  reserve(estimate: UsageEstimate, options?: { readonly signal?: AbortSignal | undefined }): Promise<Reservation>;
}
