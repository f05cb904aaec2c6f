import type { ReportRun, RunStatus } from "@dad/protocol";
import { Command } from "../elements/command.tsx";
import { Section } from "../elements/facts.tsx";
import { Moment } from "../elements/moment.tsx";
import { Status } from "../elements/status.tsx";
import { amountText } from "../format/amounts.ts";
import { ShownText } from "../text/shown-text.tsx";

/** Where a run comes from, what was made from it, and whose results it has. */
export function Lineage({ run: { details, ancestors, descendants, elements } }: { readonly run: ReportRun }) {
  const origins = new Map<string, number>();
  for (const { attempts } of elements) {
    const from = attempts?.at(-1)?.origin?.runId;
    if (from !== undefined) origins.set(from, (origins.get(from) ?? 0) + 1);
  }
  if (ancestors.length + descendants.length + origins.size === 0) return null;
  return (
    <Section title="Lineage">
      <ol class="lineage">
        {ancestors.toReversed().map((entry) => (
          <LineageRun key={entry.runId} {...entry} reused={origins.get(entry.runId)} />
        ))}
        <LineageRun runId={details.runId} status={details.status} startedAt={details.startedAt} isThis />
        {descendants.map((entry) => (
          <LineageRun key={entry.runId} {...entry} />
        ))}
      </ol>
      {[...origins]
        .filter(([id]) => !ancestors.some(({ runId }) => runId === id))
        .map(([id, count]) => (
          <p key={id} class="dim">
            {amountText(count, "node")} reused from <ShownText text={id} />
          </p>
        ))}
    </Section>
  );
}

interface LineageRunProps {
  readonly runId: string;
  readonly status?: RunStatus | undefined;
  readonly startedAt?: string | undefined;
  readonly isThis?: boolean;
  /** How many nodes of this run have their results from it. */
  readonly reused?: number | undefined;
}

function LineageRun({ runId, status, startedAt, isThis = false, reused }: LineageRunProps) {
  return (
    <li class={isThis ? "is-this" : ""} aria-current={isThis ? "true" : undefined}>
      {status === undefined || isThis ? (
        <span class="lineage-run">
          <code>
            <ShownText text={runId} />
          </code>{" "}
          {isThis && <span class="badge">this run</span>}
        </span>
      ) : (
        <Command words={["dad", "report", runId]} />
      )}
      <span class="lineage-facts">
        {status ? <Status status={status} /> : <span class="dim">its record is gone</span>}
        {startedAt !== undefined && <Moment at={startedAt} />}
        {reused !== undefined && <span class="dim">{amountText(reused, "node")} reused from it</span>}
      </span>
    </li>
  );
}
