import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Nothing } from "../elements/facts.tsx";
import { VirtualRows } from "../rows/virtual-rows.tsx";

export interface RecordListProps<Item> {
  /** What it is a list of, for those who do not see it. */
  readonly label: string;
  readonly items: readonly Item[];
  readonly row: (item: Item) => ComponentChildren;
  /** All of one, which is shown when it is chosen. */
  readonly detail: (item: Item) => ComponentChildren;
  /** Said when there are none. */
  readonly nothing: string;
  /** Grows with its rows up to a part of the page, instead of filling what it stands in. */
  readonly isInline?: boolean;
}

const ROW = 24;

/** Any number of records in rows of one line, and all of the one that is chosen. */
export function RecordList<Item>({ detail, nothing, isInline = false, ...list }: RecordListProps<Item>) {
  const { items, label } = list;
  const [chosen, setChosen] = useState<Item>();
  if (items.length === 0) return <Nothing>{nothing}</Nothing>;
  return (
    <div class={isInline ? "records is-inline" : "records"}>
      <Rows {...list} isInline={isInline} chosen={chosen} onChoose={setChosen} />
      {chosen !== undefined && items.includes(chosen) && (
        <div class="record-detail" role="region" aria-label={`The chosen one of ${label}`}>
          <button type="button" class="quiet record-close" aria-label="Close" onClick={() => setChosen(undefined)}>
            ✕
          </button>
          {detail(chosen)}
        </div>
      )}
    </div>
  );
}

interface RowsProps<Item> extends Pick<RecordListProps<Item>, "label" | "items" | "row"> {
  readonly isInline: boolean;
  readonly chosen: Item | undefined;
  readonly onChoose: (item: Item | undefined) => void;
}

const MOST_INLINE = 24;

function Rows<Item>({ label, items, row, isInline, chosen, onChoose }: RowsProps<Item>) {
  const id = useId();
  const at = chosen === undefined ? -1 : items.indexOf(chosen);
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = targetOf(event.key, { at, count: items.length });
    if (to === undefined) return;
    event.preventDefault();
    onChoose(to === "none" ? undefined : items[Math.max(0, Math.min(items.length - 1, to))]);
  };
  return (
    <div
      class="record-rows"
      role="listbox"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={at < 0 ? undefined : `${id}-${at}`}
      onKeyDown={onKeyDown}
      style={isInline ? { height: `${Math.min(items.length, MOST_INLINE) * ROW + 2}px` } : {}}
    >
      <VirtualRows
        count={items.length}
        rowHeight={ROW}
        reveal={at}
        row={(index) => {
          const item = items[index];
          if (item === undefined) return null;
          const place = { id: `${id}-${index}`, "aria-selected": index === at, "aria-posinset": index + 1, "aria-setsize": items.length };
          return (
            <div key={index} role="option" class="record" onClick={() => onChoose(index === at ? undefined : item)} {...place}>
              {row(item)}
            </div>
          );
        }}
      />
    </div>
  );
}

const PAGE = 20;

function targetOf(key: string, { at, count }: { readonly at: number; readonly count: number }): number | "none" | undefined {
  switch (key) {
    case "ArrowDown":
      return at + 1;
    case "ArrowUp":
      return at < 0 ? count - 1 : at - 1;
    case "PageDown":
      return at + PAGE;
    case "PageUp":
      return at - PAGE;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    case "Escape":
      return at < 0 ? undefined : "none";
    default:
      return undefined;
  }
}
