import {
  type ArtifactEntry,
  type Digest,
  digestOfBytes,
  type EventDraft,
  type NodePath,
  type ReportAttempt,
  type ReportContent,
  type ReportElement,
  type ReportLog,
  type ReportSpan,
  type RunId,
} from "@dad/protocol";
import { type Chance, chance } from "./chance.ts";

/** 22 November 2026, 07:34:43 UTC. */
export const BEGIN = Date.UTC(2026, 10, 22, 7, 34, 43);

/** What a made report consists of, as it grows. */
export interface Recorder {
  readonly runId: RunId;
  readonly chance: Chance;
  readonly traceId: string;
  readonly elements: ReportElement[];
  readonly spans: ReportSpan[];
  readonly logs: ReportLog[];
  readonly contents: Record<Digest, ReportContent>;
  readonly events: { readonly time: number; readonly draft: EventDraft }[];
}

export function recorder(runId: string, seed: number): Recorder {
  const numbers = chance(seed);
  return {
    runId: runId as RunId,
    chance: numbers,
    traceId: numbers.hex(32),
    elements: [],
    spans: [],
    logs: [],
    contents: {},
    events: [],
  };
}

export type Kept =
  | string
  | { readonly json: unknown }
  | { readonly base64: string; readonly mediaType: string }
  | { readonly text: string; readonly mediaType: string };

/** Keeps content as an artifact at a path. */
export function keep(
  { contents }: Recorder,
  path: string,
  named: { readonly name: string; readonly content: Kept; readonly state?: ReportContent["state"] },
): ArtifactEntry {
  const { name, content, state = "whole" } = named;
  const given = readable(content);
  const bytes = "data" in given ? Uint8Array.from(atob(given.data), (char) => char.charCodeAt(0)) : new TextEncoder().encode(given.text);
  const digest = digestOfBytes(bytes);
  const { mediaType, ...inside } = given;
  const isThere = state === "whole" || state === "cut";
  contents[digest] = { mediaType, size: bytes.byteLength, ...(isThere ? inside : {}), state };
  return { name, mediaType, digest, size: bytes.byteLength, path: `${path.replaceAll(".", "/")}/${name}` as ArtifactEntry["path"] };
}

function readable(content: Kept): { readonly mediaType: string } & ({ readonly text: string } | { readonly data: string }) {
  if (typeof content === "string") return { mediaType: "text/plain", text: content };
  if ("json" in content) return { mediaType: "application/json", text: JSON.stringify(content.json, null, 2) };
  if ("text" in content) return content;
  return { mediaType: content.mediaType, data: content.base64 };
}

export function tell(made: Recorder, time: number, draft: EventDraft): void {
  made.events.push({ time, draft });
}

type SpanFacts = Pick<ReportSpan, "spanId" | "parentSpanId" | "kind" | "status" | "message" | "attributes" | "events" | "links">;

export interface MadeSpan extends Partial<SpanFacts>, Pick<ReportSpan, "name" | "start" | "end"> {
  readonly path?: string | undefined;
}

/** Adds a span, and gives its id. */
export function addSpan(made: Recorder, { path, ...span }: MadeSpan): string {
  const spanId = span.spanId ?? made.chance.hex(16);
  const parent = span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId };
  made.spans.push({
    traceId: made.traceId,
    kind: 1,
    status: span.end === null ? "unset" : "ok",
    attributes: {},
    ...span,
    ...parent,
    spanId,
    ...(path === undefined ? {} : { path: path as NodePath }),
  });
  return spanId;
}

export interface MadeComponent {
  readonly path: string;
  readonly kind: string;
  readonly start: number;
  readonly parentSpanId?: string | undefined;
}

/** A component that ends when what is in it has ended. `inside` gets its span, and gives that time, or `null` when it goes on. */
export function component(
  made: Recorder,
  { path, kind, start, parentSpanId }: MadeComponent,
  inside: (spanId: string) => number | null,
): number | null {
  const at = path as NodePath;
  const spanId = made.chance.hex(16);
  const place = made.elements.push({ path: at, kind, status: "running", start, end: null, durationMs: null }) - 1;
  const name = kind === "agent" ? `invoke_agent ${path}` : kind === "flow" ? `invoke_workflow ${path}` : `${kind} ${path}`;
  const slot =
    made.spans.push({
      traceId: made.traceId,
      spanId,
      name,
      kind: 1,
      start,
      end: null,
      status: "unset",
      attributes: { "dad.node.path": path },
      path: at,
    }) - 1;
  tell(made, start, { type: "component.started", path: at, kind });
  const end = inside(spanId);
  const mine = made.spans[slot];
  if (mine) made.spans[slot] = { ...mine, end, status: end === null ? "unset" : "ok", ...(parentSpanId === undefined ? {} : { parentSpanId }) };
  if (end !== null) tell(made, end, { type: "component.completed", path: at, durationMs: end - start });
  made.elements[place] = {
    path: at,
    kind,
    status: end === null ? "running" : "completed",
    start,
    end,
    durationMs: end === null ? null : end - start,
  };
  return end;
}

