import type { Json } from "@dad/protocol";
import { LongText } from "../text/long-text.tsx";
import { ShownText } from "../text/shown-text.tsx";
import { oneLine } from "../text/visible-text.ts";
import { type JsonRow, kindOf } from "./json-rows.ts";

export interface JsonRowViewProps {
  readonly row: JsonRow;
  readonly term: string;
  readonly isFocused: boolean;
  readonly onToggle: (id: string, open: boolean) => void;
  readonly onFocus: (id: string) => void;
}

export function JsonRowView({ row, term, isFocused, onToggle, onFocus }: JsonRowViewProps) {
  const { id, level, key, isOpen, size, kind, value } = row;
  const canOpen = size > 0;
  return (
    <div
      role="treeitem"
      aria-level={level}
      aria-expanded={canOpen ? isOpen : undefined}
      tabIndex={isFocused ? 0 : -1}
      class="json-row"
      style={{ "--level": level - 1 }}
      onFocus={(event) => {
        if (event.target === event.currentTarget) onFocus(id);
      }}
    >
      <span class={canOpen ? "json-line can-open" : "json-line"} onClick={canOpen ? () => onToggle(id, !isOpen) : undefined}>
        <span class="json-twist" aria-hidden="true">
          {canOpen ? (isOpen ? "▾" : "▸") : ""}
        </span>
        {key !== undefined && (
          <>
            <span class={typeof key === "number" ? "json-index" : "json-key"}>
              <ShownText text={String(key)} term={term} />
            </span>
            <span class="dim">: </span>
          </>
        )}
        {!isLong(value) && <Preview row={row} term={term} />}
        {kind === "string" && isLong(value) && <span class="dim">{(value as string).length.toLocaleString("en-US")} characters</span>}
      </span>
      {kind === "string" && isLong(value) && <LongText text={value as string} label={String(key ?? "text")} term={term} />}
    </div>
  );
}

const LONG = 160;

/** It has lines, or is too long for one. */
function isLong(value: Json): boolean {
  return typeof value === "string" && (value.length > LONG || value.includes("\n"));
}

function Preview({ row: { value, kind, size, isOpen }, term }: { readonly row: JsonRow; readonly term: string }) {
  if (kind === "string")
    return (
      <span class="json-string">
        "<ShownText text={value as string} term={term} />"
      </span>
    );
  if (kind === "array" || kind === "object")
    return <span class="dim">{isOpen ? sizeText(kind, size) : <ShownText text={closedText(value, size)} />}</span>;
  return (
    <span class={`json-${kind}`}>
      <ShownText text={JSON.stringify(value)} term={term} />
    </span>
  );
}

function sizeText(kind: "array" | "object", size: number): string {
  return kind === "array" ? `[${size}]` : `{${size}}`;
}

const PREVIEWED = 4;

/** What is in something closed, as far as it fits. */
function closedText(value: Json, size: number): string {
  if (size === 0) return Array.isArray(value) ? "[]" : "{}";
  const more = size > PREVIEWED ? `, … ${size - PREVIEWED} more` : "";
  if (Array.isArray(value)) return `[${(value as readonly Json[]).slice(0, PREVIEWED).map(atomText).join(", ")}${more}]`;
  const keys = Object.keys(value as object).slice(0, PREVIEWED);
  return `{ ${keys.map((key) => `${oneLine(key, 30)}: ${atomText((value as Readonly<Record<string, Json>>)[key] ?? null)}`).join(", ")}${more} }`;
}

function atomText(value: Json): string {
  const kind = kindOf(value);
  if (kind === "string") return JSON.stringify(oneLine(value as string, 30));
  return kind === "array" ? "[…]" : kind === "object" ? "{…}" : JSON.stringify(value);
}
