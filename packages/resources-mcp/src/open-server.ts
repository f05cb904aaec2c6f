import { isJsonObject, type Json } from "@dad/protocol";
import { type OpenToolSource, type ToolOptions, type ToolProtocol, type ToolReply, ToolSourceError } from "@dad/resources";
import { Client, ProtocolError, type RequestOptions } from "@modelcontextprotocol/client";
import type { Connected, Connection } from "./connection.ts";
import { listTools } from "./list-tools.ts";
import type { McpServer } from "./mcp-server.ts";
import { plainText } from "./plain-text.ts";
import { type RequestIds, requestIds } from "./request-ids.ts";
import { replyOf } from "./tool-reply.ts";
import { whatFailed } from "./what-failed.ts";

const TIMEOUT_MS = 120_000;
const MOST_TIMES = 10;

/** @throws ToolSourceError (`TOOLS_UNAVAILABLE`), the reason of the signal. */
export async function openServer(server: McpServer, connection: Connection, options: ToolOptions): Promise<OpenToolSource> {
  const { name, only, limits = {} } = server;
  const { timeoutMs = TIMEOUT_MS } = limits;
  options.signal?.throwIfAborted();
  const failure = failing(name, options.signal);
  const connected = await connection.connect(options).catch((error: unknown) => {
    throw failure(error);
  });
  // What a server asks of its client, such as a model, it is not given: nothing is offered to it.
  const client = new Client({ name: "dad", version: "0.1.0" }, { capabilities: {} });
  const close = closing(client, connected);
  const ids = requestIds(connected.transport);
  const asking = askingWith(timeoutMs, options);
  try {
    await client.connect(connected.transport, asking);
    const tools = await listTools(client, connected.redactor, { only, ...asking });
    return {
      server: serverName(client, connected, name),
      protocol: protocolOf(client, connected),
      tools,
      call: (tool, input, called = {}) => call({ client, connected, name, ids }, { tool, input }, { ...called, timeoutMs }),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    const failed = failure(error, connected);
    await close();
    throw failed;
  }
}

interface Talk {
  readonly client: Client;
  readonly connected: Connected;
  readonly name: string;
  readonly ids: RequestIds;
}

interface Call {
  readonly tool: string;
  readonly input: Json;
}

async function call(
  { client, connected, name, ids }: Talk,
  { tool, input }: Call,
  { timeoutMs, ...options }: ToolOptions & { readonly timeoutMs: number },
): Promise<ToolReply> {
  options.signal?.throwIfAborted();
  const { headers = {}, idempotencyKey } = options;
  const meta = { ...headers, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
  const params = { name: tool, arguments: isJsonObject(input) ? input : {}, ...(Object.keys(meta).length === 0 ? {} : { _meta: meta }) };
  const named = (): Pick<ToolReply, "requestId"> => {
    const requestId = ids.take(headers["traceparent"]);
    return requestId === undefined ? {} : { requestId };
  };
  try {
    const result = await client.request({ method: "tools/call", params }, askingWith(timeoutMs, options));
    return { ...replyOf(result), ...named() };
  } catch (error) {
    const id = named();
    // The server has answered: that it does not know the tool, or that its input is wrong.
    if (error instanceof ProtocolError && options.signal?.aborted !== true)
      return { result: plainText(error.message), failed: true, errorCode: error.code, ...id };
    throw failing(name, options.signal)(error, connected);
  }
}

function askingWith(timeoutMs: number, { signal, headers }: ToolOptions): RequestOptions {
  return {
    timeout: timeoutMs,
    resetTimeoutOnProgress: true,
    maxTotalTimeout: timeoutMs * MOST_TIMES,
    onprogress: () => undefined,
    ...(signal ? { signal } : {}),
    ...(headers ? { headers } : {}),
  };
}

function closing(client: Client, connected: Connected): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await connected.end();
    await client.close();
  };
  return () => (closed ??= close());
}

/** What to throw for what went wrong. */
function failing(name: string, signal: AbortSignal | undefined): (error: unknown, connected?: Connected) => unknown {
  return (error, connected) => {
    if (signal?.aborted) return signal.reason;
    if (error instanceof ToolSourceError) return error;
    const trouble = connected?.trouble() ?? "";
    const { problem, retryable } = whatFailed(error, connected?.redactor);
    return new ToolSourceError(name, trouble === "" ? problem : `${problem}; ${trouble}`, { cause: error, retryable });
  };
}

function protocolOf(client: Client, { transport, reached }: Connected): ToolProtocol {
  const version = client.getNegotiatedProtocolVersion();
  const { sessionId } = transport;
  return { name: "mcp", ...(version === undefined ? {} : { version }), ...(sessionId === undefined ? {} : { sessionId }), ...reached };
}

const LONGEST_NAME = 200;

function serverName(client: Client, { redactor }: Connected, name: string): string {
  const { name: own = name, version = "" } = client.getServerVersion() ?? {};
  return redactor
    .text(plainText(`${own} ${version}`))
    .slice(0, LONGEST_NAME)
    .trim();
}
