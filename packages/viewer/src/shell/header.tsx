import { costText, durationText, shortCount } from "../format/amounts.ts";
import { momentText, utcText } from "../format/moments.ts";
import { hrefOf, type View } from "../route.ts";
import { Search } from "../search/search.tsx";
import { nextTheme } from "../theme/theme.ts";
import { type Keyboard, routeTo, viewsOf } from "./keyboard.ts";
import { StatusMark } from "./status-mark.tsx";

export function Header({ keyboard }: { readonly keyboard: Keyboard }) {
  const { store, search } = keyboard;
  const { runId, status } = store.run.details;
  return (
    <header class="header">
      <div class="headline">
        <h1>
          <span class={`run-status is-${status}`}>
            <StatusMark status={status} />
            {status}
          </span>
          <span class="run-id">{runId}</span>
        </h1>
        <Numbers keyboard={keyboard} />
        <Search state={search} />
        <Buttons keyboard={keyboard} />
      </div>
      <Views keyboard={keyboard} />
    </header>
  );
}

function Numbers({ keyboard: { store, timeline } }: { readonly keyboard: Keyboard }) {
  const { status, startedAt, endedAt, usage } = store.run.details;
  const took = (endedAt === null ? timeline.time.now : Date.parse(endedAt)) - Date.parse(startedAt);
  const { inputTokens, outputTokens, costUsd } = usage;
  return (
    <dl class="numbers">
      <Amount name={status === "running" || status === "waiting" ? "so far" : "time"} value={durationText(Math.max(0, took))} />
      <Amount name="cost" value={costText(costUsd)} />
      <Amount name="tokens" value={shortCount(inputTokens + outputTokens)} title={`${inputTokens} in, ${outputTokens} out`} />
      <Amount name="started" value={momentText(startedAt).replace(/\.\d+$/, "")} title={utcText(startedAt)} />
    </dl>
  );
}

function Amount({ name, value, title }: { readonly name: string; readonly value: string; readonly title?: string }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Buttons({ keyboard: { store, help } }: { readonly keyboard: Keyboard }) {
  const theme = store.theme.value;
  return (
    <span class="tools">
      <button type="button" title="Colours: as the system has them, light or dark (t)" onClick={() => (store.theme.value = nextTheme(theme))}>
        {theme}
      </button>
      <button type="button" aria-label="Help" title="Keys (?)" onClick={() => (help.value = true)}>
        ?
      </button>
    </span>
  );
}

const NAMES: Readonly<Record<View, string>> = {
  overview: "Overview",
  timeline: "Timeline",
  outcome: "Outcome",
  events: "Events",
  logs: "Logs",
  compare: "Compare",
};

function Views({ keyboard: { store, timeline } }: { readonly keyboard: Keyboard }) {
  const current = store.route.value.view;
  return (
    <nav class="views" aria-label="Views">
      {viewsOf(store).map((view, index) => (
        <a
          key={view}
          href={hrefOf(routeTo(view, timeline))}
          aria-current={view === current ? "page" : undefined}
          title={`${NAMES[view]} (${index + 1})`}
        >
          {NAMES[view]}
        </a>
      ))}
    </nav>
  );
}
