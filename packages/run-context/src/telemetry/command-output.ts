import { type Attributes, ATTRIBUTES, type CommandOutputLimits, type Context, EVENTS, type Logger, SEVERITIES } from "@dad/observability";
import type { Redactor } from "@dad/secrets";

interface Room {
  readonly lines: number;
  readonly bytes: number;
}

/** All of it is where the node keeps it. */
const USUAL: Room = { lines: 1_000, bytes: 64 * 1024 };

type Stream = "stdout" | "stderr";

export interface CommandOutputOptions {
  readonly logger: Logger;
  /** Where the command is in the trace. */
  readonly context: Context;
  /** Whose it is: what all its spans and records have. */
  readonly attributes: Attributes;
  readonly redactor: Pick<Redactor, "byteStream"> | undefined;
  /** Of each stream. */
  readonly limits: CommandOutputLimits | undefined;
}

/** What a command writes, as log records: one for each line. */
export interface CommandOutput {
  push(stream: Stream, chunk: Uint8Array): void;
  /** The last line, and how much more there was. */
  end(): void;
}

/** `undefined` when nobody records it. */
export function commandOutput({ logger, context, attributes: own, redactor, limits }: CommandOutputOptions): CommandOutput | undefined {
  const room: Room = { lines: limits?.lines ?? USUAL.lines, bytes: limits?.bytes ?? USUAL.bytes };
  const severityNumber = SEVERITIES.info;
  if (room.lines === 0 || !logger.enabled({ severityNumber, eventName: EVENTS.commandOutput })) return undefined;
  const told = { context, severityNumber, severityText: "INFO" };
  const lines = (stream: Stream): LoggedLines => {
    const attributes = { ...own, [ATTRIBUTES.log.iostream]: stream };
    return loggedLines(
      { redactor, room },
      {
        line: (body) => logger.emit({ ...told, eventName: EVENTS.commandOutput, body, attributes }),
        more(bytes, isText) {
          const body = isText ? `${bytes} bytes more` : `${bytes} bytes that are no text`;
          logger.emit({ ...told, eventName: EVENTS.commandOutputDropped, body, attributes: { ...attributes, [ATTRIBUTES.dad.outputBytes]: bytes } });
        },
      },
    );
  };
  const streams: Partial<Record<Stream, LoggedLines>> = {};
  return {
    push: (stream, chunk) => (streams[stream] ??= lines(stream)).push(chunk),
    end() {
      for (const stream of Object.values(streams)) stream.end();
    },
  };
}

interface LoggedLines {
  push(chunk: Uint8Array): void;
  end(): void;
}

interface Lining extends Pick<CommandOutputOptions, "redactor"> {
  readonly room: Room;
}

interface LineSink {
  readonly line: (text: string) => void;
  readonly more: (bytes: number, isText: boolean) => void;
}

/** Redacted before it is cut into lines, and decoded over the borders of chunks. From the first byte that no text has, nothing is logged. */
function loggedLines({ redactor, room }: Lining, { line, more }: LineSink): LoggedLines {
  const redaction = redactor?.byteStream();
  const decoder = new TextDecoder();
  const left = { ...room };
  let [rest, dropped] = ["", 0];
  let state: "text" | "full" | "binary" = "text";

  function take(text: string, ending: "\n" | ""): void {
    if (text + ending === "") return;
    const size = Buffer.byteLength(text);
    if (state === "text" && left.lines > 0 && size <= left.bytes) {
      left.lines -= 1;
      left.bytes -= size;
      return line(text.endsWith("\r") ? text.slice(0, -1) : text);
    }
    if (state === "text") state = "full";
    dropped += size + ending.length;
  }

  function add(bytes: Uint8Array): void {
    if (bytes.includes(0)) state = "binary";
    if (state !== "text") return void (dropped += bytes.length);
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) take(text, "\n");
    // A line without an end is not kept in memory until it has one.
    if (Buffer.byteLength(rest) > left.bytes) [, rest] = [take(rest, ""), ""];
  }

  return {
    push(chunk) {
      // Of what is not logged, nobody has to take anything out.
      if (state === "text") add(redaction ? redaction.push(chunk) : chunk);
      else dropped += chunk.length;
    },
    end() {
      if (redaction && state === "text") add(redaction.end());
      take(rest + decoder.decode(), "");
      if (dropped > 0) more(dropped, state !== "binary");
    },
  };
}
