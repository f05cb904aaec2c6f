import type { ErrorEnvelope } from "@dad/protocol";
import { Section } from "../elements/facts.tsx";
import { ErrorChain } from "../errors/error-chain.tsx";
import { ShownText } from "../text/shown-text.tsx";
import { amountText } from "../format/amounts.ts";
import type { Store } from "../store.ts";
import { Budgets, Tiles } from "./amounts-of-run.tsx";
import { Lineage } from "./lineage.tsx";
import { Metrics } from "./metrics.tsx";
import { Models } from "./models-table.tsx";
import { NextSteps, Requests } from "./next-steps-list.tsx";
import { Ranks } from "./ranks.tsx";
import { Origins, RunHead, StaticInputs } from "./run-facts.tsx";

/** What a run came to, and what can be done about it. */
export function Overview({ store }: { readonly store: Store }) {
  const { run, report } = store;
  const { error, requests = [] } = run.details;
  return (
    <div class="overview">
      <RunHead report={report} />
      <Damage damage={run.damage ?? []} />
      {error && (
        <Section title="Why it failed" class="is-bad">
          <ErrorChain error={error} />
        </Section>
      )}
      {requests.length > 0 && <Requests requests={requests} />}
      <Tiles store={store} />
      <div class="columns">
        <NextSteps run={run} />
        <Budgets levels={run.details.budget ?? []} />
        <Ranks run={run} />
        <Models run={run} />
        <Lineage run={run} />
        <StaticInputs run={run} />
        <Origins report={report} />
        <Omitted omitted={run.omitted} />
      </div>
      <Metrics metrics={run.metrics} />
    </div>
  );
}

/** What of the run could not be read: all else is to be seen in its light. */
function Damage({ damage }: { readonly damage: readonly ErrorEnvelope[] }) {
  if (damage.length === 0) return null;
  return (
    <Section title="What could not be read" class="is-bad">
      {damage.map((error, index) => (
        <ErrorChain key={index} error={error} />
      ))}
    </Section>
  );
}

function Omitted({ omitted }: { readonly omitted: Store["run"]["omitted"] }) {
  if (omitted.length === 0) return null;
  return (
    <Section title="Not in this report">
      <ul class="plain">
        {omitted.map(({ what, count, reason }) => (
          <li key={`${what} ${reason}`}>
            {amountText(count, what.replace(/s$/, ""))}: <ShownText text={reason} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
