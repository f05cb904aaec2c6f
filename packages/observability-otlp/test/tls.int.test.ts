import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { SeverityNumber } from "@opentelemetry/api";
import { type OtlpEndpoint, otlpSink, type TelemetryTroubleError } from "@dad/observability-otlp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { certificate, key } from "./certificate.ts";
import { ORIGIN } from "./fake-receiver.ts";

describe("a receiver with TLS", () => {
  const authorized: boolean[] = [];
  const server = createServer({ cert: certificate, key, ca: certificate, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    authorized.push((request.socket as TLSSocket).authorized);
    request.resume().on("end", () => response.end("{}"));
  });
  let directory: string;
  let url: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "dad-tls-"));
    await writeFile(join(directory, "cert.pem"), certificate);
    await writeFile(join(directory, "key.pem"), key);
    await once(server.listen(0, "127.0.0.1"), "listening");
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1/logs`;
  });

  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await rm(directory, { recursive: true });
  });

  /** What is told of a log record that is sent. */
  async function sending(tls: Readonly<Record<string, string>>, to = url): Promise<readonly string[]> {
    const troubles: TelemetryTroubleError[] = [];
    const files: OtlpEndpoint["tls"] = Object.fromEntries(Object.entries(tls).map(([name, file]) => [name, join(directory, file)]));
    const sink = otlpSink({ origin: ORIGIN, logs: { url: to, tls: files }, onTrouble: (trouble) => void troubles.push(trouble) });
    sink.log({ body: "hello", severityNumber: SeverityNumber.INFO, attributes: {}, observedTime: 1 });
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    return troubles.map(({ message }) => message);
  }

  it("is trusted by its certificate, and shown ours", async () => {
    expect(await sending({ ca: "cert.pem" })).toEqual([]);
    expect(await sending({ ca: "cert.pem", cert: "cert.pem", key: "key.pem" })).toEqual([]);
    expect(authorized).toEqual([false, true]);
  });

  it("is known by the host of its URL, whatever host the variables of the host name", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "host=elsewhere");
    expect(await sending({ ca: "cert.pem" })).toEqual([]);
    vi.unstubAllEnvs();
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["nobody vouches for it", {}, "self-signed certificate"],
    ["there is no such file", { ca: "missing.pem" }, "no such file or directory"],
  ])("gets nothing when %s", async (_why, tls, reason) => {
    expect(await sending(tls)).toEqual([expect.stringContaining(reason)]);
  });

  it("gets nothing when it is taken for one without", async () => {
    expect(await sending({}, url.replace("https", "http"))).toEqual([expect.stringMatching(/socket hang up|ECONNRESET/)]);
  });
});
