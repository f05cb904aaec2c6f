import { isJsonObject, type Json } from "@dad/protocol";
import type { Signal } from "../settings.ts";

type Members = { readonly [member: string]: Json };

/** How the lists of a signal are called, from the outside in. */
const LISTS = {
  traces: ["resourceSpans", "scopeSpans", "spans"],
  metrics: ["resourceMetrics", "scopeMetrics", "metrics"],
  logs: ["resourceLogs", "scopeLogs", "logRecords"],
} as const satisfies Record<Signal, readonly [string, string, string]>;

/** A record, and what it has in common with others: its resource and its scope, as they stand in the file. */
export interface PlacedRecord {
  readonly record: Members;
  readonly resource: Members;
  readonly scope: Members;
}

/** The records of a line. `undefined`: it is no line of that signal. */
export function recordsIn(data: Members, signal: Signal): readonly PlacedRecord[] | undefined {
  const [outer, middle, inner] = LISTS[signal];
  if (!Array.isArray(data[outer])) return undefined;
  return membersIn(data, outer).flatMap(({ [middle]: scopes = [], ...resource }) =>
    membersIn({ scopes }, "scopes").flatMap(({ [inner]: records = [], ...scope }) =>
      membersIn({ records }, "records").map((record) => ({ record, resource, scope })),
    ),
  );
}

function membersIn(value: Members, name: string): readonly Members[] {
  const list = value[name];
  return Array.isArray(list) ? (list as readonly Json[]).filter((item) => isJsonObject(item)) : [];
}

/** One request for all of them: what has the same resource and the same scope is together. */
export function requestOf(records: readonly PlacedRecord[], signal: Signal): string {
  const [outer, middle, inner] = LISTS[signal];
  const resources = [...Map.groupBy(records, ({ resource }) => JSON.stringify(resource)).values()];
  return JSON.stringify({
    [outer]: resources.map((ofResource) => ({
      ...ofResource[0]?.resource,
      [middle]: [...Map.groupBy(ofResource, ({ scope }) => JSON.stringify(scope)).values()].map((ofScope) => ({
        ...ofScope[0]?.scope,
        [inner]: ofScope.map(({ record }) => record),
      })),
    })),
  });
}

/** The value of a text attribute. */
export function textAttribute({ attributes }: Members, key: string): string | undefined {
  const found = membersIn({ attributes: attributes ?? [] }, "attributes").find((attribute) => attribute["key"] === key)?.["value"];
  const text = isJsonObject(found) ? found["stringValue"] : undefined;
  return typeof text === "string" ? text : undefined;
}
