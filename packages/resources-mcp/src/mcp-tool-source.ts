import type { Json } from "@dad/protocol";
import type { ToolSource } from "@dad/resources";
import { httpConnection } from "./http-connection.ts";
import type { McpServer } from "./mcp-server.ts";
import { openServer } from "./open-server.ts";
import { stdioConnection } from "./stdio-connection.ts";

/**
 * The tools of an MCP server. Nothing is started or reached before it is opened; each time it is opened, a server is started of its
 * own, and ended, with all that it has started, when it is closed.
 *
 * @throws TypeError for a URL that is none.
 */
export function mcpToolSource(server: McpServer): ToolSource {
  const { only } = server;
  const connection = "command" in server ? stdioConnection(server) : httpConnection(server);
  return {
    identity: { ...connection.identity, ...(only === undefined ? {} : { only: [...only].sort() }) } satisfies Json,
    open: (options = {}) => openServer(server, connection, options),
  };
}
