import type { ComponentDefinition } from "@dad/agent";
import type { NodePath } from "@dad/protocol";
import type { RunContext } from "@dad/run-context";
import { type Budget, budget, BudgetExhaustedError, type BudgetNews, type PolicyClock } from "@dad/resources";
import type { WalkReport } from "../walk-report.ts";
import { type AttemptSpending, attemptSpending } from "./attempt-spending.ts";
import { definitionBudgets, scopeOf } from "./definition-budgets.ts";
import { pausableWork } from "./pausable-work.ts";

export interface RunBudgetsOptions {
  readonly run: Pick<RunContext, "budget" | "history" | "ports">;
  readonly root: ComponentDefinition;
  readonly report: Pick<WalkReport, "add">;
  readonly clock?: PolicyClock | undefined;
}

/** What the attempts of a walk may use. */
export interface RunBudgets extends Disposable {
  /** An attempt is executed until this is disposed. */
  enter(path: NodePath, options: { readonly signal: AbortSignal }): AttemptSpending;
  /** Somebody is asked until this is disposed: as long as nothing else goes on, the time of the run does not pass. */
  asking(): Disposable;
}

/** Holds the attempts of a walk to the budgets of the run, of its profile, of the components that they are in, and to their own. */
export function runBudgets({ run, root, report, clock }: RunBudgetsOptions): RunBudgets {
  const { history, ports } = run;
  const definition = definitionBudgets(root);
  const watched = watchedBudgets(report);
  const own = new Map<NodePath, Budget>();
  const going = new Set<Disposable>();
  const whole = run.budget && watched.add(budget({ limits: run.budget, scope: "run", spent: history.spent.run, clock }));
  const shared = [whole, ports.resources.budget && watched.add(ports.resources.budget)].filter((one) => one !== undefined);
  const walking = pausableWork(() => (whole ? [whole.work()] : []));

  function ofPath(path: NodePath, limits: Budget["limits"]): Budget {
    const known = own.get(path) ?? watched.add(budget({ limits, scope: scopeOf(path), spent: history.spent.at(path), clock }));
    own.set(path, known);
    return known;
  }

  return {
    enter(path, { signal }) {
      const budgets = [...shared, ...definition.around(path).map(([at, limits]) => ofPath(at, limits))];
      const spending = attemptSpending(budgets, { signal, mayOverrun: definition.isCleanup(path), asking: () => walking.pause(), clock });
      const leave = watched.enter(budgets, (error) => spending.cut(error));
      const entered: AttemptSpending = {
        ...spending,
        [Symbol.dispose]() {
          going.delete(entered);
          leave();
          spending[Symbol.dispose]();
        },
      };
      going.add(entered);
      return entered;
    },
    asking: () => walking.pause(),
    [Symbol.dispose]() {
      // One that was left behind may never end, and nobody works in it any more.
      for (const one of going) one[Symbol.dispose]();
      walking[Symbol.dispose]();
      watched[Symbol.dispose]();
    },
  };
}

type Cut = (error: BudgetExhaustedError) => void;

/** Records what becomes of budgets, and ends attempts whose time is up. */
function watchedBudgets(report: Pick<WalkReport, "add">) {
  const attempts = new Map<Budget, Set<Cut>>();
  const watches: Disposable[] = [];

  function onNews(one: Budget, { type, level }: BudgetNews): void {
    report.add({ type: `budget.${type}`, ...level });
    if (type !== "exhausted" || level.unit !== "timeMs") return;
    for (const cut of attempts.get(one) ?? []) cut(new BudgetExhaustedError(level));
  }

  return {
    add(one: Budget): Budget {
      attempts.set(one, new Set());
      watches.push(one.watch((news) => onNews(one, news)));
      return one;
    },
    enter(budgets: readonly Budget[], cut: Cut): () => void {
      for (const one of budgets) attempts.get(one)?.add(cut);
      return () => budgets.forEach((one) => attempts.get(one)?.delete(cut));
    },
    [Symbol.dispose]: () => watches.forEach((watch) => watch[Symbol.dispose]()),
  };
}
