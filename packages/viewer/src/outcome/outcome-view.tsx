import type { OutcomeComparison, OutcomeRef } from "@dad/protocol";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { DiffView } from "../diff/diff-view.tsx";
import { Nothing } from "../elements/facts.tsx";
import { amountText, countText } from "../format/amounts.ts";
import { hrefOf } from "../route.ts";
import { ShownText } from "../text/shown-text.tsx";
import { type OutcomeFile, outcomeFiles, outcomeTotals } from "./outcome-files.ts";

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
  const asked = files.findIndex(({ path }) => path === chosen);
  const [most, setMost] = useState(Math.max(FIRST, asked + 1));
  if (outcome.changes === null && files.length === 0) return <Nothing>{outcome.reason ?? "What changed is not known."}</Nothing>;
  const { added, removed } = outcomeTotals(files);
  const seen = Math.max(most, asked + 1);
  return (
    <>
      <header class="outcome-head">
        <p class="outcome-totals">
          <strong>{amountText(files.length, "file")}</strong> <span class="plus">+{countText(added)}</span>{" "}
          <span class="minus">−{countText(removed)}</span>
        </p>
        <p class="dim">
          <Ref at={outcome.before} fallback={beforeName} /> → <Ref at={outcome.after} fallback="nothing" />
        </p>
        {children}
      </header>
      {files.length === 0 ? (
        <Nothing>No file differs.</Nothing>
      ) : (
        <div class="outcome-parts">
          <FileList files={files} chosen={chosen} hasLinks={hasLinks} />
          <div class="file-diffs">
            {files.slice(0, seen).map((file, index) => (
              <FileDiff
                key={file.path}
                file={file}
                isChosen={file.path === chosen}
                isOpen={index < FIRST && (file.patch?.added ?? 0) + (file.patch?.removed ?? 0) < LARGE}
              />
            ))}
            {files.length > seen && (
              <button type="button" class="more" onClick={() => setMost(seen + MORE)}>
                Show more: {amountText(files.length - seen, "file")} are not shown
              </button>
            )}
          </div>
        </div>
      )}
    </>
  );
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

function FileList({
  files,
  chosen,
  hasLinks,
}: {
  readonly files: readonly OutcomeFile[];
  readonly chosen: string | undefined;
  readonly hasLinks: boolean;
}) {
  const [term, setTerm] = useState("");
  const shown = files.filter(({ path }) => path.toLowerCase().includes(term.toLowerCase())).slice(0, 2000);
  return (
    <nav class="file-list" aria-label="Files">
      {files.length > 12 && (
        <input
          type="search"
          placeholder="Find a file"
          aria-label="Find a file"
          value={term}
          onInput={(event) => setTerm(event.currentTarget.value)}
        />
      )}
      <ul class="plain">
        {shown.map(({ path, kind, patch }) => (
          <li key={path}>
            <span class={`file-kind is-${kind}`} title={kind}>
              {KINDS[kind]}
            </span>
            {hasLinks ? (
              <a href={hrefOf({ view: "outcome", path })} aria-current={path === chosen ? "true" : undefined} title={path}>
                <ShownText text={path} />
              </a>
            ) : (
              <span class="file-name">
                <ShownText text={path} />
              </span>
            )}
            {patch && !patch.binary && (
              <small>
                <span class="plus">+{patch.added}</span> <span class="minus">−{patch.removed}</span>
              </small>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface FileDiffProps {
  readonly file: OutcomeFile;
  readonly isChosen: boolean;
  readonly isOpen: boolean;
}

function FileDiff({ file: { path, kind, patch, isPointer }, isChosen, isOpen: isFirst }: FileDiffProps) {
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
        <span class={`file-kind is-${kind}`} title={kind}>
          {KINDS[kind]}
        </span>
        <span class="file-name">
          {patch?.from !== undefined && (
            <>
              <ShownText text={patch.from} /> →{" "}
            </>
          )}
          <ShownText text={path} />
        </span>
        {patch?.mode !== undefined && <span class="dim">{patch.mode}</span>}
        {isPointer && <span class="badge">large file</span>}
        {patch && !patch.binary && (
          <small>
            <span class="plus">+{countText(patch.added)}</span> <span class="minus">−{countText(patch.removed)}</span>
          </small>
        )}
      </summary>
      {isOpen && <FileBody file={{ path, kind, isPointer, ...(patch ? { patch } : {}) }} />}
    </details>
  );
}

function FileBody({ file: { path, patch, isPointer } }: { readonly file: OutcomeFile }) {
  if (!patch) return <Nothing>The report has no room for what changed in it.</Nothing>;
  if (patch.binary) return <Nothing>It has bytes that are no lines of text.</Nothing>;
  return (
    <>
      {isPointer && <Nothing>The file is too large for a commit: this pointer names the artifact that it is.</Nothing>}
      {patch.hunks.length === 0 ? (
        <Nothing>{patch.kind === "moved" ? "It was only moved." : "It is empty, or only its mode changed."}</Nothing>
      ) : (
        <DiffView hunks={patch.hunks} label={`changes of ${path}`} />
      )}
    </>
  );
}
