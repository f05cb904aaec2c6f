import { RunId } from "@dad/protocol";
import type { CommitOptions, OutcomeLogEntry } from "./outcome-repository.ts";

/** The branch that holds the outcome of a run. @throws TypeError for what is no run id, whatever its type says. */
export function outcomeBranch(runId: RunId): string {
  if (!RunId.safeParse(runId).success) throw new TypeError(`${JSON.stringify(runId)} is not a run id`);
  return `run/${runId}`;
}

export interface OutcomeMessageParts extends Pick<CommitOptions, "subject" | "trailers"> {
  readonly runId: RunId;
  /** The commit that the run started from. */
  readonly base: string;
}

/**
 * The message of a commit: one line, then trailers. Besides what the caller gives there always are `Dad-Run` and
 * `Dad-Base`: with them a commit tells by itself whose it is and what it is to be compared with. Line breaks in what a
 * model or a person wrote become spaces, so that nobody can forge a trailer.
 *
 * @throws TypeError for a trailer whose name is no name.
 */
export function outcomeMessage({ subject, trailers = {}, runId, base }: OutcomeMessageParts): string {
  const all = { ...trailers, "Dad-Run": runId, "Dad-Base": base };
  const lines = Object.entries(all).map(([name, value]) => {
    if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) throw new TypeError(`${JSON.stringify(name)} cannot name a trailer`);
    return `${name}: ${oneLine(value)}`;
  });
  return `${oneLine(subject) || `Outcome of run ${runId}`}\n\n${lines.join("\n")}\n`;
}

/**
 * What a message says of itself, whoever wrote it. Trailers are the lines of its last paragraph, when it has more than one and all
 * of its lines are trailers. Of those with the same name the last one counts: that is where {@link outcomeMessage} puts its own.
 */
export function readOutcomeMessage(message: string): Pick<OutcomeLogEntry, "subject" | "trailers"> {
  const paragraphs = message.trim().split(/\n\s*\n/);
  const [subject = ""] = (paragraphs[0] ?? "").split("\n");
  const lines = paragraphs.length > 1 ? (paragraphs.at(-1) ?? "").split("\n") : [];
  const found = lines.map((line) => TRAILER.exec(line.trim())).filter((match) => match !== null);
  const trailers = found.length === lines.length ? found.map(([, name = "", value = ""]) => [name, value] as const) : [];
  return { subject: subject.trim(), trailers: Object.fromEntries(trailers) };
}

const TRAILER = /^([A-Za-z][A-Za-z0-9-]{0,63}):\s*([^]*)$/;

function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it replaces
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- control characters are what it takes out
      .replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
      .trim()
  );
}
