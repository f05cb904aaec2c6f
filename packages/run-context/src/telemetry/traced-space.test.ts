import { type Command, confinedFiles, type ExecOptions, type ExecResult, guardsWith, type IsolationSpace } from "@dad/isolation";
import { type CommandOutputLimits, placeOf, traceVariables } from "@dad/observability";
import { memoryObservability } from "@dad/observability/memory";
import { noopObservability } from "@dad/observability/noop";
import { DadError } from "@dad/protocol";
import { type Redactor, redactor } from "@dad/secrets";
import { describe, expect, it } from "vitest";
import { runMetrics } from "./run-metrics.ts";
import { tracedSpace } from "./traced-space.ts";

type Writes = (write: NonNullable<ExecOptions["onOutput"]>) => Partial<ExecResult>;

const EXITED: ExecResult = {
  reason: "exited",
  exitCode: 0,
  signal: null,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  lost: { stdout: 0, stderr: 0 },
  durationMs: 1,
};

/** A space whose commands write what they are told, and which sees what they are given. */
function spaceThat(writes: Writes, env: Readonly<Record<string, string>> = {}): { readonly space: IsolationSpace; readonly commands: Command[] } {
  const commands: Command[] = [];
  const space: IsolationSpace = {
    id: "test",
    adapter: "test",
    guards: guardsWith({}),
    degraded: [],
    env,
    cwd: "/nowhere",
    files: confinedFiles("/nowhere"),
    async exec(command, options) {
      commands.push(command);
      return { ...EXITED, ...writes((stream, chunk) => options?.onOutput?.(stream, chunk)) };
    },
    kill: async () => {},
    usage: async () => ({ commands: 0 }),
    changes: async () => undefined,
    [Symbol.asyncDispose]: async () => {},
  };
  return { space, commands };
}

const OF_NODE = { "dad.node.path": "main.build", "dad.node.attempt": 2 };

interface Watching {
  readonly redactor?: Redactor;
  readonly limits?: CommandOutputLimits;
  readonly env?: Readonly<Record<string, string>>;
}

function watched(writes: Writes, { redactor: known, limits, env }: Watching = {}) {
  const observability = memoryObservability();
  const { tracer, logger, meter } = observability;
  const parent = tracer.startSpan("attempt");
  const metrics = runMetrics({ meter, kindOf: () => undefined });
  const { space, commands } = spaceThat(writes, env);
  const traced = tracedSpace(space, { tracer, logger, metrics, place: placeOf(parent), attributes: OF_NODE, redactor: known, limits });
  return { traced, commands, parent, ...observability };
}

const bytes = (text: string) => Buffer.from(text);
const lines = ({ logs }: Pick<ReturnType<typeof watched>, "logs">) => logs.map(({ body, attributes }) => [attributes["log.iostream"], body]);

