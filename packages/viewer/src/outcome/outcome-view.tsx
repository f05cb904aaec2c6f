import type { OutcomeComparison, OutcomeRef } from "@dad/protocol";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { DiffView } from "../diff/diff-view.tsx";
import { Nothing } from "../elements/facts.tsx";
import { amountText, countText } from "../format/amounts.ts";
import { hrefOf } from "../route.ts";
import { ShownText } from "../text/shown-text.tsx";
import { visibleText } from "../text/visible-text.ts";
import { type OutcomeFile, outcomeFiles, outcomeTotals } from "./outcome-files.ts";
import { SearchField } from "../elements/search-field.tsx";
import { ShowMore } from "../elements/show-more.tsx";

export interface OutcomeViewProps {
  readonly outcome: OutcomeComparison;
  /** The path of the file that a link names. */
  readonly chosen?: string | undefined;
  readonly beforeName: string;
  /** Where a file has a link of its own, `false` says that it has none here. */
  readonly hasLinks?: boolean;
  /** Beside the totals. */
  readonly children?: ComponentChildren;
}

const FIRST = 30;
const MORE = 100;

/** Two result trees: the files that differ, and how. */
export function OutcomeView({ outcome, chosen, beforeName, hasLinks = true, children }: OutcomeViewProps) {
  const files = useMemo(() => outcomeFiles(outcome), [outcome]);
  const { added, removed } = outcomeTotals(files);
  if (outcome.changes === null && files.length === 0)
    return (
      <Nothing>
        <ShownText text={outcome.reason ?? "What changed is not known."} />
      </Nothing>
    );
  return (
    <>
      <header class="outcome-head">
        <p class="outcome-totals">
          <strong>{amountText(files.length, "file")}</strong>{" "}
          {files.length > 0 && (
            <>
              <span class="plus">+{countText(added)}</span> <span class="minus">−{countText(removed)}</span>
            </>
          )}
        </p>
        <p class="dim">
          <Ref at={outcome.before} fallback={beforeName} /> → <Ref at={outcome.after} fallback="nothing" />
        </p>
        {children}
      </header>
      {files.length === 0 ? <Nothing>No file differs.</Nothing> : <Files files={files} chosen={chosen} hasLinks={hasLinks} />}
    </>
  );
}

interface FilesProps {
  readonly files: readonly OutcomeFile[];
  readonly chosen: string | undefined;
  readonly hasLinks: boolean;
}

function Files({ files, chosen, hasLinks }: FilesProps) {
  const [most, setMost] = useState(FIRST);
  const seen = Math.max(most, files.findIndex(({ path }) => path === chosen) + 1);
  return (
    <div class="outcome-parts">
      <FileList files={files} chosen={chosen} hasLinks={hasLinks} />
      <div class="file-diffs">
        {files.slice(0, seen).map((file, index) => (
          <FileDiff key={file.path} file={file} isChosen={file.path === chosen} isOpen={index < FIRST && linesOf(file) < LARGE} />
        ))}
        {files.length > seen && <ShowMore left={amountText(files.length - seen, "file")} onMore={() => setMost(seen + MORE)} />}
      </div>
    </div>
  );
}

function linesOf({ patch }: OutcomeFile): number {
  return patch ? patch.added + patch.removed : 0;
}

/** Changes of more lines are closed at first. */
const LARGE = 500;

function Ref({ at, fallback }: { readonly at: OutcomeRef | null; readonly fallback: string }) {
  if (!at) return <span>{fallback}</span>;
  return (
    <span>
      <ShownText text={at.branch} /> <code>{at.commit.slice(0, 10)}</code>
    </span>
  );
}

const KINDS = { added: "A", modified: "M", deleted: "D" } as const;

function FileList({ files, chosen, hasLinks }: FilesProps) {
  const [term, setTerm] = useState("");
  const shown = files.filter(({ path }) => path.toLowerCase().includes(term.toLowerCase())).slice(0, MOST_LISTED);
  return (
    <nav class="file-list" aria-label="Files">
      {files.length > 12 && <SearchField placeholder="Find a file" label="Find a file" value={term} onChange={setTerm} />}
      <ul class="plain">
        {shown.map((file) => (
          <li key={file.path}>
            <Kind kind={file.kind} />
            {hasLinks ? (
              <a
                href={hrefOf({ view: "outcome", path: file.path })}
                aria-current={file.path === chosen ? "true" : undefined}
                title={visibleText(file.path)}
              >
                <ShownText text={file.path} />
              </a>
            ) : (
              <span class="file-name">
                <ShownText text={file.path} />
              </span>
            )}
            <Lines file={file} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

const MOST_LISTED = 2000;

function Kind({ kind }: Pick<OutcomeFile, "kind">) {
  return (
    <abbr class={`file-kind is-${kind}`} title={kind}>
      {KINDS[kind]}
    </abbr>
  );
}

function Lines({ file: { patch } }: { readonly file: OutcomeFile }) {
  if (!patch || patch.binary) return null;
  return (
    <small>
      <span class="plus">+{countText(patch.added)}</span> <span class="minus">−{countText(patch.removed)}</span>
    </small>
  );
}

interface FileDiffProps {
  readonly file: OutcomeFile;
  readonly isChosen: boolean;
  readonly isOpen: boolean;
}

function FileDiff({ file, isChosen, isOpen: isFirst }: FileDiffProps) {
  const { path, kind, patch, isPointer } = file;
  const [isOpen, setOpen] = useState(isFirst);
  const place = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (!isChosen) return;
    setOpen(true);
    place.current?.scrollIntoView({ block: "start" });
  }, [isChosen]);
  return (
    <details class="file-diff" ref={place} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Kind kind={kind} />
        <span class="file-name">
          <ShownText text={patch?.from === undefined ? path : `${patch.from} → ${path}`} />
        </span>
        {patch?.mode !== undefined && (
          <span class="dim">
            <ShownText text={patch.mode} />
          </span>
        )}
        {isPointer && <span class="badge">large file</span>}
        <Lines file={file} />
      </summary>
      {isOpen && <FileBody file={file} />}
    </details>
  );
}

function FileBody({ file: { path, patch, isPointer } }: { readonly file: OutcomeFile }) {
  if (!patch) return <Nothing>The report has no room for what changed in it.</Nothing>;
  if (patch.binary) return <Nothing>It has bytes that are no lines of text.</Nothing>;
  if (patch.hunks.length === 0) return <Nothing>{patch.kind === "moved" ? "It was only moved." : "It is empty, or only its mode changed."}</Nothing>;
  return (
    <>
      {isPointer && <Nothing>The file is too large for a commit: this pointer names the artifact that it is.</Nothing>}
      <DiffView hunks={patch.hunks} label={`changes of ${path}`} />
    </>
  );
}
