import { EVENTS } from "../conventions.ts";
import type { StartedSpan } from "../recorded.ts";
import { type TelemetryFile, telemetryFold } from "./fold.ts";
import { milliseconds } from "./parse.ts";

/** What a recovery has to know of the lines that `lines.ts` has written. */
export interface Gleaning {
  readonly line: (file: TelemetryFile, text: string) => void;
  /** Spans that have started, and of which nothing says that they ended. */
  readonly unfinished: () => readonly StartedSpan[];
  /** The latest time that something has, in milliseconds since the epoch. 0: nothing has any. */
  readonly lastTime: () => number;
}

const START = `"eventName":"${EVENTS.spanStarted}"`;
const SPAN = '"spans":[{';
const IDS = '"traceId":"';

/**
 * Gleans that from the texts, without parsing what it needs no more of: a run of many spans is not to wait long before it goes on.
 * A quote within a text is escaped, so what is looked for is nothing that somebody has told.
 */
export function gleaning(): Gleaning {
  const started = new Map<string, string>();
  let last = 0;

  function log(text: string): void {
    last = Math.max(last, timeAfter('"observedTimeUnixNano":"', text));
    if (text.includes(START)) started.set(idsAt(text, text.lastIndexOf(IDS)), text);
  }

  function span(text: string): void {
    last = Math.max(last, timeAfter('"endTimeUnixNano":"', text));
    started.delete(idsAt(text, text.indexOf(SPAN) + SPAN.length));
  }

  return {
    line(file, text) {
      if (file === "logs.jsonl") log(text);
      else if (file === "trace.jsonl") span(text);
      else last = Math.max(last, timeAfter('"timeUnixNano":"', text));
    },
    unfinished() {
      const fold = telemetryFold();
      for (const text of started.values()) fold.line("logs.jsonl", text);
      return fold.kept().unfinished;
    },
    lastTime: () => last,
  };
}

/** Both ids, as they stand beside each other. */
function idsAt(text: string, at: number): string {
  return text.slice(at, at + '"traceId":"","spanId":""'.length + 48);
}

/** In milliseconds since the epoch. 0: the text has none. */
function timeAfter(label: string, text: string): number {
  const at = text.indexOf(label);
  if (at < 0) return 0;
  const begin = at + label.length;
  return milliseconds(text.slice(begin, text.indexOf('"', begin))) || 0;
}
