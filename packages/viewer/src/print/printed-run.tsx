import type { ErrorEnvelope, ReportElement } from "@dad/protocol";
import { errorLinks } from "../errors/error-links.ts";
import { usageText } from "../format/amounts.ts";
import { tookText } from "../format/took.ts";
import { Overview } from "../overview/overview.tsx";
import { StatusMark } from "../shell/status-mark.tsx";
import type { Store } from "../store.ts";
import { ShownText } from "../text/shown-text.tsx";

/** More lines than this nobody reads on paper. */
const MOST_LINES = 1500;
const LONGEST = 4000;

export function PrintedRun({ store }: { readonly store: Store }) {
  const { details } = store.run;
  const elements = inTreeOrder(store);
  const failed = elements.filter(({ error, attempts }) => error && attempts);
  return (
    <article>
      <h1>
        {details.runId} <small>{details.status}</small>
      </h1>
      <Overview store={store} />
      {failed.length > 0 && <h2>Failures</h2>}
      {failed.slice(0, MOST_LINES).map((element) => (
        <Failure key={element.path} element={element} />
      ))}
      <h2>What the run did</h2>
      <table>
        <tbody>
          {elements.slice(0, MOST_LINES).map((element) => (
            <Line key={element.path} element={element} store={store} />
          ))}
        </tbody>
      </table>
      {elements.length > MOST_LINES && <p>{elements.length - MOST_LINES} more lines are in the page, and not on paper.</p>}
      <footer>
        Made {store.report.generatedAt} by DAD {store.report.version}
      </footer>
    </article>
  );
}

/** Each element before those in it: what was at work at the same time is told one after the other. */
function inTreeOrder({ index }: Store): ReportElement[] {
  const found: ReportElement[] = [];
  const open = index.elementsIn(undefined).toReversed();
  for (let element = open.pop(); element; element = open.pop()) {
    found.push(element);
    for (const inner of index.elementsIn(element.path).toReversed()) open.push(inner);
  }
  return found;
}

function Line({ element, store }: { readonly element: ReportElement; readonly store: Store }) {
  const { path, kind, status, usage, attempts, handled } = element;
  const around = store.index.around(path);
  const depth = path.split(".").length - 1;
  const last = attempts?.at(-1);
  return (
    <tr>
      <td style={{ paddingLeft: `${Math.min(depth, 16) * 12}px` }}>
        <StatusMark status={status} /> {around === undefined ? path : path.slice(around.length + 1)}
        {attempts && attempts.length > 1 && ` (${attempts.length} attempts)`}
        {last?.decision === "reused" && " (reused)"}
        {handled !== undefined && " (handled)"}
      </td>
      <td>{last?.nodeType ?? kind}</td>
      <td>{status}</td>
      <td>{tookText(element)}</td>
      <td>{usage && attempts ? usageText(usage) : ""}</td>
    </tr>
  );
}

function Failure({ element: { path, error } }: { readonly element: ReportElement }) {
  return (
    <section class="printed-failure">
      <h3>{path}</h3>
      {error && <Causes error={error} />}
    </section>
  );
}

function Causes({ error }: { readonly error: ErrorEnvelope }) {
  return (
    <ol>
      {errorLinks(error).links.map(({ code, message }, index) => (
        <li key={index}>
          <code>{code}</code> <ShownText text={message.slice(0, LONGEST)} />
        </li>
      ))}
    </ol>
  );
}
