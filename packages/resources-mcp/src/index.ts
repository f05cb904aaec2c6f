/**
 * Tools of MCP servers as DAD resources.
 *
 * @packageDocumentation
 */
export type { McpHttpServer, McpLimits, McpServer, McpStdioServer } from "./mcp-server.ts";
export { mcpToolSource } from "./mcp-tool-source.ts";
export { mcpTools, type McpToolsOptions } from "./mcp-tools.ts";
