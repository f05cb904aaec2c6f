import type { ReportRun } from "@dad/protocol";
import { Section } from "../elements/facts.tsx";
import { costText, countText, durationText, shortCount } from "../format/amounts.ts";
import { ShownText } from "../text/shown-text.tsx";
import { type ModelUse, modelUses } from "./models.ts";

/** What was asked of each model, as far as spans tell it. */
export function Models({ run }: { readonly run: ReportRun }) {
  const uses = modelUses(run);
  if (uses.length === 0) return null;
  const isRecorded = uses.some(({ recordedTokens }) => recordedTokens > 0);
  return (
    <Section title="Models" class="is-wide">
      <table class="amounts">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Calls</th>
            <th scope="col">Failed</th>
            <th scope="col">In</th>
            <th scope="col">Out</th>
            {isRecorded && <th scope="col">Recorded</th>}
            <th scope="col">Cost</th>
            <th scope="col">Per call</th>
          </tr>
        </thead>
        <tbody>
          {uses.map((use) => (
            <ModelRow key={JSON.stringify([use.provider, use.model])} use={use} isRecorded={isRecorded} />
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function ModelRow({ use, isRecorded }: { readonly use: ModelUse; readonly isRecorded: boolean }) {
  return (
    <tr>
      <th scope="row">
        <ShownText text={use.model} />{" "}
        <span class="dim">
          <ShownText text={use.provider} />
        </span>
      </th>
      <td>{countText(use.calls)}</td>
      <td class={use.failed > 0 ? "bad" : "dim"}>{countText(use.failed)}</td>
      <td>{shortCount(use.inputTokens)}</td>
      <td>{shortCount(use.outputTokens)}</td>
      {isRecorded && <td>{shortCount(use.recordedTokens)}</td>}
      <td>{use.costUsd > 0 ? costText(use.costUsd) : "–"}</td>
      <td>{durationText(use.durationMs / use.calls)}</td>
    </tr>
  );
}
