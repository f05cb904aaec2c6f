import type { ReportAttempt } from "@dad/protocol";
import { barText } from "../format/took.ts";
import { isCritical, type Row } from "./run-rows.ts";
import type { TimelineState } from "./timeline-state.ts";
import { fillOf } from "./tree-cell.tsx";

/** Where something is in what is shown of the time, in percent of it. */
export interface Place {
  readonly left: number;
  readonly width: number;
}

type PlaceOf = (start: number, end: number | null) => Place;

export function placeOf({ scale, window, time }: TimelineState): PlaceOf {
  const current = scale.value;
  const [from, to] = window.value;
  const share = (moment: number) => Math.min(101, Math.max(-1, ((current.at(moment) - from) / (to - from)) * 100));
  return (start, end) => {
    const left = share(start);
    return { left, width: Math.max(0, share(end ?? time.now) - left) };
  };
}

export function ChartCell({ row, place }: { readonly row: Row; readonly place: PlaceOf }) {
  if (row.start === null) return <div class="chart-cell" />;
  const whole = place(row.start, row.end);
  return (
    <div class="chart-cell">
      <Bars row={row} place={place} />
      {hasRoom(whole) && (
        <span class="bar-text" style={textPlace(whole)}>
          {barText(row)}
        </span>
      )}
    </div>
  );
}

/** In percent: what is said beside a bar takes so much. */
const TEXT = 12;

function hasRoom({ left, width }: Place): boolean {
  return left + width < 100 - TEXT || left > TEXT;
}

/** Right of a bar, or left of one that leaves no room there. */
function textPlace({ left, width }: Place): Record<string, string> {
  const end = left + width;
  return end < 100 - TEXT ? { left: `calc(${end}% + 6px)` } : { right: `calc(${100 - Math.max(0, left)}% + 6px)` };
}

function Bars({ row, place }: { readonly row: Row; readonly place: PlaceOf }) {
  const { kind, element, attempt, status, start, end } = row;
  if (start === null) return null;
  const mild = status === "failed" && !isCritical(row) ? "mild" : "";
  if (kind === "span") return <Bar class={`bar thin ${fillOf(row)} ${mild}`} place={place(start, end)} open={end === null} />;
  const attempts = attempt ? [attempt] : element?.attempts;
  if (!attempts) return <Bar class={`bar group is-${status} ${mild}`} place={place(start, end)} open={end === null} />;
  return (
    <>
      {attempts.length > 1 && <Bar class="between" place={place(start, end)} />}
      {attempts.map((known) => (
        <AttemptBar key={known.attempt} attempt={known} place={place} mild={mild !== "" || known !== element?.attempts?.at(-1)} />
      ))}
    </>
  );
}

interface AttemptBarProps {
  readonly attempt: ReportAttempt;
  readonly place: PlaceOf;
  /** A failure of it ended nothing: it was tried again, or handled. */
  readonly mild: boolean;
}

function AttemptBar({ attempt, place, mild }: AttemptBarProps) {
  const { status, decision, start, end, waits } = attempt;
  const name = decision === "reused" ? "bar is-reused" : `bar is-${status} ${mild ? "mild" : ""}`;
  return (
    <>
      <Bar class={name} place={place(start, end)} open={end === null} />
      {waits.map((wait) => (
        <Bar key={wait.request} class="bar wait" place={place(wait.start, wait.end ?? end)} />
      ))}
    </>
  );
}

function Bar({ class: name, place, open = false }: { readonly class: string; readonly place: Place; readonly open?: boolean }) {
  if (place.left > 100 || place.left + place.width < 0) return null;
  return <i class={open ? `${name} open` : name} style={{ left: `${place.left}%`, width: `${place.width}%` }} />;
}
