import { type BudgetLevel, type BudgetLimits, NO_USAGE, type Usage } from "@dad/protocol";
import { BudgetExhaustedError, PriceUnknownError } from "../errors.ts";
import type { UsageEstimate } from "../model-meter.ts";
import { type PolicyClock, systemPolicyClock } from "../policies/policy-clock.ts";
import { AMOUNT_UNITS, type AmountUnit, type Amounts, amountsOf, amountsOfEstimate, countedAs, said } from "./amounts.ts";
import { workTime } from "./work-time.ts";

/** What becomes of a budget: four fifths of a limit are spent, or something did not fit any more. */
export interface BudgetNews {
  readonly type: "warned" | "exhausted";
  readonly level: BudgetLevel;
}

/** What may be used, and what of it is. Meters (`meterOf`) hold calls to it. */
export interface Budget {
  /** Whose it is, as `BudgetLevel` says it. */
  readonly scope: string;
  readonly limits: BudgetLimits;
  /** One for each limit. */
  levels(): readonly BudgetLevel[];
  /**
   * Tells news, of each limit each once, until it is disposed: of what happens from now on. That the time is up is told when it is;
   * of the others `exhausted` when something is refused. It must not throw.
   */
  watch(onNews: (news: BudgetNews) => void): Disposable;
  /** Somebody works within it until this is disposed. Only while anybody does, its time passes. */
  work(): Disposable;
  /** Milliseconds that are left; `undefined` without such a limit. */
  leftMs(): number | undefined;
  /** Why nothing more may begin, because the time is up; `undefined` while it is not. It is told. */
  overtime(): BudgetExhaustedError | undefined;
  readonly ledger: BudgetLedger;
}

/** The books of a budget, for meters. */
export interface BudgetLedger {
  /** Why so much cannot be set aside: it never can, or only if others turn out to use less than was set aside for them. */
  refusal(wanted: UsageEstimate): BudgetRefusal | undefined;
  setAside(wanted: UsageEstimate): void;
  /** What was set aside is not any more, and this is spent. */
  settle(wanted: UsageEstimate, spent: Amounts): void;
  /** This is spent as well, though nothing was set aside for it. */
  spend(spent: Amounts): void;
  /** Tells that something was refused. */
  refused(error: unknown): void;
  /** Is called whenever what cannot be set aside may have become another. */
  onChange(): void;
  /** Those who wait, in the order in which they came. */
  readonly queue: Set<BudgetWaiter>;
}

export type BudgetRefusal = "for now" | BudgetExhaustedError | PriceUnknownError;

/** Somebody who waits until something can be set aside. */
export interface BudgetWaiter {
  /** The books in which there was no room for it, when it was last looked at. Nobody who came later takes what becomes free there. */
  readonly lacks: Set<BudgetLedger>;
  /** All in which it wants something set aside. */
  readonly ledgers: readonly BudgetLedger[];
  /** Looks again. */
  readonly look: () => void;
}

export interface BudgetOptions {
  readonly limits: BudgetLimits;
  /** `run`, `profile <name>`, or the path of a node or a component. */
  readonly scope: string;
  /** What was used before. */
  readonly spent?: { readonly usage?: Usage | undefined; readonly timeMs?: number | undefined } | undefined;
  /** Default: the time of this machine. */
  readonly clock?: PolicyClock | undefined;
}

const MUCH = 0.8;

/** A budget of which nothing is set aside yet. */
export function budget({ limits, scope, spent: before = {}, clock = systemPolicyClock() }: BudgetOptions): Budget {
  const news = newsOf(() => levels());
  const books = bookkeeping({ limits, scope, usage: before.usage ?? NO_USAGE });
  const { timeMs } = limits;
  const time = workTime({
    clock,
    spentMs: before.timeMs ?? 0,
    marks: timeMs === undefined ? [] : [timeMs * MUCH, timeMs],
    onMark() {
      news.look();
      if (overtime()) ledger.onChange();
    },
  });

  function levels(): BudgetLevel[] {
    const spent = timeMs === undefined ? [] : [{ scope, unit: "timeMs" as const, limit: timeMs, spent: Math.round(time.spentMs()) }];
    return [...books.levels(), ...spent];
  }

  const leftMs = () => (timeMs === undefined ? undefined : Math.max(0, timeMs - time.spentMs()));

  function overtime(): BudgetExhaustedError | undefined {
    const level = leftMs() === 0 ? levels().find(({ unit }) => unit === "timeMs") : undefined;
    if (level === undefined) return undefined;
    news.tell("exhausted", level);
    return new BudgetExhaustedError(level);
  }

  const ledger = ledgerOf({ books, news, overtime, levels });
  return { scope, limits, levels, watch: (onNews) => news.watch(onNews), work: () => time.work(), leftMs, overtime, ledger };
}

interface LedgerOptions extends Pick<Budget, "levels" | "overtime"> {
  readonly books: ReturnType<typeof bookkeeping>;
  readonly news: ReturnType<typeof newsOf>;
}

