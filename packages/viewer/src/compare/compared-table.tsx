import type { ComponentChildren } from "preact";
import { ShownText } from "../text/shown-text.tsx";
import type { ComparedRow } from "./compared-rows.ts";

export interface ComparedTableProps {
  readonly rows: readonly ComparedRow[];
  readonly before?: ComponentChildren;
  readonly after?: ComponentChildren;
}

/** Facts of two, with what is different in each marked. */
export function ComparedTable({ rows, before = "Before", after = "After" }: ComparedTableProps) {
  return (
    <div class="scrolls" role="region" aria-label="Before and after" tabIndex={0}>
      <table class="compared">
        <thead>
          <tr>
            <th />
            <th scope="col">{before}</th>
            <th scope="col">{after}</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.label} class={row.before === row.after ? "" : "differs"}>
              <th scope="row">{row.label}</th>
              <td>
                <ShownText text={row.before} />
              </td>
              <td>
                <ShownText text={row.after} />
              </td>
              <td class={row.tone ? `delta is-${row.tone}` : "delta"}>{row.delta}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
