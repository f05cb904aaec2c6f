import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

/** A server as the official package makes it, with what the contract suite calls and what else a server may give. */
export function properServer(): McpServer {
  const server = new McpServer({ name: "proper", version: "3.2.1" }, { capabilities: { tools: {} } });
  const text = (value: string) => ({ type: "text" as const, text: value });

  server.registerTool(
    "echo",
    { description: "Gives what it is given.", inputSchema: z.looseObject({}), annotations: { readOnlyHint: true } },
    async (input) => ({
      content: [text(JSON.stringify(input))],
      structuredContent: input,
    }),
  );
  server.registerTool("fail", { description: "Does not work.", inputSchema: z.object({}) }, async () => ({
    content: [text("it does not work")],
    isError: true,
  }));
  server.registerTool(
    "wait",
    { description: "Waits until nobody waits for it.", inputSchema: z.object({}), annotations: { idempotentHint: true } },
    async (_input, { mcpReq }) => {
      await new Promise((resolve) => mcpReq.signal.addEventListener("abort", resolve, { once: true }));
      return { content: [text("over")] };
    },
  );
  server.registerTool("environment", { inputSchema: z.object({ name: z.string() }) }, async ({ name }) => ({
    content: [text(process.env[name] ?? "(not set)")],
  }));
  server.registerTool("variables", { inputSchema: z.object({}) }, async () => ({ content: [text(Object.keys(process.env).sort().join(" "))] }));
  server.registerTool("meta", { inputSchema: z.object({}) }, async (_input, { mcpReq }) => ({ content: [text(JSON.stringify(mcpReq._meta ?? {}))] }));
  server.registerTool("picture", { inputSchema: z.object({}) }, async () => ({
    content: [
      text("a picture\u001b[31m"),
      { type: "image", data: Buffer.from("PNG!").toString("base64"), mimeType: "image/png" },
      { type: "resource_link", uri: "file:///a.txt", name: "a.txt" },
      { type: "resource", resource: { uri: "file:///b.txt", text: "b" } },
    ],
  }));
  server.registerTool("typed", { inputSchema: z.object({ n: z.int() }) }, async ({ n }) => ({ content: [text(String(n + 1))] }));
  return server;
}