describe("a command of a node", () => {
  it("has a span with its program and how it exited, below that of the attempt, and knows of it", async () => {
    const { traced, commands, parent, spans, metrics } = watched(() => ({ exitCode: 3 }));
    await traced.exec({ argv: ["/usr/bin/make", "all"], env: { MODE: "fast" } });
    const [span] = spans;
    expect(span).toMatchObject({
      name: "execute_tool make",
      parentSpanId: parent.spanContext().spanId,
      status: { code: 2 },
      attributes: { ...OF_NODE, "process.executable.name": "make", "process.exit.code": 3, "error.type": "3" },
    });
    expect(commands[0]?.env).toEqual({ MODE: "fast", TRACEPARENT: `00-${span?.traceId}-${span?.spanId}-01` });
    expect(metrics).toMatchObject([{ name: "gen_ai.execute_tool.duration", attributes: { "gen_ai.tool.name": "make", "error.type": "3" } }]);
  });

  it.each([
    ["was ended", () => ({ reason: "timeout", exitCode: null }) as const, "timeout"],
    [
      "could not be begun",
      () => {
        throw new DadError("PROGRAM_MISSING", "there is none");
      },
      "PROGRAM_MISSING",
    ],
    ["did what it should", () => ({}), undefined],
  ])("says in its span that it %s", async (_what, ends, type) => {
    const { traced, spans } = watched(ends);
    await traced.exec({ argv: ["sleep", "9"] }).catch(() => undefined);
    expect(spans).toHaveLength(1);
    expect(spans[0]?.attributes["error.type"]).toBe(type);
  });

  it("is below what it says that it is a part of, within the attempt", async () => {
    const { traced, commands, parent, tracer, spans } = watched(() => ({}));
    const tool = tracer.startSpan("tool", {}, placeOf(parent));
    await traced.exec({ argv: ["make"], env: { ...traceVariables(tool) } });
    const [command] = spans;
    expect(command?.parentSpanId).toBe(tool.spanContext().spanId);
    expect(commands[0]?.env).toEqual({ TRACEPARENT: `00-${command?.traceId}-${command?.spanId}-01` });
  });

  it("is not told of another trace than it says itself, nor of one that nobody records", async () => {
    const own = watched(() => ({}));
    await own.traced.exec({ argv: ["env"], env: { TRACEPARENT: "mine" } });
    expect(own.commands[0]?.env).toEqual({ TRACEPARENT: "mine" });
    const around = watched(() => ({}), { env: { TRACEPARENT: "of the space" } });
    await around.traced.exec({ argv: ["env"] });
    expect(around.commands[0]?.env).toBeUndefined();
    const { tracer, logger, meter } = noopObservability();
    const { space, commands } = spaceThat(() => ({}));
    const metrics = runMetrics({ meter, kindOf: () => undefined });
    const place = placeOf(tracer.startSpan("none"));
    await tracedSpace(space, { tracer, logger, metrics, place, attributes: {}, redactor: undefined, limits: undefined }).exec({ argv: ["env"] });
    expect(commands[0]?.env).toEqual({});
  });

  it("is logged line by line, also where chunks and characters are cut, and whoever listens hears all of it", async () => {
    const [euro, heard] = [bytes("€"), [] as string[]];
    const watching = watched((write) => {
      for (const chunk of [bytes("one\ntw"), bytes("o "), euro.subarray(0, 1), euro.subarray(1), bytes("\r\nthree")]) write("stdout", chunk);
      write("stderr", bytes("warned\n\n"));
      return {};
    });
    await watching.traced.exec({ argv: ["say"] }, { onOutput: (stream, chunk) => void heard.push(`${stream} ${chunk.length}`) });
    expect(lines(watching)).toEqual([
      ["stdout", "one"],
      ["stdout", "two €"],
      ["stderr", "warned"],
      ["stderr", ""],
      ["stdout", "three"],
    ]);
    expect(heard).toEqual(["stdout 6", "stdout 2", "stdout 1", "stdout 2", "stdout 7", "stderr 8"]);
    expect(new Set(watching.logs.map(({ spanId }) => spanId))).toEqual(new Set([watching.spans[0]?.spanId]));
  });

  it("tells no secret, also when it comes in pieces and on several lines", async () => {
    const secret = "first-line-of-it\nsecond-line-of-it";
    const watching = watched(
      (write) => {
        for (const character of `before ${secret} after\n`) write("stdout", bytes(character));
        return {};
      },
      { redactor: redactor([{ name: "env:KEY", value: secret }]) },
    );
    await watching.traced.exec({ argv: ["leak"] });
    expect(lines(watching)).toEqual([["stdout", "before [secret env:KEY] after"]]);
  });

  it("is logged as far as the limits go, of each stream, and then says how much more there was", async () => {
    const watching = watched(
      (write) => {
        write("stdout", bytes("a\nb\nc\nd"));
        write("stderr", bytes("x".repeat(20)));
        write("stderr", bytes("y".repeat(5)));
        return {};
      },
      { limits: { lines: 2, bytes: 10 } },
    );
    await watching.traced.exec({ argv: ["talk"] });
    expect(lines(watching)).toEqual([
      ["stdout", "a"],
      ["stdout", "b"],
      ["stdout", "3 bytes more"],
      ["stderr", "25 bytes more"],
    ]);
    expect(watching.logs.at(-1)?.attributes).toEqual({ ...OF_NODE, "log.iostream": expect.any(String), "dad.command.output.bytes": 25 });
  });

  it("is not logged where it is no text, or nobody wants it", async () => {
    const writes: Writes = (write) => {
      write("stdout", bytes("PNG\n"));
      write("stdout", Uint8Array.of(0, 1, 2, 10, 255));
      return {};
    };
    const binary = watched(writes);
    await binary.traced.exec({ argv: ["draw"] });
    expect(lines(binary)).toEqual([
      ["stdout", "PNG"],
      ["stdout", "5 bytes that are no text"],
    ]);
    const unwanted = watched(writes, { limits: { lines: 0 } });
    await unwanted.traced.exec({ argv: ["draw"] });
    expect(unwanted.logs).toEqual([]);
  });
});
