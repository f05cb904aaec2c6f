import type { ArtifactEntry, ReportAttempt, ReportElement } from "@dad/protocol";
import { useState } from "preact/hooks";
import { chatOfAttempt } from "../chat/chat-of-attempt.ts";
import { ChatView } from "../chat/chat-view.tsx";
import { ContentView, type ContentViewProps } from "../contents/content-view.tsx";
import { Section } from "../elements/facts.tsx";
import { EventList } from "../events/event-list.tsx";
import { LogList } from "../logs/log-list.tsx";
import type { Store } from "../store.ts";
import { ShownText } from "../text/shown-text.tsx";
import { Artifacts } from "./artifacts.tsx";
import { Fingerprint } from "./fingerprint.tsx";
import { INPUT, OUTPUTS, type Tab } from "./inspected-tabs.ts";
import { SpanTable } from "./span-table.tsx";
import { Summary } from "./summary.tsx";

export interface TabBodyProps {
  readonly store: Store;
  readonly element: ReportElement;
  readonly attempt?: ReportAttempt | undefined;
  readonly tab: Tab;
}

export function TabBody({ store, element, attempt, tab }: TabBodyProps) {
  const { run, index } = store;
  const artifacts = attempt?.artifacts ?? [];
  switch (tab) {
    case "input":
      return <Named store={store} artifacts={artifacts} names={[INPUT]} />;
    case "output":
      return <Named store={store} artifacts={artifacts} names={OUTPUTS} />;
    case "prompt":
      return <Prompt store={store} element={element} attempt={attempt} />;
    case "artifacts":
      return <Artifacts run={run} artifacts={artifacts} />;
    case "spans":
      return <SpanTable spans={index.spansOf(element.path)} />;
    case "logs":
      return <LogList logs={index.logsOf(element.path)} isInline />;
    case "events":
      return <EventList events={index.eventsOf(element.path)} isInline />;
    case "fingerprint":
      return attempt?.fingerprint ? <Fingerprint store={store} path={element.path} attempt={attempt} /> : null;
    default:
      return <Summary store={store} element={element} attempt={attempt} />;
  }
}

interface NamedProps extends Pick<TabBodyProps, "store"> {
  readonly artifacts: readonly ArtifactEntry[];
  readonly names: readonly string[];
}

/** Artifacts that have a meaning for all nodes; what a node gave and what others read of it are mostly the same. */
function Named({ store, artifacts, names }: NamedProps) {
  const entries = names.flatMap((name) => artifacts.find((entry) => entry.name === name) ?? []);
  const shown = entries.filter(({ name, digest }) => name !== "result" || digest !== entries[0]?.digest);
  if (shown.length === 1 && shown[0]) return <ContentView run={store.run} digest={shown[0].digest} name={shown[0].name} />;
  return (
    <>
      {shown.map(({ name, digest }) => (
        <Section key={name} title={name === "result" ? "result, as other nodes read it" : name}>
          {name === "result" ? <Folded run={store.run} digest={digest} name={name} /> : <ContentView run={store.run} digest={digest} name={name} />}
        </Section>
      ))}
    </>
  );
}

/** What is mostly much like something else that is shown. */
function Folded(props: ContentViewProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Show it</summary>
      {isOpen && <ContentView {...props} />}
    </details>
  );
}

function Prompt({ store, element, attempt }: Pick<TabBodyProps, "store" | "element" | "attempt">) {
  const { chat, missing } = chatOfAttempt(attempt?.artifacts ?? [], store.run);
  const calls = store.index.spansOf(element.path).filter(({ attributes }) => attributes["gen_ai.operation.name"] === "chat");
  const streamed = calls.length === 0 ? undefined : calls.some(({ attributes }) => attributes["gen_ai.request.stream"] === true);
  return (
    <>
      {missing.map((text) => (
        <p key={text} class="note">
          <ShownText text={text} />
        </p>
      ))}
      {chat && <ChatView chat={chat} run={store.run} streamed={streamed} />}
    </>
  );
}
