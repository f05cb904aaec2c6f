import type { Json } from "@dad/protocol";
import type { ToolOptions } from "@dad/resources";
import type { Transport } from "@modelcontextprotocol/client";

/** How a server is reached. */
export interface Connection {
  /** Without secrets. */
  readonly identity: { readonly [member: string]: Json };
  connect(options: ToolOptions): Promise<Connected>;
}

export interface Connected {
  readonly transport: Transport;
  /** What is to be said of a server that failed, besides the failure: that it ended, and what it wrote. Empty where there is nothing. */
  trouble(): string;
  /** Ends it, whatever state it is in. */
  end(): Promise<void>;
}
