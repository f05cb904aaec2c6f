import { SeverityNumber } from "@opentelemetry/api";
import { type OtlpSinkOptions, otlpSink, type TelemetryTroubleError } from "@dad/observability-otlp";
import { afterEach, describe, expect, it, vi } from "vitest";
import { answers, endpoints, fakeReceiver, ORIGIN, TAKES } from "./fake-receiver.ts";

/** A sink of logs, what it tells, and what it takes to log. */
function logging(url: string, more: Partial<NonNullable<OtlpSinkOptions["logs"]>> = {}) {
  const troubles: TelemetryTroubleError[] = [];
  const logs = { ...endpoints(url).logs, ...more } as NonNullable<OtlpSinkOptions["logs"]>;
  const sink = otlpSink({ origin: ORIGIN, logs, flushTimeoutMs: FLUSH_MS, onTrouble: (trouble) => void troubles.push(trouble) });
  const log = (body: string) => sink.log({ body, severityNumber: SeverityNumber.INFO, attributes: {}, observedTime: 1 });
  return { sink, troubles, log };
}

const FLUSH_MS = 123_456_789;
const USUAL = {
  connection: "keep-alive",
  "transfer-encoding": "chunked",
  "user-agent": expect.stringMatching(/^OTel-OTLP-Exporter-JavaScript\//) as string,
};

describe("the exporters of OpenTelemetry", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it.each([
    ["http/json", "application/json"],
    ["http/protobuf", "application/x-protobuf"],
  ] as const)("send by %s what the endpoint says, and nothing of the variables of the host", async (protocol, type) => {
    const theirs = "authorization=theirs,host=theirs,x-Tenant=theirs,content-type=theirs,content-encoding=br,content-length=1,connection=close";
    vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", `${theirs},transfer-encoding=identity,user-agent=theirs`);
    vi.stubEnv("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x-tenant=theirs,x-more=theirs");
    vi.stubEnv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip");
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    await using receiver = await fakeReceiver(TAKES);
    const { sink, troubles, log } = logging(receiver.url, { protocol, headers: { "X-Tenant": "ours" } });
    // The second goes the way of the first.
    for (const body of ["one", "two"]) {
      log(body);
      await sink.flush();
    }
    await sink[Symbol.asyncDispose]();
    const headers = { ...USUAL, host: receiver.url.replace("http://", ""), "content-type": type, "x-tenant": "ours" };
    expect(receiver.received.map((request) => request.headers)).toEqual([headers, headers]);
    expect(receiver.received.map(({ text }) => text.match(/one|two/)?.[0])).toEqual(["one", "two"]);
    expect(troubles).toEqual([]);
  });

  it("send who we are when the URL says that, and as whom a header says", async () => {
    await using receiver = await fakeReceiver(TAKES);
    for (const headers of [{}, { "user-agent": "dad", Authorization: "Bearer key" }]) {
      const { sink, log } = logging("", { url: receiver.url.replace("//", "//me:p%3A@"), headers });
      log("one");
      await sink.flush();
      await sink[Symbol.asyncDispose]();
    }
    const [basic, bearer] = receiver.received.map((request) => request.headers);
    expect(basic).toMatchObject({ ...USUAL, authorization: `Basic ${btoa("me:p:")}` });
    expect(bearer).toMatchObject({ ...USUAL, authorization: "Bearer key", "user-agent": "dad" });
  });

  it.each(["a b=secret", "key=se%0acret", "expect=100-continue"])(
    "send nothing with %s among the headers of the host, and say so",
    async (header) => {
      vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", header);
      await using receiver = await fakeReceiver(TAKES);
      const { sink, troubles, log } = logging(receiver.url);
      log("one");
      await sink.flush();
      await sink[Symbol.asyncDispose]();
      expect(receiver.received).toEqual([]);
      expect(troubles.map(({ message }) => message)).toEqual([expect.stringContaining("the variable OTEL_EXPORTER_OTLP_HEADERS")]);
      expect(troubles[0]?.message).not.toMatch(/se\s?cret/);
    },
  );

  it("set no timer to try again by themselves", async () => {
    const timers = vi.spyOn(globalThis, "setTimeout");
    await using receiver = await fakeReceiver((response, request, index) =>
      (index === 0 ? answers(503, { "retry-after": "0" }) : TAKES)(response, request, index),
    );
    const { sink, log } = logging(receiver.url);
    log("one");
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    expect(receiver.received).toHaveLength(2);
    const set = timers.mock.results.map(({ value }, index) => ({ ms: timers.mock.calls[index]?.[1], alive: (value as NodeJS.Timeout).hasRef() }));
    // Ours that keeps the process alive is that of the flush.
    expect(set.filter(({ ms, alive }) => alive && ms !== FLUSH_MS)).toEqual([]);
  });

  it("send again at once when a connection was closed meanwhile, and nothing is told", async () => {
    await using receiver = await fakeReceiver((response, request, index) =>
      index === 1 ? void response.socket?.resetAndDestroy() : TAKES(response, request, index),
    );
    const { sink, troubles, log } = logging(receiver.url);
    for (const body of ["one", "two"]) {
      log(body);
      await sink.flush();
    }
    await sink[Symbol.asyncDispose]();
    expect(receiver.received.map(({ text }) => text.match(/one|two/)?.[0])).toEqual(["one", "two", "two"]);
    expect({ lost: sink.lost.logs, troubles }).toEqual({ lost: 0, troubles: [] });
  });

  it("are told that a connection has ended without an answer, of which Node says nothing after 101", async () => {
    const upgrade = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n";
    await using receiver = await fakeReceiver((response) => void response.socket?.write(upgrade));
    const { sink, troubles, log } = logging(receiver.url);
    log("one");
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    expect(sink.lost.logs).toBe(1);
    expect(troubles).toMatchObject([
      { code: "TELEMETRY_UNREACHABLE", message: expect.stringContaining("the connection ended without an answer") as string },
    ]);
  });

  it("hear also in protobuf what a receiver does not keep", async () => {
    // ExportLogsServiceResponse { partial_success { rejected_log_records: 1, error_message: "too old" } }
    await using receiver = await fakeReceiver(answers(200, { "content-type": "application/x-protobuf" }, "\n\u000b\u0008\u0001\u0012\u0007too old"));
    const { sink, troubles, log } = logging(receiver.url, { protocol: "http/protobuf" });
    log("one");
    log("two");
    await sink.flush();
    await sink[Symbol.asyncDispose]();
    expect(sink.lost.logs).toBe(1);
    expect(troubles.map(({ message }) => message)).toEqual([expect.stringContaining("it does not keep 1 of them: too old")]);
  });
});
