import type { AppendOptions, Journal } from "@dad/journal";
import type { EventDraft, RecordedEvent, RunDetails, RunEnvParams } from "@dad/protocol";
import { redactedDraft } from "./redacted-draft.ts";
import { detailsOf, emptyProjection, project, type RunProjection } from "./run-projection.ts";
import type { RunHistory } from "./run-history.ts";
import type { RunPorts } from "./run-ports.ts";
import { type EarlierExecutions, type RunTelemetry, runTelemetry } from "./telemetry/run-telemetry.ts";

/** The record of a living run: what goes in is, without secrets, in the journal, then folded, then told. */
export interface RunRecord {
  readonly telemetry: RunTelemetry;
  add(draft: EventDraft, options?: Pick<AppendOptions, "wait">): Promise<RecordedEvent>;
  details(): RunDetails;
}

export interface RunRecordOptions {
  readonly ports: RunPorts;
  readonly env: RunEnvParams;
  /** The run as it stood when its journal was opened. Default: nothing has happened. */
  readonly before?: Before;
}

interface Before {
  readonly projection: RunProjection;
  readonly history: RunHistory;
}

export function runRecord(journal: Journal, { ports, env, before }: RunRecordOptions): RunRecord {
  const { runDir } = env;
  let projection = before?.projection ?? emptyProjection();
  let told: Promise<unknown> = Promise.resolve();
  const telemetry = runTelemetry({
    observability: ports.observability,
    redactor: ports.redactor,
    env,
    kindOf: (path) => projection.components.get(path)?.kind,
    earlier: before && earlierExecutions(before),
  });

  async function tell(appending: Promise<RecordedEvent>, earlier: Promise<unknown>): Promise<RecordedEvent> {
    const event = await appending;
    // One that nobody waits for is there sooner than one before it that is on its way to the disk.
    await earlier;
    projection = project(projection, event);
    telemetry.tells(event);
    ports.events.publish(event);
    return event;
  }

  return {
    telemetry,
    async add(draft, options) {
      const telling = tell(journal.append(redactedDraft(telemetry.begins(draft), ports.redactor), options), told);
      told = telling.catch(() => undefined);
      return telling;
    },
    details: () => detailsOf(projection, { runDir, live: true }),
  };
}

function earlierExecutions({ projection, history }: Before): EarlierExecutions {
  const open = [...history.requests].filter(([, { state }]) => state === "open");
  return {
    rootComponentId: projection.started?.rootComponentId ?? "",
    traceparent: history.traceparent,
    nodes: history.nodes,
    asked: open.flatMap(([id, { askedAt }]) => (askedAt === undefined ? [] : [[id, Date.parse(askedAt)] as const])),
  };
}

/** Where in a trace the run is found is on record, unless nobody traces. */
export async function recordTrace(record: RunRecord): Promise<void> {
  const place = record.telemetry.place();
  if (place) await record.add(place, { wait: "ordered" });
}
