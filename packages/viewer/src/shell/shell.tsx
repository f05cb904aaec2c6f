import { Compare } from "../compare/compare.tsx";
import { Events } from "../events/events.tsx";
import { Inspector } from "../inspector/inspector.tsx";
import { Logs } from "../logs/logs.tsx";
import { Outcome } from "../outcome/outcome.tsx";
import { Overview } from "../overview/overview.tsx";
import { hrefOf, VIEWS } from "../route.ts";
import type { Store } from "../store.ts";

export function Shell({ store }: { readonly store: Store }) {
  const views = VIEWS.filter((view) => view !== "compare" || store.before);
  return (
    <>
      <nav>
        {views.map((view) => (
          <a key={view} href={hrefOf({ view })}>
            {view}
          </a>
        ))}
      </nav>
      {store.notice.value !== undefined && <p role="alert">{store.notice.value}</p>}
      <main>
        <CurrentView store={store} />
      </main>
    </>
  );
}

function CurrentView({ store }: { readonly store: Store }) {
  const { view, path, tab } = store.route.value;
  const selection = store.selection.value;
  switch (view) {
    case "timeline":
      return selection ? <Inspector store={store} selection={selection} tab={tab} /> : <p>timeline</p>;
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
