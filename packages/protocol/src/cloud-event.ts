import { z } from "zod";
import { parseEvent, type RunEvent, type UnknownEvent } from "./event.ts";
import { isJsonObject, Json } from "./json.ts";

/** Before the type of an event of ours. After it comes the version of its form. */
export const CLOUD_EVENT_TYPE_PREFIX = "dev.dad.";
const TYPE_SUFFIX = ".v1";

/**
 * An event on its way to others: CloudEvents 1.0.2 in the JSON format, structured mode. `source` is `/runs/<runId>`, `subject` the
 * path of a node, `sequence` the position in the journal (extension "sequence" of that specification).
 */
export const CloudEvent = z.looseObject({
  specversion: z.literal("1.0"),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().min(1).optional(),
  time: z.iso.datetime({ offset: true }).optional(),
  datacontenttype: z.string().min(1).optional(),
  sequence: z.string().min(1).optional(),
  sequencetype: z.literal("Integer").optional(),
  data: Json.optional(),
});
export type CloudEvent = z.infer<typeof CloudEvent>;

/**
 * The event as a CloudEvent. One that is in the journal has the id `<runId>-<seq>`, the same each time; `id` names one that is not.
 *
 * @throws TypeError for an event that is not in the journal, without an id.
 */
export function toCloudEvent(event: RunEvent | UnknownEvent, id?: string): CloudEvent {
  const { type, runId, seq, time, ...rest } = event;
  const known = seq === undefined ? id : `${runId}-${seq}`;
  if (known === undefined) throw new TypeError(`${type} is not in a journal: give the CloudEvent an id`);
  const path: unknown = rest["path"];
  return {
    specversion: "1.0",
    id: known,
    source: `/runs/${runId}`,
    type: `${CLOUD_EVENT_TYPE_PREFIX}${type}${TYPE_SUFFIX}`,
    ...(typeof path === "string" ? { subject: path } : {}),
    time,
    datacontenttype: "application/json",
    ...(seq === undefined ? {} : { sequence: String(seq), sequencetype: "Integer" as const }),
    data: rest as Json,
  };
}

/**
 * The event that a CloudEvent of ours carries.
 *
 * @throws ZodError when it is no CloudEvent, or none of ours.
 */
export function fromCloudEvent(value: unknown): RunEvent | UnknownEvent {
  const { type, source, time, sequence, data } = CloudEvent.parse(value);
  const runId = /^\/runs\/([^/]+)$/.exec(source)?.[1];
  const isOurs = type.startsWith(CLOUD_EVENT_TYPE_PREFIX) && type.endsWith(TYPE_SUFFIX);
  return parseEvent({
    ...(isJsonObject(data) ? data : {}),
    type: isOurs ? type.slice(CLOUD_EVENT_TYPE_PREFIX.length, -TYPE_SUFFIX.length) : undefined,
    runId,
    time,
    ...(sequence === undefined ? {} : { seq: Number(sequence) }),
  });
}
