/**
 * Tools of MCP servers as DAD resources.
 *
 * @packageDocumentation
 */
export { type McpHttpServer, type McpLimits, type McpServer, type McpStdioServer, mcpToolSource } from "./mcp-tool-source.ts";
export { mcpTools, type McpToolsOptions } from "./mcp-tools.ts";
