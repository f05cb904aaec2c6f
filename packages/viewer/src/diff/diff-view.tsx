import { useMemo, useState } from "preact/hooks";
import { CopyButton } from "../elements/copy-button.tsx";
import { countText } from "../format/amounts.ts";
import { Pieces } from "../text/shown-text.tsx";
import { type DiffRow, diffRows } from "./diff-rows.ts";
import { type DiffHunk, parseHunks, parsePatch } from "./parse-patch.ts";
import { ShowMore } from "../elements/show-more.tsx";

/** A text that is a patch of one or more files, or hunks without names of files. */
export function DiffText({ patch, label }: { readonly patch: string; readonly label: string }) {
  const hunks = useMemo(() => {
    const files = parsePatch(patch);
    return files.length > 0 ? files.map((file) => ({ name: file.path, hunks: file.hunks })) : [{ name: label, hunks: parseHunks(patch) }];
  }, [patch]);
  return (
    <div class="diff-text">
      <div class="text-tools">
        <CopyButton text={patch} what={label} />
      </div>
      {hunks.map(({ name, hunks: own }) => (
        <div key={name}>
          {hunks.length > 1 && (
            <p class="diff-name">
              <Pieces text={name} />
            </p>
          )}
          <DiffView hunks={own} label={`changes of ${name}`} />
        </div>
      ))}
    </div>
  );
}

const FIRST = 400;
const MORE = 2000;

/** Hunks as rows with the numbers of their lines. Of very many, the first ones, and more for who asks. */
export function DiffView({ hunks, label }: { readonly hunks: readonly DiffHunk[]; readonly label: string }) {
  const rows = useMemo(() => diffRows(hunks), [hunks]);
  const [most, setMost] = useState(FIRST);
  if (rows.length === 0) return <p class="dim">No lines differ.</p>;
  return (
    <>
      <div class="diff" role="region" aria-label={label} tabIndex={0}>
        <table>
          <tbody>
            {rows.slice(0, most).map((row, index) => (
              <Row key={index} row={row} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > most && <ShowMore left={`${countText(rows.length - most)} lines`} onMore={() => setMost(most + MORE)} />}
    </>
  );
}

const SIGNS = { added: "+", removed: "−", same: "", note: "" } as const;
const SPOKEN = { added: "added", removed: "removed", same: undefined, note: undefined } as const;

function Row({ row }: { readonly row: DiffRow }) {
  if (row.kind === "gap")
    return (
      <tr class="diff-gap">
        <td colSpan={3} aria-hidden="true">
          ⋯
        </td>
        <td>
          {row.lines === undefined || row.lines === 0 ? "" : `${countText(row.lines)} unchanged ${row.lines === 1 ? "line" : "lines"}`}
          {row.section !== "" && (
            <span class="diff-section">
              <Pieces text={row.section} />
            </span>
          )}
        </td>
      </tr>
    );
  const { kind, before, after } = row.line;
  return (
    <tr class={`diff-${kind}`}>
      <td class="diff-number">{before}</td>
      <td class="diff-number">{after}</td>
      <td class="diff-sign" aria-label={SPOKEN[kind]}>
        {SIGNS[kind]}
      </td>
      <td class="diff-line">
        <LineText row={row} />
      </td>
    </tr>
  );
}

const LONGEST_LINE = 4000;

function LineText({ row: { line, changed } }: { readonly row: Extract<DiffRow, { kind: "line" }> }) {
  const [isWhole, setWhole] = useState(false);
  const { text } = line;
  if (text.length > LONGEST_LINE && !isWhole)
    return (
      <>
        <Pieces text={text.slice(0, LONGEST_LINE)} />
        <button type="button" class="more" onClick={() => setWhole(true)}>
          {countText(text.length - LONGEST_LINE)} more characters
        </button>
      </>
    );
  if (!changed) return <Pieces text={text.slice(0, 200_000)} />;
  const [start, end] = changed;
  return (
    <>
      <Pieces text={text.slice(0, start)} />
      <span class="diff-changed">
        <Pieces text={text.slice(start, end)} />
      </span>
      <Pieces text={text.slice(end)} />
    </>
  );
}
