import type { Secret } from "@dad/secrets";

export interface McpLimits {
  /** How long the server may take to start, and to answer, in milliseconds; while it tells of progress, ten times as long. Default 120,000. */
  readonly timeoutMs?: number;
  /** The most bytes of one message. Default 10 MiB. */
  readonly messageBytes?: number;
}

interface Common {
  /** For people: what errors call it. */
  readonly name: string;
  /** Of its tools, only these. Default: all. */
  readonly only?: readonly string[] | undefined;
  readonly limits?: McpLimits;
}

/** A program that speaks MCP on its standard input and output. */
export interface McpStdioServer extends Common {
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string | undefined;
  /** Besides what programs need to start. Secrets are revealed when it is started. */
  readonly env?: Readonly<Record<string, string | Secret>> | undefined;
  /** The environment of this process. Of it, the server gets only what programs need to start: `PATH`, `HOME`, the language, the time zone. */
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
}

/** A server that is reached by streamable HTTP. */
export interface McpHttpServer extends Common {
  readonly url: string | URL;
  /** Of all requests. Secrets are revealed when it is first asked. */
  readonly headers?: Readonly<Record<string, string | Secret>> | undefined;
  /** Default: that of this process. */
  readonly fetch?: typeof fetch;
}

export type McpServer = McpStdioServer | McpHttpServer;
