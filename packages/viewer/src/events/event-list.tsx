import type { Json } from "@dad/protocol";
import { useMemo, useState } from "preact/hooks";
import { Moment } from "../elements/moment.tsx";
import { NodeLink } from "../elements/node-link.tsx";
import { SearchField } from "../elements/search-field.tsx";
import { countText } from "../format/amounts.ts";
import { JsonTree } from "../json/json-tree.tsx";
import { RecordList } from "../records/record-list.tsx";
import { ShownText } from "../text/shown-text.tsx";
import { visibleText } from "../text/visible-text.ts";
import { ALL_EVENTS, type AnyEvent, type EventFilter, eventText, eventTypes, filteredEvents, pathOf, toneOf } from "./event-filter.ts";

export interface EventListProps {
  readonly events: readonly AnyEvent[];
  /** Within something else, of one node: its path need not be told. */
  readonly isInline?: boolean;
}

/** What the journal has, with what it can be filtered by. */
export function EventList({ events, isInline = false }: EventListProps) {
  const [filter, setFilter] = useState<EventFilter>(ALL_EVENTS);
  const shown = useMemo(() => filteredEvents(events, filter), [events, filter]);
  return (
    <div class={isInline ? "" : "record-view"}>
      {!(isInline && events.length < 10) && <EventFilters {...{ events, filter, setFilter, isInline, count: shown.length }} />}
      <RecordList
        label="events"
        items={shown}
        isInline={isInline}
        row={(event) => <EventRow event={event} term={filter.term} isInline={isInline} />}
        detail={(event) => <EventDetail event={event} />}
        nothing={events.length === 0 ? "Nothing was recorded." : "Nothing that was recorded is like that."}
      />
    </div>
  );
}

interface EventFiltersProps extends EventListProps {
  readonly filter: EventFilter;
  readonly setFilter: (filter: EventFilter) => void;
  readonly count: number;
}

function EventFilters({ events, filter, setFilter, isInline, count }: EventFiltersProps) {
  const types = useMemo(() => eventTypes(events), [events]);
  return (
    <div class="filters" role="search" aria-label="Filter of events">
      <select aria-label="Type" value={filter.type} onChange={(event) => setFilter({ ...filter, type: event.currentTarget.value })}>
        <option value="">all types</option>
        {types.map(([type, amount]) => (
          <option key={type} value={type}>
            {visibleText(type)} ({countText(amount)})
          </option>
        ))}
      </select>
      {isInline !== true && (
        <SearchField placeholder="Node" label="In the path of the node" value={filter.path} onChange={(path) => setFilter({ ...filter, path })} />
      )}
      <SearchField placeholder="Anything" label="Anywhere in the event" value={filter.term} onChange={(term) => setFilter({ ...filter, term })} />
      <span class="found" aria-live="polite">
        {countText(count)} of {countText(events.length)}
      </span>
    </div>
  );
}

function EventRow({ event, term, isInline }: { readonly event: AnyEvent; readonly term: string; readonly isInline: boolean }) {
  const path = pathOf(event);
  return (
    <>
      <span class="record-seq">{event.seq}</span>
      <Moment at={event.time} short />
      <span class={`event-type is-${toneOf(event)}`}>
        <ShownText text={event.type} term={term} />
      </span>
      {!isInline && <span class="record-path">{path !== undefined && <ShownText text={path} term={term} />}</span>}
      <span class="record-text">
        <ShownText text={eventText(event)} term={term} />
      </span>
    </>
  );
}

function EventDetail({ event }: { readonly event: AnyEvent }) {
  const path = pathOf(event);
  return (
    <>
      <p class="record-title">
        <strong>
          <ShownText text={event.type} />
        </strong>{" "}
        <Moment at={event.time} /> {path !== undefined && <NodeLink path={path} />}
      </p>
      <JsonTree value={event as Json} label={`event ${event.type}`} />
    </>
  );
}
