import { readFileSync } from "node:fs";
import { ATTRIBUTES, GENAI_SCHEMA_URL, type TelemetryOrigin, type TelemetryResource } from "@dad/observability";
import type { RunEnvParams } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";

export interface TelemetryOriginOptions {
  readonly env: Pick<RunEnvParams, "runId" | "executionId">;
  /** From the least to the most important. */
  readonly resources: readonly TelemetryResource[];
  readonly rootComponentId: string | undefined;
  readonly redactor: Redactor;
}

/** Who tells: one run of a service. What is the run's own, nobody says otherwise. */
export function telemetryOrigin({ env, resources, rootComponentId, redactor }: TelemetryOriginOptions): TelemetryOrigin {
  const { dad, service, telemetrySdk } = ATTRIBUTES;
  const scope = telemetryScope();
  const { version } = scope;
  const written = Object.fromEntries(
    resources.flatMap(Object.entries).map(([name, value]) => [name, typeof value === "string" ? redactor.text(value) : value]),
  ) as TelemetryResource;
  return {
    resource: {
      [service.instanceId]: env.executionId,
      ...written,
      [telemetrySdk.name]: "dad",
      [telemetrySdk.language]: "nodejs",
      ...(version === undefined ? {} : { [telemetrySdk.version]: version, [dad.sdkVersion]: version }),
      [dad.runId]: env.runId,
      ...(rootComponentId === undefined ? {} : { [dad.runRootComponent]: rootComponentId }),
    },
    scope,
    schemaUrl: GENAI_SCHEMA_URL,
  };
}

/** Who tells, of all that are told in this process. */
export function telemetryScope(): TelemetryOrigin["scope"] {
  const version = versionOf();
  return { name: "dad", ...(version === undefined ? {} : { version }) };
}

/** All packages of DAD, and the program, have the same one. In a bundle of somebody else's it is not known. */
function versionOf(): string | undefined {
  try {
    // One level above both the sources and what is built of them.
    const { name, version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as Readonly<Record<string, unknown>>;
    return String(name).startsWith("@dad/") && typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
