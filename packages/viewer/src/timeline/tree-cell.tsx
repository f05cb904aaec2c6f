import type { ReportAttempt } from "@dad/protocol";
import { rowText } from "../format/took.ts";
import { StatusMark } from "../shell/status-mark.tsx";
import { visibleText } from "../text/visible-text.ts";
import type { Row } from "./run-rows.ts";
import { toggleRow, type TimelineState } from "./timeline-state.ts";
import type { VisibleRow } from "./visible-rows.ts";

const INDENT = 14;
const MAX_INDENTS = 16;
const LONGEST = 300;

export function TreeCell({ state, visible }: { readonly state: TimelineState; readonly visible: VisibleRow }) {
  const { row, open, hasChildren } = visible;
  const toggle = (event: Event) => {
    event.stopPropagation();
    toggleRow(state, visible);
  };
  return (
    <div class="tree-cell" style={{ paddingLeft: `${6 + Math.min(row.depth, MAX_INDENTS) * INDENT}px` }}>
      <span class={`twist ${hasChildren ? "" : "leaf"}`} onClick={hasChildren ? toggle : undefined} aria-hidden="true">
        {hasChildren && (
          <svg viewBox="0 0 10 10" width="10" height="10" class={open ? "open" : ""}>
            <path d="M3 1.5L6.8 5 3 8.5" />
          </svg>
        )}
      </span>
      {row.kind === "span" ? <i class={`dot ${fillOf(row)}`} aria-hidden="true" /> : <StatusMark status={row.status} />}
      <span class="row-label" title={shownLabel(row)}>
        {shownLabel(row)}
      </span>
      <Badges row={row} />
      <span class="row-type">{row.kind === "span" ? "" : visibleText(row.type)}</span>
      <span class="row-time">{rowText(row)}</span>
    </div>
  );
}

/** A name of a span may be anything, of any length. */
function shownLabel(row: Row): string {
  return visibleText(row.label.slice(0, LONGEST));
}

function Badges({ row }: { readonly row: Row }) {
  if (row.kind === "span") return null;
  const { element, attempt } = row;
  const last: ReportAttempt | undefined = attempt ?? element?.attempts?.at(-1);
  const count = attempt ? 1 : (element?.attempts?.length ?? 0);
  return (
    <>
      {count > 1 && <b class="badge">{count} attempts</b>}
      {last?.decision === "reused" && <b class="badge reused">reused</b>}
      {last?.decision === "assumed" && <b class="badge">assumed</b>}
      {row.status === "waiting" && <b class="badge waiting">waiting</b>}
      {element?.handled !== undefined && row.kind === "element" && <b class="badge">handled</b>}
    </>
  );
}

/** What a span is about gives it its colour. */
export function fillOf({ span, status, type }: Row): string {
  if (span?.status === "error" || status === "failed") return "fill-failed";
  if (type === "chat" || type === "embeddings" || type === "text_completion" || type === "generate_content") return "fill-chat";
  return type === "execute_tool" ? "fill-tool" : "fill-other";
}