function ledgerOf({ books, news, overtime, levels }: LedgerOptions): BudgetLedger {
  const ledger: BudgetLedger = {
    refusal: (wanted) => overtime() ?? books.refusal(amountsOfEstimate(wanted), wanted.model),
    setAside: (wanted) => books.setAside(amountsOfEstimate(wanted)),
    settle(wanted, spent) {
      books.settle(amountsOfEstimate(wanted), spent);
      news.look();
    },
    spend(spent) {
      books.settle({ tokens: 0, usd: 0, calls: 0 }, spent);
      news.look();
      ledger.onChange();
    },
    refused(error) {
      const level = error instanceof BudgetExhaustedError && levels().find(({ unit }) => unit === error.details["unit"]);
      if (level) news.tell("exhausted", level);
    },
    ...waitingLine(() => ledger),
  };
  return ledger;
}

/** Those who wait, each looked at in its turn, but for those who have to go on waiting behind somebody for the same budget. */
function waitingLine(ledger: () => BudgetLedger): Pick<BudgetLedger, "queue" | "onChange"> {
  const queue = new Set<BudgetWaiter>();
  let looking = false;
  let changed = false;

  function look(): void {
    const taken = new Set<BudgetLedger>();
    for (const waiter of queue) {
      if (waiter.ledgers.some((one) => taken.has(one))) continue;
      waiter.look();
      if (queue.has(waiter)) for (const one of waiter.lacks) taken.add(one);
      if (taken.has(ledger())) return;
    }
  }

  return {
    queue,
    onChange() {
      changed = true;
      // Who leaves while they are looked at changes it again: that is seen to here, and not on top of the stack.
      if (looking) return;
      looking = true;
      while (changed) {
        changed = false;
        look();
      }
      looking = false;
    },
  };
}

/** Tells each watcher of each limit once. */
function newsOf(levels: () => readonly BudgetLevel[]) {
  const watchers = new Map<(news: BudgetNews) => void, Set<string>>();
  const isMuch = ({ limit, spent }: BudgetLevel): boolean => spent >= limit * MUCH;

  function tell(type: BudgetNews["type"], level: BudgetLevel): void {
    const key = `${type} ${level.unit}`;
    for (const [onNews, told] of watchers) {
      if (told.has(key)) continue;
      told.add(key);
      onNews({ type, level });
    }
  }

  return {
    tell,
    look(): void {
      for (const level of levels()) if (isMuch(level)) tell("warned", level);
    },
    watch(onNews: (news: BudgetNews) => void): Disposable {
      // Its own function, so that one and the same can watch twice.
      const own = (one: BudgetNews): void => onNews(one);
      watchers.set(
        own,
        new Set(
          levels()
            .filter(isMuch)
            .map(({ unit }) => `warned ${unit}`),
        ),
      );
      return { [Symbol.dispose]: () => void watchers.delete(own) };
    },
  };
}

interface Bookkeeping {
  readonly limits: BudgetLimits;
  readonly scope: string;
  readonly usage: Usage;
}

/** What is spent and what is set aside of everything but time. */
function bookkeeping({ limits, scope, usage }: Bookkeeping) {
  const limited = AMOUNT_UNITS.flatMap((unit) => {
    const limit = limits[unit];
    return limit === undefined ? [] : [{ unit, limit: countedAs(unit, limit) }];
  });
  const first = amountsOf(usage);
  const spent: Record<AmountUnit, number> = { ...first, usd: first.usd ?? 0 };
  const aside: Record<AmountUnit, number> = { tokens: 0, usd: 0, calls: 0 };
  /** What is not known cannot be held to a limit. */
  let unknown = first.usd === null;

  function levelOf(unit: AmountUnit, limit: number): BudgetLevel {
    const isPart = unit === "usd" && unknown;
    return { scope, unit, limit: said(unit, limit), spent: said(unit, spent[unit]), ...(isPart ? { isPart } : {}) };
  }

  return {
    levels: (): BudgetLevel[] => limited.map(({ unit, limit }) => levelOf(unit, limit)),
    refusal(wanted: Amounts, model: string | undefined): BudgetRefusal | undefined {
      let forNow: BudgetRefusal | undefined;
      for (const { unit, limit } of limited) {
        const amount = wanted[unit];
        if (amount === null) return new PriceUnknownError(model ?? "a model", scope);
        if (unit === "usd" && unknown) return new BudgetExhaustedError(levelOf(unit, limit), { wanted: said(unit, amount) });
        if (spent[unit] + amount > limit) return new BudgetExhaustedError(levelOf(unit, limit), { wanted: said(unit, amount) });
        if (spent[unit] + aside[unit] + amount > limit) forNow = "for now";
      }
      return forNow;
    },
    setAside(wanted: Amounts): void {
      for (const unit of AMOUNT_UNITS) aside[unit] += wanted[unit] ?? 0;
    },
    settle(wanted: Amounts, used: Amounts): void {
      for (const unit of AMOUNT_UNITS) {
        aside[unit] -= wanted[unit] ?? 0;
        spent[unit] += used[unit] ?? 0;
      }
      unknown ||= used.usd === null;
    },
  };
}
