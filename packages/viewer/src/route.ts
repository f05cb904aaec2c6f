/** The parts of the page. */
export const VIEWS = ["overview", "timeline", "outcome", "events", "logs", "compare"] as const;
export type View = (typeof VIEWS)[number];

/** What the page shows. A link says all of it, and what a link does not say is as it was. */
export interface Route {
  readonly view: View;
  /** Of the timeline and the comparison: an element of the run. Of the outcome: a file. */
  readonly path?: string | undefined;
  /** Of the timeline: the number of an attempt of that element. */
  readonly attempt?: number | undefined;
  /** Of the timeline, instead of an element: a span. */
  readonly span?: string | undefined;
  /** Of the timeline: a part of the inspector. */
  readonly tab?: string | undefined;
}

/** `#/node/a.b?attempt=2&tab=logs`, `#/span/<id>`, `#/compare/a.b`, `#/outcome/<file>`, or `#/` and the name of a view. */
export function hrefOf({ view, path, attempt, span, tab }: Route): string {
  const query = [...(attempt === undefined ? [] : [`attempt=${attempt}`]), ...(tab === undefined ? [] : [`tab=${encodeURIComponent(tab)}`])];
  const rest = query.length > 0 ? `?${query.join("&")}` : "";
  if (view === "timeline" && span !== undefined) return `#/span/${encodeURIComponent(span)}${rest}`;
  if (view === "timeline" && path !== undefined) return `#/node/${encodeURIComponent(path)}${rest}`;
  return path === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(path)}`;
}

/** `undefined`: it is no link of this page. */
export function routeOf(hash: string): Route | undefined {
  const match = /^#\/([a-z]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(hash);
  const [, name, part, query] = match ?? [];
  const rest = part === undefined || part === "" ? undefined : decoded(part);
  const given = new URLSearchParams(query ?? "");
  const attempt = /^\d{1,6}$/.test(given.get("attempt") ?? "") ? Number(given.get("attempt")) : undefined;
  const tab = given.get("tab") ?? undefined;
  if (name === "node") return rest === undefined ? undefined : { view: "timeline", path: rest, attempt, tab };
  if (name === "span") return rest === undefined ? undefined : { view: "timeline", span: rest, tab };
  const view = VIEWS.find((known) => known === name);
  return view === undefined ? undefined : { view, path: view === "outcome" || view === "compare" ? rest : undefined };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
