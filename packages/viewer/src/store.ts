import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ReportRun, RunReport } from "@dad/protocol";
import { hrefOf, type Route, routeOf } from "./route.ts";
import { type RunIndex, runIndex } from "./run-index.ts";
import { type Selection, selectionOf } from "./selection.ts";
import { themeOf, type Theme } from "./theme.ts";

/** All that the page knows. What is shown is a function of it. */
export interface Store {
  readonly report: RunReport;
  /** The one that the report is about: `report.run`. */
  readonly run: ReportRun;
  readonly index: RunIndex;
  /** The run that it is compared with. */
  readonly before?: { readonly run: ReportRun; readonly index: RunIndex } | undefined;
  readonly route: ReadonlySignal<Route>;
  readonly selection: ReadonlySignal<Selection | undefined>;
  /** Something that the reader has to know, such as a link that leads nowhere. */
  readonly notice: Signal<string | undefined>;
  readonly theme: Signal<Theme>;
  /** Goes somewhere. `replace`: Back does not return to where the page is now. For links, `hrefOf` is simpler. */
  go(route: Route, options?: { readonly replace?: boolean }): void;
}

export function openStore(report: RunReport, window: Window): Store {
  const index = runIndex(report.run);
  const hash = signal(window.location.hash);
  const first: Route = { view: "overview" };
  const route = computed(() => routeOf(hash.value) ?? first);
  const chosen = computed(() => (route.value.view === "timeline" ? selectionOf(route.value, index) : {}));
  const notice = signal(problemOf(hash.value, chosen.value.problem));
  window.addEventListener("hashchange", () => {
    hash.value = window.location.hash;
    notice.value = problemOf(hash.value, chosen.value.problem);
  });
  return {
    report,
    run: report.run,
    index,
    before: report.before && { run: report.before, index: runIndex(report.before) },
    route,
    selection: computed(() => chosen.value.selection),
    notice,
    theme: themeOf(window),
    go(target, { replace = false } = {}) {
      const href = hrefOf(target);
      if (replace) window.location.replace(href);
      else window.location.hash = href;
    },
  };
}

function problemOf(hash: string, problem: string | undefined): string | undefined {
  if (hash !== "" && hash !== "#" && !routeOf(hash)) return `“${hash}” is no link of this page.`;
  return problem;
}