export interface MadeNode {
  readonly path: string;
  readonly nodeType: string;
  readonly parentSpanId: string;
  readonly attempts: readonly MadeAttempt[];
  readonly handled?: ReportElement["handled"];
}

type AttemptFacts = Pick<
  ReportAttempt,
  "status" | "effect" | "decision" | "origin" | "usage" | "error" | "artifacts" | "fingerprint" | "reads" | "outcome" | "waits" | "steps"
>;

/** What of an attempt is not as usual. What it does under its span, `inside` adds. */
export interface MadeAttempt extends Partial<AttemptFacts>, Pick<ReportAttempt, "start" | "end"> {
  inside?(spanId: string): void;
}

export function node(made: Recorder, { path, nodeType, parentSpanId, attempts, handled }: MadeNode): number | null {
  const place = made.elements.length;
  const all = attempts.map((attempt, index) => oneAttempt(made, { ...attempt }, { path, nodeType, parentSpanId, attempt: index + 1 }));
  const last = all.at(-1);
  if (!last) throw new TypeError("a node has attempts");
  made.elements.splice(place, 0, {
    path: path as NodePath,
    kind: "node",
    status: last.status,
    start: all[0]?.start ?? null,
    end: last.end,
    durationMs: last.durationMs,
    ...(last.error ? { error: last.error } : {}),
    ...(handled ? { handled } : {}),
    ...(last.usage ? { usage: last.usage } : {}),
    attempts: all,
  });
  return last.end;
}

type AttemptPlace = Omit<MadeNode, "attempts" | "handled"> & { readonly attempt: number };

function oneAttempt(made: Recorder, { inside, ...given }: MadeAttempt, place: AttemptPlace): ReportAttempt {
  const { path, nodeType, parentSpanId, attempt } = place;
  const status = given.status ?? (given.end === null ? "running" : "completed");
  const durationMs = given.end === null ? null : given.end - given.start;
  const spanId = addSpan(made, {
    name: `${nodeType} ${path.split(".").at(-1)}`,
    start: given.start,
    end: given.end,
    parentSpanId,
    path,
    status: status === "failed" ? "error" : given.end === null ? "unset" : "ok",
    ...(given.error ? { message: given.error.message } : {}),
    attributes: { "dad.node.path": path, "dad.node.type": nodeType, "dad.node.attempt": attempt, "dad.node.decision": given.decision ?? "executed" },
  });
  inside?.(spanId);
  const whole: ReportAttempt = { decision: "executed", artifacts: [], waits: [], steps: [], ...given, attempt, nodeType, status, durationMs, spanId };
  tellAttempt(made, path as NodePath, whole);
  return whole;
}

function tellAttempt(made: Recorder, path: NodePath, { attempt, nodeType = "", start, end, durationMs, ...facts }: ReportAttempt): void {
  tell(made, start, { type: "node.started", path, attempt, nodeType, ...(facts.effect ? { effect: facts.effect } : {}) });
  if (end === null || durationMs === null) return;
  const { artifacts, usage, error, decision, origin } = facts;
  const ended = { path, attempt, durationMs, artifacts, ...(usage ? { usage } : {}), ...(origin ? { origin } : {}) };
  if (facts.status === "completed") tell(made, end, { type: "node.completed", ...ended, decision });
  if (facts.status === "failed" && error) tell(made, end, { type: "node.failed", ...ended, error });
  const level = error ? "error" : "info";
  made.logs.push({
    time: end,
    severity: level,
    eventName: `dad.node.${facts.status}`,
    body: error?.message ?? `${path} ${facts.status}`,
    attributes: { "dad.node.path": path, "dad.node.attempt": attempt },
    traceId: made.traceId,
    ...(facts.spanId === undefined ? {} : { spanId: facts.spanId }),
    path,
  });
}
