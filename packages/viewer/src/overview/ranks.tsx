import type { ReportRun } from "@dad/protocol";
import { NodeLink } from "../elements/node-link.tsx";
import { Section } from "../elements/facts.tsx";
import { amountText, costText, durationText, shortCount } from "../format/amounts.ts";
import { costOf, failuresOf, type RankedNode, ranked, tokensOf, workedMs } from "./summary.ts";

/** The nodes that took the most of something. */
export function Ranks({ run }: { readonly run: ReportRun }) {
  const expensive = ranked(run, costOf);
  return (
    <>
      <Rank title="Slowest" nodes={ranked(run, workedMs)} textOf={durationText} />
      {expensive.length > 0 ? (
        <Rank title="Most expensive" nodes={expensive} textOf={costText} />
      ) : (
        <Rank title="Most tokens" nodes={ranked(run, tokensOf)} textOf={shortCount} />
      )}
      <Rank title="Most failures" nodes={ranked(run, failuresOf)} textOf={(amount) => amountText(amount, "attempt")} isBad />
    </>
  );
}

interface RankProps {
  readonly title: string;
  readonly nodes: readonly RankedNode[];
  readonly textOf: (amount: number) => string;
  readonly isBad?: boolean;
}

function Rank({ title, nodes, textOf, isBad = false }: RankProps) {
  if (nodes.length === 0) return null;
  const most = nodes[0]?.amount ?? 1;
  return (
    <Section title={title}>
      <ol class="ranks">
        {nodes.map(({ node: { path }, amount }) => (
          <li key={path}>
            <NodeLink path={path} />
            <span class="rank-amount">{textOf(amount)}</span>
            <span class={isBad ? "rank-bar fill-failed" : "rank-bar"} aria-hidden="true" style={{ width: `${(amount / most) * 100}%` }} />
          </li>
        ))}
      </ol>
    </Section>
  );
}
