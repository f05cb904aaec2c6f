import { type OtlpEndpoint, type OtlpProtocol, type Signal } from "../settings.ts";
import { httpUrl, signalUrl } from "../signal-url.ts";
import { keyValues } from "./key-values.ts";
import type { VariableReading } from "./reading.ts";

const PROTOCOLS: readonly OtlpProtocol[] = ["http/protobuf", "http/json"];

/** What can be sent for a value of a header. RFC 9110, 5.5. */
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

export interface FoundEndpoint {
  readonly endpoint: OtlpEndpoint;
  /** Somebody said where to. */
  readonly given: boolean;
  /** `false`: it is to be spoken in a way that we do not speak. */
  readonly spoken: boolean;
}

/** The endpoint of a signal: each of its variables comes before that of all signals. */
export function endpointFrom(reading: VariableReading, signal: Signal): FoundEndpoint {
  const names = (option: string): readonly string[] => [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${option}`, `OTEL_EXPORTER_OTLP_${option}`];
  const first = <Value>(option: string, read: (name: string, text: string) => Value | undefined): Value | undefined => {
    for (const name of names(option)) {
      const text = reading.text(name);
      const value = text === undefined ? undefined : read(name, text);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const url = first("ENDPOINT", (name, text) => endpointUrl(reading, { name, text, signal }));
  const headers = first("HEADERS", (name, text) => headersFrom(reading, name, text));
  const compression = first("COMPRESSION", (name, text) => oneOf(reading, { name, text, of: ["gzip", "none"] as const }));
  const timeoutMs = first("TIMEOUT", (name) => reading.number(name, 1));
  const protocol = first("PROTOCOL", (name, text) => protocolFrom(reading, name, text));
  const [ca, cert, key] = ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"].map((option) => first(option, (_name, text) => text));
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return {
    endpoint: {
      url: url ?? `http://localhost:4318/v1/${signal}`,
      ...(headers && { headers }),
      ...(compression && { compression }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(protocol && protocol !== "grpc" && { protocol }),
      ...(Object.keys(tls).length > 0 && { tls }),
    },
    given: url !== undefined,
    spoken: protocol !== "grpc",
  };
}

/** That of one signal is taken as it is; to that of all of them, the path of the signal is added. */
function endpointUrl(reading: VariableReading, { name, text, signal }: { name: string; text: string; signal: Signal }): string | undefined {
  const url = name === "OTEL_EXPORTER_OTLP_ENDPOINT" ? signalUrl(text, signal) : httpUrl(text)?.href;
  if (url === undefined) reading.warn(name, "it is no URL that begins with http:// or https://");
  return url;
}

function headersFrom(reading: VariableReading, name: string, text: string): Readonly<Record<string, string>> {
  const { values, problems } = keyValues(text);
  for (const problem of problems) reading.warn(`part of ${name}`, problem);
  const usable = Object.entries(values).filter(([key, value]) => {
    if (HEADER_VALUE.test(value)) return true;
    reading.warn(`part of ${name}`, `the value of ${key} has characters that headers do not have`);
    return false;
  });
  return Object.fromEntries(usable);
}

function protocolFrom(reading: VariableReading, name: string, text: string): OtlpProtocol | "grpc" | undefined {
  const protocol = oneOf(reading, { name, text, of: [...PROTOCOLS, "grpc"] as const });
  if (protocol === "grpc") {
    reading.warn(name, `grpc is not supported, so nothing is sent there: use ${PROTOCOLS.join(" or ")}, which receivers mostly take at port 4318`);
  }
  return protocol;
}

export function oneOf<Value extends string>(
  reading: VariableReading,
  { name, text, of }: { readonly name: string; readonly text: string; readonly of: readonly Value[] },
): Value | undefined {
  const value = of.find((known) => known === text.toLowerCase());
  if (value === undefined) reading.warn(name, `${JSON.stringify(text)} is none of ${of.join(", ")}`);
  return value;
}
