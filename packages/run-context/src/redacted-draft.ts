import type { EventDraft, Json } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";
import { isJson } from "./redacted-artifact.ts";

/**
 * What names something, or is a digest, a number or one of a few words: the record does not hold together without it, and it is the
 * definition's, or made of what was redacted before (entries of artifacts, with what travels in them).
 */
const NAMES: ReadonlySet<string> = new Set(
  [
    "type path attempt scope unit executionId rootComponentId nodeType kind effect decision from when onTimeout isolation directory origin outcome rerun",
    "usage budget artifact artifacts result inputs inputFiles paths fingerprint definition reads decidedBy beside given question requests message traceId spanId traceparent",
  ].flatMap((names) => names.split(" ")),
);

/** In what is asked. */
const NAMES_OF_REQUEST: ReadonlySet<string> = new Set(["id", "path", "key", "as", "onTimeout", "expiresAt", "question"]);

/** A fact without secrets, as it is recorded and told. */
export function redactedDraft(draft: EventDraft, redactor: Redactor | undefined): EventDraft {
  if (redactor === undefined || redactor.secrets.length === 0) return draft;
  const request = "request" in draft && typeof draft.request === "string" ? { request: draft.request } : {};
  // How a failure is handled is one of a few words, too.
  const by = draft.type === "failure.handled" ? { by: draft.by } : {};
  return { ...(without(draft, NAMES, redactor) as EventDraft), ...request, ...by } as EventDraft;
}

function without(value: object, names: ReadonlySet<string>, redactor: Redactor): object {
  const members = Object.entries(value).map(([name, member]: [string, unknown]) => {
    if (names.has(name) || typeof member === "number" || member === undefined) return [name, member] as const;
    if (name === "request" && typeof member === "object" && member !== null) return [name, without(member, NAMES_OF_REQUEST, redactor)] as const;
    // What JSON cannot carry is for the journal to refuse, as it is.
    if (name === "data" && !isJson(member)) return [name, member] as const;
    return [name, redactor.json(member as Json)] as const;
  });
  return Object.fromEntries(members);
}
