import type { ReportLog } from "@dad/protocol";
import { useMemo, useState } from "preact/hooks";
import { Facts } from "../elements/facts.tsx";
import { Moment } from "../elements/moment.tsx";
import { NodeLink } from "../elements/node-link.tsx";
import { SearchField } from "../elements/search-field.tsx";
import { SpanLink } from "../elements/span-link.tsx";
import { countText } from "../format/amounts.ts";
import { JsonTree } from "../json/json-tree.tsx";
import { RecordList } from "../records/record-list.tsx";
import { AnsiText } from "../text/ansi-text-view.tsx";
import { ShownText } from "../text/shown-text.tsx";
import { ALL_LOGS, filteredLogs, LOG_SOURCES, logText, type LogFilter, type LogSource, SEVERITIES, type Severity, streamOf } from "./log-filter.ts";

export interface LogListProps {
  readonly logs: readonly ReportLog[];
  /** Within something else, of one node: its path need not be told. */
  readonly isInline?: boolean;
}

/** Logs with what they can be filtered by. */
export function LogList({ logs, isInline = false }: LogListProps) {
  const [filter, setFilter] = useState<LogFilter>({ ...ALL_LOGS, level: "debug" });
  const shown = useMemo(() => filteredLogs(logs, filter), [logs, filter]);
  return (
    <div class={isInline ? "" : "record-view"}>
      <LogFilters filter={filter} setFilter={setFilter} isInline={isInline} found={`${countText(shown.length)} of ${countText(logs.length)}`} />
      <RecordList
        label="logs"
        items={shown}
        isInline={isInline}
        row={(log) => <LogRow log={log} term={filter.term} isInline={isInline} />}
        detail={(log) => <LogDetail log={log} />}
        nothing={logs.length === 0 ? "Nothing was logged." : "Nothing that was logged is like that."}
      />
    </div>
  );
}

interface LogFiltersProps {
  readonly filter: LogFilter;
  readonly setFilter: (filter: LogFilter) => void;
  readonly isInline: boolean;
  readonly found: string;
}

function LogFilters({ filter, setFilter, isInline, found }: LogFiltersProps) {
  return (
    <div class="filters" role="search" aria-label="Filter of logs">
      <select aria-label="Level" value={filter.level} onChange={(event) => setFilter({ ...filter, level: event.currentTarget.value as Severity })}>
        {SEVERITIES.slice(0, -1).map((level) => (
          <option key={level} value={level}>
            {level === "trace" ? "all levels" : `${level} and above`}
          </option>
        ))}
      </select>
      <select
        aria-label="Source"
        value={filter.source}
        onChange={(event) => setFilter({ ...filter, source: event.currentTarget.value as LogSource })}
      >
        {LOG_SOURCES.map((source) => (
          <option key={source} value={source}>
            {SOURCE_NAMES[source]}
          </option>
        ))}
      </select>
      {!isInline && (
        <SearchField placeholder="Node" label="In the path of the node" value={filter.path} onChange={(path) => setFilter({ ...filter, path })} />
      )}
      <SearchField placeholder="Text" label="In what is said" value={filter.term} onChange={(term) => setFilter({ ...filter, term })} />
      <span class="found" aria-live="polite">
        {found}
      </span>
    </div>
  );
}

const SOURCE_NAMES: Readonly<Record<LogSource, string>> = {
  all: "logs and output",
  told: "logs only",
  stdout: "stdout of commands",
  stderr: "stderr of commands",
};

const LONGEST_ROW = 500;

function LogRow({ log, term, isInline }: { readonly log: ReportLog; readonly term: string; readonly isInline: boolean }) {
  const stream = streamOf(log);
  return (
    <>
      <Moment at={log.time} short />
      <span class={`level is-${log.severity}`}>{stream ?? log.severity}</span>
      {!isInline && <span class="record-path">{log.path !== undefined && <ShownText text={log.path} />}</span>}
      <span class="record-text">
        {stream === undefined || term !== "" || typeof log.body !== "string" ? (
          <ShownText text={logText(log).slice(0, LONGEST_ROW)} term={term} />
        ) : (
          <AnsiText text={log.body.slice(0, LONGEST_ROW)} />
        )}
      </span>
    </>
  );
}

function LogDetail({ log }: { readonly log: ReportLog }) {
  const { body, attributes, time, severity, eventName, path, spanId } = log;
  return (
    <>
      <Facts
        facts={[
          ["When", <Moment key="time" at={time} />],
          ["Level", severity],
          ["Event", eventName === undefined ? undefined : <ShownText text={eventName} />],
          ["Node", path === undefined ? undefined : <NodeLink path={path} />],
          ["Span", spanId === undefined ? undefined : <SpanLink id={spanId} />],
        ]}
      />
      {body !== undefined && <JsonTree value={body} label="what was said" />}
      {Object.keys(attributes).length > 0 && (
        <>
          <h3>Attributes</h3>
          <JsonTree value={attributes} label="attributes" isBare />
        </>
      )}
    </>
  );
}
