import { ATTRIBUTES, EVENTS } from "@dad/observability";
import type { PushReport } from "@dad/protocol";
import { type Connection, connectionTo } from "../delivery/connection.ts";
import { TelemetryTroubleError } from "../errors.ts";
import { type OtlpEndpoint, type Signal, SIGNALS } from "../settings.ts";
import { urlText } from "../signal-url.ts";
import { troubleOf } from "../trouble.ts";
import { type PlacedRecord, recordsIn, requestOf, textAttribute } from "./contents.ts";
import { FILES, linesOf } from "./files.ts";
import { patientPost } from "./patient-post.ts";

export interface PushTelemetryOptions {
  /** Where `trace.jsonl`, `metrics.jsonl` and `logs.jsonl` are: `.trace` of a run. */
  readonly directory: string;
  /** Where each signal goes, whatever `protocol` they say: by `http/json`, as the files are. One without an endpoint is not sent. */
  readonly endpoints: Partial<Readonly<Record<Signal, OtlpEndpoint>>>;
  readonly signal?: AbortSignal;
}

export type PushedTelemetry = Pick<PushReport, "signals" | "unfinished">;

/** Of one request. */
const MOST_RECORDS = 512;
const MOST_CHARACTERS = 2 ** 20;

/**
 * Sends what is in the files of a run, also of one that goes on or was killed: spans that have ended, log records, and each state of the instruments.
 * A receiver that says it has no time is asked again for a minute.
 *
 * @throws TelemetryTroubleError (`TELEMETRY_UNREACHABLE`, `TELEMETRY_REFUSED`) at the first request that is not taken: with the file, its lines and
 *   the answer. What was sent before has arrived. `TELEMETRY_UNREADABLE`. The reason of the signal. TypeError for an endpoint that is none.
 */
export async function pushTelemetry({ directory, endpoints, signal = new AbortController().signal }: PushTelemetryOptions): Promise<PushedTelemetry> {
  // Connections keep no process alive, and this one has a caller who waits.
  const awake = setInterval(() => {}, 2 ** 30);
  try {
    const signals: PushReport["signals"] = [];
    for (const kind of SIGNALS) {
      const endpoint = endpoints[kind];
      if (endpoint) signals.push(await pushFile(directory, { kind, endpoint, abort: signal }));
    }
    return { signals, unfinished: await unfinishedIn(directory, signal) };
  } finally {
    clearInterval(awake);
  }
}

interface Target {
  readonly kind: Signal;
  readonly endpoint: OtlpEndpoint;
  readonly abort: AbortSignal;
}

type PushedSignal = PushReport["signals"][number];

interface Batch {
  records: PlacedRecord[];
  characters: number;
  first: number;
}

async function pushFile(directory: string, target: Target): Promise<PushedSignal> {
  const { kind, endpoint, abort } = target;
  const connection = connectionTo(endpoint);
  const pushed: PushedSignal = { signal: kind, url: urlText(endpoint.url), sent: 0, requests: 0, rejected: 0, damaged: [], torn: false };
  let batch: Batch = { records: [], characters: 0, first: 1 };
  let number = 0;
  const send = async (): Promise<void> => {
    if (batch.records.length > 0) await sendBatch(connection, batch, { ...target, pushed, last: number });
    batch = { records: [], characters: 0, first: number + 1 };
  };
  try {
    for await (const line of linesOf(directory, kind, { signal: abort })) {
      number = line.number;
      const records = line.data && recordsIn(line.data, kind);
      if (!records && line.last) pushed.torn = true;
      else if (!records) pushed.damaged.push(line.number);
      batch.records.push(...(records ?? []).filter(({ record }) => record["eventName"] !== EVENTS.spanStarted));
      batch.characters += line.size;
      if (batch.records.length >= MOST_RECORDS || batch.characters >= MOST_CHARACTERS) await send();
    }
    await send();
    return pushed;
  } finally {
    connection.close();
  }
}

async function sendBatch(
  connection: Connection,
  { records, first }: Batch,
  { kind, endpoint, abort, pushed, last }: Target & { pushed: PushedSignal; last: number },
): Promise<void> {
  const answer = await patientPost(requestOf(records, kind), { endpoint, connection }, abort);
  if (answer.outcome !== "taken") {
    const { code, message: text, details, cause } = troubleOf(answer, { signal: kind, url: endpoint.url });
    const lines = `${FILES[kind]}, ${first === last ? `line ${first}` : `lines ${first} to ${last}`}`;
    const before = pushed.sent === 0 ? "" : `. The ${pushed.sent} before have arrived`;
    throw new TelemetryTroubleError(code, `${lines}: ${text}${before}`, {
      details: { ...details, file: FILES[kind], lines: [first, last], sent: pushed.sent },
      cause,
    });
  }
  pushed.requests += 1;
  pushed.sent += records.length;
  pushed.rejected += answer.rejected;
  if (answer.rejected > 0) pushed.reason ??= answer.reason;
}

/** Spans that have a record that they started, and no end. */
async function unfinishedIn(directory: string, signal: AbortSignal): Promise<PushReport["unfinished"]> {
  const open = new Map<string, PushReport["unfinished"][number]>();
  const each = async (kind: Signal, take: (record: PlacedRecord["record"], key: string) => void): Promise<void> => {
    for await (const { data } of linesOf(directory, kind, { signal })) {
      for (const { record } of (data && recordsIn(data, kind)) ?? []) take(record, JSON.stringify([record["traceId"], record["spanId"]]));
    }
  };
  await each("logs", (record, key) => {
    const { eventName, traceId, spanId } = record;
    if (eventName !== EVENTS.spanStarted || typeof traceId !== "string" || typeof spanId !== "string") return;
    open.set(key, { name: textAttribute(record, ATTRIBUTES.dad.spanName) ?? "", traceId, spanId });
  });
  if (open.size > 0) await each("traces", (_record, key) => void open.delete(key));
  return [...open.values()];
}
