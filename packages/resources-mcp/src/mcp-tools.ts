import type { MakerAccess, MakeTools } from "@dad/resources";
import type { Secret } from "@dad/secrets";
import type { McpLimits, McpStdioServer } from "./mcp-server.ts";
import { mcpToolSource } from "./mcp-tool-source.ts";

export interface McpToolsOptions extends Pick<McpStdioServer, "hostEnv"> {
  readonly limits?: McpLimits;
}

/** Makes sources of tools out of the `tools` of a profile: each is an MCP server. */
export function mcpTools({ hostEnv, limits = {} }: McpToolsOptions): MakeTools {
  return (server, access) => {
    const { name, only } = server;
    const common = { name, only, limits };
    if ("command" in server) {
      const { command, cwd, env } = server;
      return mcpToolSource({ ...common, command, cwd, env: resolved(env, access), hostEnv });
    }
    return mcpToolSource({ ...common, url: server.url, headers: resolved(server.headers, access) });
  };
}

type Given = Readonly<Record<string, string | { readonly secret: string }>>;

function resolved(given: Given = {}, access: MakerAccess): Readonly<Record<string, string | Secret>> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? value : access.secret(value.secret)]));
}
