import type { Json, ModelTool, NodeEffect } from "@dad/protocol";

/** A tool that a source has. Its name is as the source has it: who offers it to a model may have to change that. */
export interface SourcedTool extends ModelTool {
  /** What repeating it means, as far as the source says so, which nobody has to believe. Default: `effectful`. */
  readonly effect?: NodeEffect;
}

export interface ToolOptions {
  readonly signal?: AbortSignal;
  /** Goes with the call, where the source takes such: `traceparent`, for instance. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The same when the same call is made again. */
  readonly idempotencyKey?: string;
}

/** What came of the call of a tool. `failed`: the result says why there is none. */
export interface ToolReply {
  readonly result: Json;
  readonly failed?: boolean;
  /** What the call is called by the protocol of the source. */
  readonly requestId?: string;
  /** Of one that failed: the code of the error that the source answered with. */
  readonly errorCode?: number;
}

/** How a source is spoken with, for who traces it. */
export interface ToolProtocol {
  readonly name: "mcp";
  readonly version?: string;
  readonly sessionId?: string;
  /** `pipe`: by the standard input and output of a program. */
  readonly transport: "pipe" | "tcp";
  /** Where it is reached. */
  readonly address?: string;
  readonly port?: number;
}

/** A source of tools while it is used. Disposal ends the connection, and the process of a server that was started. */
export interface OpenToolSource extends AsyncDisposable {
  /** What the server calls itself, with its version. For people. */
  readonly server: string;
  readonly protocol?: ToolProtocol;
  /** Sorted by name. */
  readonly tools: readonly SourcedTool[];
  /** @throws ToolSourceError (`TOOLS_UNAVAILABLE`) when the source does not answer; what a tool says of its own failure is a reply. */
  call(tool: string, input: Json, options?: ToolOptions): Promise<ToolReply>;
}

/**
 * Port: tools that are somebody else's, such as those of an MCP server.
 *
 * Adapters: `@dad/resources-mcp`.
 */
export interface ToolSource {
  /** Says what stands behind it, without secrets: a re-run with another one executes the node again. */
  readonly identity: Json;
  /** @throws ToolSourceError (`TOOLS_UNAVAILABLE`) for what cannot be started or reached, or does not speak the protocol. */
  open(options?: ToolOptions): Promise<OpenToolSource>;
}
