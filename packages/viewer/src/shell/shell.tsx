import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Compare } from "../compare/compare.tsx";
import { Guarded } from "../elements/guarded.tsx";
import { Events } from "../events/events.tsx";
import { Inspector } from "../inspector/inspector.tsx";
import { Logs } from "../logs/logs.tsx";
import { Outcome } from "../outcome/outcome.tsx";
import { Overview } from "../overview/overview.tsx";
import { watchPrinting } from "../print/watch-printing.tsx";
import { searchState } from "../search/search-state.ts";
import { hrefOf } from "../route.ts";
import type { Store } from "../store.ts";
import { timelineState } from "../timeline/timeline-state.ts";
import { Timeline } from "../timeline/timeline.tsx";
import { Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { type Keyboard, watchKeys } from "./keyboard.ts";
import { Splitter } from "./splitter.tsx";

export function Shell({ store }: { readonly store: Store }) {
  const keyboard = useMemo<Keyboard>(() => ({ store, timeline: timelineState(store), search: searchState(store), help: signal(false) }), [store]);
  useEffect(() => watchKeys(document, keyboard), [keyboard]);
  useEffect(() => watchPrinting(window, store), [store]);
  return (
    <div class="shell">
      <Header keyboard={keyboard} />
      {store.notice.value !== undefined && (
        <p class="notice" role="alert">
          {store.notice.value}
        </p>
      )}
      <main class={`view ${store.route.value.view}-view`}>
        <Guarded of={store.route.value.view}>
          <CurrentView keyboard={keyboard} />
        </Guarded>
      </main>
      <Help open={keyboard.help} />
    </div>
  );
}

function CurrentView({ keyboard }: { readonly keyboard: Keyboard }) {
  const { store } = keyboard;
  const { view, path } = store.route.value;
  switch (view) {
    case "timeline":
      return <TimelineView keyboard={keyboard} />;
    case "outcome":
      return <Outcome store={store} />;
    case "events":
      return <Events store={store} />;
    case "logs":
      return <Logs store={store} />;
    case "compare":
      return <Compare store={store} path={path} />;
    default:
      return <Overview store={store} />;
  }
}

/** The inspector stands beside the timeline, or below it where there is no room: never over it. */
function TimelineView({ keyboard: { store, timeline } }: { readonly keyboard: Keyboard }) {
  const selection = store.selection.value;
  return (
    <>
      <Timeline state={timeline} />
      {selection && (
        <>
          <Splitter name="inspector" label="Width of the inspector" right />
          <aside class="inspector-frame" aria-label="What is chosen">
            <a class="close" href={hrefOf({ view: "timeline" })} aria-label="Close" title="Close (Esc)">
              ×
            </a>
            <Guarded of={hrefOf(store.route.value)}>
              <Inspector store={store} selection={selection} tab={store.route.value.tab} />
            </Guarded>
          </aside>
        </>
      )}
    </>
  );
}
