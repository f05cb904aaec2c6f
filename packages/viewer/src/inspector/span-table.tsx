import type { ReportSpan } from "@dad/protocol";
import { useState } from "preact/hooks";
import { Moment } from "../elements/moment.tsx";
import { SpanLink } from "../elements/span-link.tsx";
import { countText, durationText } from "../format/amounts.ts";
import { ShowMore } from "../elements/show-more.tsx";

const FIRST = 100;
const MORE = 1000;

/** Spans in the order in which they began. */
export function SpanTable({ spans }: { readonly spans: readonly ReportSpan[] }) {
  const [most, setMost] = useState(FIRST);
  return (
    <>
      <table class="children">
        <thead>
          <tr>
            <th scope="col">Span</th>
            <th scope="col">Start</th>
            <th scope="col">Took</th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {spans.slice(0, most).map(({ spanId, name, start, end, status }) => (
            <tr key={spanId}>
              <td>
                <SpanLink id={spanId} name={name} />
              </td>
              <td>
                <Moment at={start} short />
              </td>
              <td class="amount">{end === null ? "not ended" : durationText(end - start)}</td>
              <td class={status === "error" ? "bad" : "dim"}>{status}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {spans.length > most && <ShowMore left={countText(spans.length - most)} onMore={() => setMost(most + MORE)} />}
    </>
  );
}
