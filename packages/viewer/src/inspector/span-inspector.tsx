import type { Json, ReportLog, ReportSpan } from "@dad/protocol";
import { Fragment } from "preact";
import { spanChat } from "../chat/read-chat.ts";
import { ChatView } from "../chat/chat-view.tsx";
import { contentOf } from "../contents/content-of.ts";
import { ContentView, type ContentViewProps } from "../contents/content-view.tsx";
import { Facts, Section } from "../elements/facts.tsx";
import { Moment } from "../elements/moment.tsx";
import { NodeLink } from "../elements/node-link.tsx";
import { SpanLink } from "../elements/span-link.tsx";
import { countText, durationText } from "../format/amounts.ts";
import { JsonTree } from "../json/json-tree.tsx";
import { LogList } from "../logs/log-list.tsx";
import type { Selection } from "../selection.ts";
import type { Store } from "../store.ts";
import { LongText } from "../text/long-text.tsx";
import { ShownText } from "../text/shown-text.tsx";
import { SpanTable } from "./span-table.tsx";

const KINDS: readonly string[] = ["unspecified", "internal", "server", "client", "producer", "consumer"];

export interface SpanInspectorProps {
  readonly store: Store;
  readonly span: ReportSpan;
  readonly selection: Selection;
}

export function SpanInspector({ store, span, selection: { attempt } }: SpanInspectorProps) {
  const { index, run } = store;
  const { spanId, name, path, events = [], links = [], attributes } = span;
  const inside = index.spansIn(spanId);
  const logs = index.logsOfSpan(spanId);
  const chat = spanChat(attributes);
  return (
    <article class="inspected" aria-label={`span ${name}`}>
      <header class="inspected-head">
        {path !== undefined && (
          <p class="path-line">
            <NodeLink path={path} attempt={attempt?.attempt} />
          </p>
        )}
        <h2>
          <ShownText text={name.slice(0, 500)} />
        </h2>
        <p class="inspected-facts dim">span</p>
      </header>
      <div class="tab-panel">
        <SpanFacts span={span} parent={span.parentSpanId === undefined ? undefined : index.span(span.parentSpanId)} />
        {chat && (
          <Section title="What was said">
            <ChatView chat={chat} run={run} />
          </Section>
        )}
        <Section title="Attributes" aside={countText(Object.keys(attributes).length)}>
          <Attributes attributes={attributes} />
        </Section>
        <KeptContents attributes={attributes} run={run} />
        {events.length > 0 && <SpanEvents events={events} start={span.start} />}
        {links.length > 0 && <SpanLinks links={links} store={store} />}
        <Inside spans={inside} logs={logs} />
      </div>
    </article>
  );
}

function SpanFacts({ span, parent }: { readonly span: ReportSpan; readonly parent: ReportSpan | undefined }) {
  const { spanId, traceId, start, end, status, message, kind, parentSpanId, attributes } = span;
  return (
    <Facts
      facts={[
        [
          "Status",
          <span key="status" class={status === "error" ? "bad" : ""}>
            {status}
          </span>,
        ],
        ["Message", message === undefined ? undefined : <ShownText text={message} />],
        ["Recovered", attributes["dad.recovered"] === true ? "It was closed when the run went on: its end is when it was last seen." : undefined],
        ["Started", <Moment key="start" at={start} />],
        ["Ended", end === null ? "nobody saw it end" : <Moment at={end} />],
        ["Took", end === null ? undefined : durationText(end - start)],
        ["Kind", KINDS[kind] ?? String(kind)],
        ["In", parent ? <SpanLink id={parent.spanId} name={parent.name} /> : parentSpanId],
        ["Span", <code key="id">{spanId}</code>],
        ["Trace", <code key="trace">{traceId}</code>],
      ]}
    />
  );
}

const LONG = 200;

function Attributes({ attributes }: { readonly attributes: Readonly<Record<string, Json>> }) {
  const entries = Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1));
  return (
    <table class="pairs">
      <tbody>
        {entries.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">
              <AttributeName name={name} />
            </th>
            <td>
              <AttributeValue name={name} value={value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** It is broken into lines where its parts end. */
function AttributeName({ name }: { readonly name: string }) {
  const parts = name.slice(0, LONG).split(/(?<=[._])/);
  return (
    <>
      {parts.map((part, index) => (
        <Fragment key={index}>
          <ShownText text={part} />
          <wbr />
        </Fragment>
      ))}
      {name.length > LONG && "…"}
    </>
  );
}

function AttributeValue({ name, value }: { readonly name: string; readonly value: Json }) {
  if (typeof value === "object" && value !== null) return <JsonTree value={value} label={name} isBare />;
  const text = String(value);
  if (text.length > LONG || text.includes("\n")) return <LongText text={text} label={name} isCode />;
  return <ShownText text={text} />;
}

const KEPT = /^dad\.artifact\.(.+)\.digest$/;

/** What a span refers to, as far as the report has it. */
function KeptContents({ attributes, run }: { readonly attributes: Readonly<Record<string, Json>>; readonly run: ContentViewProps["run"] }) {
  const kept = Object.entries(attributes).flatMap(([key, digest]) => {
    const name = KEPT.exec(key)?.[1];
    return name !== undefined && typeof digest === "string" && contentOf(run, digest) ? [{ name, digest }] : [];
  });
  return (
    <>
      {kept.map(({ name, digest }) => (
        <Section key={name} title={name}>
          <ContentView run={run} digest={digest} name={name} />
        </Section>
      ))}
    </>
  );
}

function SpanEvents({ events, start }: { readonly events: NonNullable<ReportSpan["events"]>; readonly start: number }) {
  return (
    <Section title="Events" aside={countText(events.length)}>
      <ol class="plain span-events">
        {events.map(({ time, name, attributes }, index) => (
          <li key={index}>
            <p>
              <span class="dim">+{durationText(Math.max(0, time - start))}</span> <ShownText text={name} />
            </p>
            {Object.keys(attributes).length > 0 && <Attributes attributes={attributes} />}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function SpanLinks({ links, store }: { readonly links: NonNullable<ReportSpan["links"]>; readonly store: Store }) {
  return (
    <Section title="Links" aside={countText(links.length)}>
      <ul class="plain">
        {links.map(({ traceId, spanId, attributes }, index) => {
          const type = attributes["dad.link.type"];
          const known = store.index.span(spanId);
          return (
            <li key={index}>
              {typeof type === "string" && <strong>{type.replaceAll("_", " ")} </strong>}
              {known ? <SpanLink id={spanId} name={known.name} /> : <code>{`${traceId} / ${spanId}`}</code>}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function Inside({ spans, logs }: { readonly spans: readonly ReportSpan[]; readonly logs: readonly ReportLog[] }) {
  return (
    <>
      {spans.length > 0 && (
        <Section title="Spans in it" aside={countText(spans.length)}>
          <SpanTable spans={spans} />
        </Section>
      )}
      {logs.length > 0 && (
        <Section title="Logs" aside={countText(logs.length)}>
          <LogList logs={logs} isInline />
        </Section>
      )}
    </>
  );
}
