import type { Json } from "@dad/protocol";
import type { ToolOptions, ToolProtocol } from "@dad/resources";
import type { Redactor } from "@dad/secrets";
import type { Transport } from "@modelcontextprotocol/client";

/** How a server is reached. */
export interface Connection {
  /** Without secrets. */
  readonly identity: { readonly [member: string]: Json };
  connect(options: ToolOptions): Promise<Connected>;
}

export interface Connected {
  readonly transport: Transport;
  readonly reached: Pick<ToolProtocol, "transport" | "address" | "port">;
  /** Knows the secrets that the server was given: it may say them again. What it says is cut only after that. */
  readonly redactor: Redactor;
  /** What is to be said of a server that failed, besides the failure: that it ended, and what it wrote. Empty where there is nothing. */
  trouble(): string;
  /** Ends it, whatever state it is in. */
  end(): Promise<void>;
}
