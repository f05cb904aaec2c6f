import type { ReportAttempt, ReportElement } from "@dad/protocol";
import { useEffect, useRef } from "preact/hooks";
import { Status } from "../elements/status.tsx";
import { TabList, tabKey } from "../elements/tab-list.tsx";
import { countText } from "../format/amounts.ts";
import { tookText } from "../format/took.ts";
import { hrefOf } from "../route.ts";
import type { Store } from "../store.ts";
import { ShownText } from "../text/shown-text.tsx";
import { ChildrenOf } from "./children-of.tsx";
import { currentTab, inspectedTabs, type Tab } from "./inspected-tabs.ts";
import { PathLine } from "./path-line.tsx";
import { TabBody } from "./tab-body.tsx";

export interface ElementInspectorProps {
  readonly store: Store;
  readonly element: ReportElement;
  readonly attempt?: ReportAttempt | undefined;
  readonly tab?: string | undefined;
}

export function ElementInspector({ store, element, attempt, tab: asked }: ElementInspectorProps) {
  const root = useRef<HTMLElement>(null);
  const { run, index } = store;
  const tabs = inspectedTabs({ element, attempt, run, index });
  const tab = currentTab(tabs, asked);
  const choose = (next: Tab): void => {
    const all = element.attempts ?? [];
    store.go({ view: "timeline", path: element.path, attempt: attempt === all.at(-1) ? undefined : attempt?.attempt, tab: next }, { replace: true });
    // The panel may be scrolled far down in what was there before.
    root.current?.closest(".inspector-frame")?.scrollTo({ top: 0 });
  };
  const step = (key: string): boolean => {
    const next = tabKey(key, { tabs: tabs.map((one) => one.tab), current: tab });
    if (next) choose(next);
    return next !== undefined;
  };
  useBrackets(step);
  return (
    <article
      class="inspected"
      aria-label={element.path}
      ref={root}
      onKeyDown={(event) => {
        // Anywhere else in the page, digits lead to its views.
        if (/^[1-9]$/.test(event.key) && !isWriting(event) && step(event.key)) event.preventDefault();
      }}
    >
      <ElementHead element={element} attempt={attempt} />
      <TabList
        id="inspected"
        label={`Parts of ${element.path}`}
        tabs={tabs.map(({ tab: name, count }) => ({ tab: name, label: NAMES[name], aside: count === undefined ? undefined : countText(count) }))}
        current={tab}
        onChoose={choose}
      />
      <div role="tabpanel" id={`inspected-panel-${tab}`} aria-labelledby={`inspected-tab-${tab}`} class="tab-panel" tabIndex={-1}>
        <TabBody {...{ store, element, attempt, tab }} />
        {tab === "summary" && <ChildrenOf index={index} path={element.path} />}
      </div>
    </article>
  );
}

const NAMES: Readonly<Record<Tab, string>> = {
  summary: "Summary",
  input: "Input",
  prompt: "Prompt",
  output: "Output",
  artifacts: "Artifacts",
  spans: "Spans",
  logs: "Logs",
  events: "Events",
  fingerprint: "Fingerprint",
};

/** `[` and `]` go from tab to tab wherever the focus is. */
function useBrackets(step: (key: string) => boolean): void {
  const latest = useRef(step);
  latest.current = step;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || isWriting(event)) return;
      if ((event.key === "[" || event.key === "]") && latest.current(event.key)) event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

function isWriting({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey || (target instanceof HTMLElement && target.matches("input, textarea, select"));
}

function ElementHead({ element, attempt }: { readonly element: ReportElement; readonly attempt: ReportAttempt | undefined }) {
  const { path, kind, status, handled, attempts = [] } = element;
  const whole = attempts.length > 1 ? tookText(element) : "";
  return (
    <header class="inspected-head">
      <PathLine path={path} />
      <h2>
        <ShownText text={path.slice(path.lastIndexOf(".") + 1)} />
      </h2>
      <p class="inspected-facts">
        <Status status={attempt?.status ?? status} handled={attempt === undefined || attempt === attempts.at(-1) ? handled : undefined} />
        {attempt && attempt.decision !== "executed" && <span class="badge reused">{attempt.decision}</span>}
        <span>
          <ShownText text={attempt?.nodeType ?? kind} />
        </span>
        <span>{[tookText(attempt ?? element), whole].filter((text) => text !== "").join(" of ")}</span>
      </p>
      {attempts.length > 1 && <Attempts element={element} current={attempt} />}
    </header>
  );
}

function Attempts({ element: { path, attempts = [] }, current }: { readonly element: ReportElement; readonly current: ReportAttempt | undefined }) {
  return (
    <nav class="attempts" aria-label="Attempts">
      {attempts.map(({ attempt, status }) => (
        <a key={attempt} href={hrefOf({ view: "timeline", path, attempt })} aria-current={attempt === current?.attempt ? "true" : undefined}>
          <Status status={status} label={`Attempt ${attempt}`} />
        </a>
      ))}
    </nav>
  );
}
