import { computed, type ReadonlySignal, type Signal } from "@preact/signals";
import type { ReportRun, RunReport } from "@dad/protocol";
import { type Address, openAddress } from "./address.ts";
import type { Route } from "./route.ts";
import { type RunIndex, runIndex } from "./run-index.ts";
import { type Selection, selectionOf } from "./selection.ts";
import { themeOf, type Theme } from "./theme/theme.ts";

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
  readonly notice: ReadonlySignal<string | undefined>;
  readonly theme: Signal<Theme>;
  /** Goes somewhere. `replace`: Back does not return to where the page is now. For links, `hrefOf` is simpler. */
  go: Address["go"];
}

export function openStore(report: RunReport, window: Window): Store {
  const index = runIndex(report.run);
  const address = openAddress(window);
  const { hash, route: asked } = address;
  const first: Route = { view: "overview" };
  const route = computed(() => (asked.value?.view === "compare" && !report.before ? first : (asked.value ?? first)));
  const chosen = computed(() => (route.value.view === "timeline" ? selectionOf(route.value, index) : {}));
  const notice = computed(() => {
    if (asked.value === undefined && !/^#?\/?$/.test(hash.value)) return `“${hash.value}” is no link of this page.`;
    return asked.value?.view === "compare" && !report.before ? "This report compares with no other run." : chosen.value.problem;
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
    go: (target, options) => address.go(target, options),
  };
}
