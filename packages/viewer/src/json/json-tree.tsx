import type { Json } from "@dad/protocol";
import { useMemo, useRef, useState } from "preact/hooks";
import { CopyButton } from "../elements/copy-button.tsx";
import { LongText } from "../text/long-text.tsx";
import { writtenJson } from "./parse-json.ts";
import { type JsonMatches, findInJson, type JsonRow, jsonRows } from "./json-rows.ts";
import { JsonRowView } from "./json-row-view.tsx";

export interface JsonTreeProps {
  readonly value: Json;
  /** What it is, for those who do not see it. */
  readonly label: string;
  /** How many levels are open at first. */
  readonly levels?: number;
  /** Without what is above the tree. */
  readonly isBare?: boolean;
}

const FIRST_ROWS = 400;
const MORE_ROWS = 2000;
/** What has more members is closed at first. */
const LARGE = 60;

/** A JSON value as a tree that can be opened, closed, looked through and copied. */
export function JsonTree({ value, label, levels = 3, isBare = false }: JsonTreeProps) {
  const [term, setTerm] = useState("");
  const [isText, setText] = useState(false);
  const matches = useMemo(() => (term === "" ? undefined : findInJson(value, term)), [value, term]);
  if (typeof value === "string") return <LongText text={value} label={label} />;
  return (
    <div class="json">
      {!isBare && (
        <div class="text-tools">
          {!isText && <FindField term={term} setTerm={setTerm} matches={matches} />}
          <button type="button" class="quiet" aria-pressed={isText} onClick={() => setText(!isText)}>
            Text
          </button>
          {!isText && <CopyButton text={() => JSON.stringify(value, undefined, 2)} what={label} />}
        </div>
      )}
      {isText ? <JsonText value={value} label={label} /> : <Rows {...{ value, label, levels, matches, term }} />}
    </div>
  );
}

function JsonText({ value, label }: Pick<JsonTreeProps, "value" | "label">) {
  const text = useMemo(() => writtenJson(value), [value]);
  if (text === undefined) return <p class="note">It is nested too deeply to be written as one text.</p>;
  return <LongText text={text} label={label} isCode />;
}

interface FindFieldProps {
  readonly term: string;
  readonly setTerm: (term: string) => void;
  readonly matches: JsonMatches | undefined;
}

function FindField({ term, setTerm, matches }: FindFieldProps) {
  return (
    <label class="find">
      <input type="search" placeholder="Find" aria-label="Find in this value" value={term} onInput={(event) => setTerm(event.currentTarget.value)} />
      {matches && (
        <span aria-live="polite" class="dim">
          {matches.found.size}
          {matches.isCut ? "+" : ""} found
        </span>
      )}
    </label>
  );
}

interface RowsProps {
  readonly value: Json;
  readonly label: string;
  readonly levels: number;
  readonly term: string;
  readonly matches: JsonMatches | undefined;
}

function Rows({ value, label, levels, term, matches }: RowsProps) {
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [most, setMost] = useState(FIRST_ROWS);
  const [focused, setFocused] = useState("");
  const tree = useRef<HTMLDivElement>(null);
  const isOpen = (id: string, level: number, size: number): boolean =>
    toggled.get(id) ?? (matches?.open.has(id) || (level < levels && size <= LARGE));
  const { rows, isCut } = jsonRows(value, { isOpen, most });
  // What was closed around it is seen no more.
  const current = rows.some(({ id }) => id === focused) ? focused : "";
  const toggle = (id: string, open: boolean): void => setToggled(new Map(toggled).set(id, open));
  const focus = (row: JsonRow | undefined): void => {
    if (!row) return;
    setFocused(row.id);
    [...(tree.current?.querySelectorAll<HTMLElement>("[role=treeitem]") ?? [])][rows.indexOf(row)]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = rows.findIndex(({ id }) => id === current);
    if (moved(event.key, { rows, at, focus, toggle })) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <>
      <div role="tree" aria-label={label} class="json-tree" ref={tree} onKeyDown={onKeyDown}>
        {rows.map((row) => (
          <JsonRowView key={row.id} row={row} term={term} isFocused={row.id === current} onToggle={toggle} onFocus={setFocused} />
        ))}
      </div>
      {isCut && (
        <button type="button" class="more" onClick={() => setMost(most + MORE_ROWS)}>
          Show more rows
        </button>
      )}
    </>
  );
}

interface Moving {
  readonly rows: readonly JsonRow[];
  readonly at: number;
  readonly focus: (row: JsonRow | undefined) => void;
  readonly toggle: (id: string, open: boolean) => void;
}

/** The keys of a tree, by the ARIA Authoring Practices. */
function moved(key: string, { rows, at, focus, toggle }: Moving): boolean {
  const row = rows[at];
  if (key === "ArrowDown") focus(rows[at + 1]);
  else if (key === "ArrowUp") focus(rows[at - 1]);
  else if (key === "Home") focus(rows[0]);
  else if (key === "End") focus(rows.at(-1));
  else if (row && key === "ArrowRight") return opened(row, () => focus(rows[at + 1]), toggle);
  else if (row && key === "ArrowLeft") {
    if (row.isOpen) toggle(row.id, false);
    else focus(rows.slice(0, at).findLast(({ level }) => level < row.level));
  } else return false;
  return true;
}

function opened(row: JsonRow, enter: () => void, toggle: Moving["toggle"]): boolean {
  if (row.isOpen) enter();
  else toggle(row.id, true);
  return true;
}
