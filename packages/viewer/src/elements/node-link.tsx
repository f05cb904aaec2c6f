import { hrefOf } from "../route.ts";
import { ShownText } from "../text/shown-text.tsx";
import { visibleText } from "../text/visible-text.ts";

export interface NodeLinkProps {
  readonly path: string;
  readonly attempt?: number | undefined;
  readonly tab?: string | undefined;
  readonly term?: string | undefined;
}

/** Leads to an element of the run. What its name ends in is what tells it from others: it is never cut. */
export function NodeLink({ path, attempt, tab, term }: NodeLinkProps) {
  const at = path.lastIndexOf(".") + 1;
  return (
    <a class="node-link" href={hrefOf({ view: "timeline", path, attempt, tab })} title={visibleText(path)}>
      {at > 0 && (
        <span class="node-around">
          <ShownText text={path.slice(0, at)} term={term} />
        </span>
      )}
      <span class="node-name">
        <ShownText text={path.slice(at)} term={term} />
      </span>
      {attempt !== undefined && attempt > 1 && <span class="node-attempt">#{attempt}</span>}
    </a>
  );
}
