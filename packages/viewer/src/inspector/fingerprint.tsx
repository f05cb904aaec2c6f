import type { Json, ReportAttempt } from "@dad/protocol";
import { Nothing } from "../elements/facts.tsx";
import { fingerprintRows } from "./fingerprint-rows.ts";
import { JsonTree } from "../json/json-tree.tsx";
import type { Store } from "../store.ts";
import { ShownText } from "../text/shown-text.tsx";

export interface FingerprintProps {
  readonly store: Store;
  readonly path: string;
  readonly attempt: ReportAttempt;
}

/** What the result of a node depends on. Where two runs are compared, what differs comes first. */
export function Fingerprint({ store: { report }, path, attempt }: FingerprintProps) {
  const { fingerprint } = attempt;
  if (!fingerprint) return <Nothing>It has none: it did not come so far that one was made.</Nothing>;
  const compared = report.comparison?.nodes.find((node) => node.path === path && node.attempt === attempt.attempt);
  const rows = fingerprintRows(fingerprint, compared?.fingerprint ?? []);
  return (
    <>
      <table class="pairs">
        <thead>
          <tr>
            <th scope="col">Component</th>
            {compared && <th scope="col">Before</th>}
            <th scope="col">{compared ? "After" : "Value"}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ component, value, before, differs }) => (
            <tr key={component} class={differs ? "differs" : ""}>
              <th scope="row">
                <ShownText text={component} />
              </th>
              {compared && <td>{differs ? <Value value={before} label={component} /> : <span class="dim">the same</span>}</td>}
              <td>
                <Value value={value} label={component} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="dim">Settings and static inputs belong to it, too: they are in its input.</p>
    </>
  );
}

function Value({ value, label }: { readonly value: Json | undefined; readonly label: string }) {
  if (value === undefined) return <span class="dim">none</span>;
  if (typeof value === "string")
    return (
      <code class="digest">
        <ShownText text={value} />
      </code>
    );
  return <JsonTree value={value} label={label} isBare />;
}
