import type { InputRequest, ReportRun } from "@dad/protocol";
import { Command } from "../elements/command.tsx";
import { Section } from "../elements/facts.tsx";
import { Moment } from "../elements/moment.tsx";
import { NodeLink } from "../elements/node-link.tsx";
import { JsonTree } from "../json/json-tree.tsx";
import { ShownText } from "../text/shown-text.tsx";
import { nextSteps } from "./next-steps.ts";

export function NextSteps({ run }: { readonly run: ReportRun }) {
  const steps = nextSteps(run);
  if (steps.length === 0) return null;
  return (
    <Section title="What next" class="next-steps">
      <ul class="plain">
        {steps.map(({ what, words }) => (
          <li key={words.join(" ")}>
            <span>{what}</span>
            <Command words={words} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What the run waits for. */
export function Requests({ requests }: { readonly requests: readonly InputRequest[] }) {
  return (
    <Section title="What it waits for" class="is-waiting">
      <ul class="plain requests">
        {requests.map((request) => (
          <li key={request.id}>
            <p class="prompt">
              <ShownText text={request.prompt} />
            </p>
            <p class="dim">
              asked by <NodeLink path={request.path} />
              {request.expiresAt !== undefined && (
                <>
                  , until <Moment at={request.expiresAt} />
                </>
              )}
            </p>
            {request.choices && (
              <p>
                <ShownText text={request.choices.map(({ label }) => label).join(" · ")} />
              </p>
            )}
            <details>
              <summary>What an answer has to be</summary>
              <JsonTree value={request.schema} label="schema of the answer" isBare />
            </details>
          </li>
        ))}
      </ul>
    </Section>
  );
}
