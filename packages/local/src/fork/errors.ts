import { DadError, errorEnvelope, type RunId } from "@dad/protocol";

export interface BudgetFacts {
  readonly budgetUsd: number;
  /** `null`: it is not known. */
  readonly spentUsd: number | null;
  /** The child of which the cost is not known. */
  readonly unknown?: number | undefined;
}

/** `BUDGET_EXHAUSTED`: the children of a fork cost what they may cost, or it is not known what they cost. */
export class ForkBudgetError extends DadError<"BUDGET_EXHAUSTED"> {
  constructor({ budgetUsd, spentUsd, unknown }: BudgetFacts) {
    const why =
      spentUsd === null
        ? `what child ${unknown} of the fork costs is not known, so it cannot be held to the budget of $${budgetUsd}: give the prices of its models, or no budget`
        : `the budget of $${budgetUsd} is exhausted: the children of the fork cost $${rounded(spentUsd)}. Give a larger one, or fewer children`;
    super("BUDGET_EXHAUSTED", why, { details: { budgetUsd, spentUsd } });
  }
}

/** Without the noise of binary fractions. */
function rounded(usd: number): number {
  return Number(usd.toFixed(9));
}

/** Why one child cannot be made. */
export interface RefusedChild {
  readonly number: number;
  readonly error: unknown;
}

const MOST_LISTED = 20;

/** `FORK_REFUSED`: some children cannot be made as they are asked for. Lists which, and why. Nothing was executed. */
export class ForkRefusedError extends DadError<"FORK_REFUSED"> {
  constructor(of: RunId, refused: readonly RefusedChild[], children: number) {
    const shown = refused.slice(0, MOST_LISTED).map(({ number, error }) => ({ number, ...codeAndMessage(error) }));
    const lines = shown.map(({ number, code, message }) => `\n  child ${number}: ${code}: ${message.replaceAll("\n", "\n  ")}`);
    const more = refused.length > MOST_LISTED ? `\n  and ${refused.length - MOST_LISTED} more` : "";
    super(
      "FORK_REFUSED",
      `run ${of} is not forked so, and nothing was executed: ${refused.length} of ${children} children are refused${lines.join("")}${more}`,
      {
        cause: refused[0]?.error,
        details: { of, refused: shown, count: refused.length },
      },
    );
  }
}

function codeAndMessage(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = errorEnvelope(error);
  return { code, message };
}
