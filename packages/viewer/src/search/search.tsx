import { hrefOf } from "../route.ts";
import { ShownText } from "../text/shown-text.tsx";
import type { Found, SearchState } from "./search-state.ts";

const BEFORE = 30;
const AFTER = 120;

/** The field, and below it what was found. */
export function Search({ state }: { readonly state: SearchState }) {
  const { query, open } = state;
  const isOpen = open.value && query.value.trim() !== "";
  return (
    <div
      class="search"
      role="search"
      onFocusOut={({ relatedTarget, currentTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) open.value = false;
      }}
    >
      <input
        type="search"
        ref={(field) => void (state.field = field)}
        aria-label="Search in paths, errors, logs and contents"
        placeholder="Search  /"
        value={query.value}
        spellcheck={false}
        autocomplete="off"
        onFocus={() => (open.value = true)}
        onInput={({ currentTarget: { value } }) => {
          open.value = true;
          state.look(value);
        }}
        onKeyDown={(event) => press(event, state)}
      />
      {isOpen && <Results state={state} />}
    </div>
  );
}

function Results({ state }: { readonly state: SearchState }) {
  const { found, total, busy } = state;
  return (
    <div class="results">
      <p class="results-count" aria-live="polite">
        {busy.value ? "Searching…" : total.value === 0 ? "Nothing found" : countOf(total.value, found.value.length)}
      </p>
      <ol>
        {found.value.map((result, index) => (
          <Result key={index} state={state} result={result} index={index} />
        ))}
      </ol>
    </div>
  );
}

function countOf(total: number, shown: number): string {
  const count = total === 1 ? "1 place" : `${total} places`;
  return shown < total ? `${count}, the first ${shown} of them` : count;
}

function press(event: KeyboardEvent, state: SearchState): void {
  if (event.key === "Enter" || event.key === "ArrowDown") state.step(event.shiftKey ? -1 : 1);
  else if (event.key === "ArrowUp") state.step(-1);
  else if (event.key === "Escape") {
    state.open.value = false;
    (event.currentTarget as HTMLElement).blur();
  } else return;
  event.preventDefault();
}

function Result({ state, result, index }: { readonly state: SearchState; readonly result: Found; readonly index: number }) {
  const { entry, at } = result;
  const length = state.query.value.trim().length;
  const from = Math.max(0, at - BEFORE);
  return (
    <li class={index === state.current.value ? "current" : ""} aria-current={index === state.current.value}>
      <a
        href={hrefOf(entry.route)}
        onClick={(event) => {
          event.preventDefault();
          state.show(index);
          state.open.value = false;
        }}
      >
        <b class="result-kind">{entry.kind}</b>
        <span class="result-title">
          <ShownText text={entry.title.slice(0, AFTER)} />
        </span>
        <span class="result-text">
          {from > 0 && "…"}
          <ShownText text={entry.text.slice(from, at)} />
          <mark>
            <ShownText text={entry.text.slice(at, at + length)} />
          </mark>
          <ShownText text={entry.text.slice(at + length, at + length + AFTER)} />
        </span>
      </a>
    </li>
  );
}
