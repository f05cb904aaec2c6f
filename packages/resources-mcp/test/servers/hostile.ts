import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

// A server that is written out by hand, and does in one way or another what it should not. Which one is its first argument.

const [, , mode = "", ...args] = process.argv;
const say = (message: object): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const tool = (name: string, more: object = {}): object => ({ name, inputSchema: { type: "object" }, ...more });
const result = (text: string): object => ({ content: [{ type: "text", text }] });

const TOOLS: Readonly<Record<string, readonly object[]>> = {
  names: [tool("good"), tool("evil\u001b[2J")],
  twins: [tool("same"), tool("same")],
  descriptions: [tool("long", { description: `\u001b[31m\u202Eevil ${"x".repeat(10_000)}` })],
  schemas: [tool("large", { inputSchema: { type: "object", description: "x".repeat(100_000) } })],
  many: Array.from({ length: 501 }, (_, index) => tool(`t${index}`)),
};

function list({ cursor = "0", _meta = {} }: { readonly cursor?: string; readonly _meta?: object }): object {
  if (mode === "meta") return { tools: [tool("only", { description: JSON.stringify(_meta) })] };
  if (mode === "pages")
    return Number(cursor) < 4 ? { tools: [tool(`t${cursor}`)], nextCursor: String(Number(cursor) + 1) } : { tools: [tool(`t${cursor}`)] };
  if (mode === "endless") return { tools: [], nextCursor: String(Number(cursor) + 1) };
  return { tools: TOOLS[mode] ?? [tool("only")] };
}

function call(id: unknown): void {
  if (mode === "dies") {
    process.stderr.write("out of \u001b[31mmemory\n");
    process.exit(3);
  }
  if (mode === "huge") return say({ id, result: result("x".repeat(200_000)) });
  if (mode === "no-result") return say({ id, result: { content: "text" } });
  if (mode === "asks") return say({ id: "mine", method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } });
  say({ id, result: result("done") });
}

if (mode === "dead") {
  process.stderr.write("there is no key\n");
  process.exit(1);
}
if (mode === "stubborn") {
  process.on("SIGTERM", () => undefined);
  setInterval(() => undefined, 1_000);
  const child = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: "ignore" });
  process.stderr.write("");
  args.push(String(child.pid));
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params = {}, error } = JSON.parse(line) as { id?: unknown; method?: string; params?: object; error?: { message: string } };
  if (mode === "silent") return;
  if (mode === "noise") process.stdout.write("Listening on stdin …\n");
  if (mode === "asks" && id === "mine") return say({ id: 2, result: result(`refused: ${error?.message}`) });
  if (method === "initialize") {
    const protocolVersion = mode === "version" ? "1999-01-01" : "2025-06-18";
    return say({
      id,
      result: {
        protocolVersion,
        capabilities: mode === "toolless" ? {} : { tools: {} },
        serverInfo: { name: "hostile", version: args.join(" ") || "1" },
      },
    });
  }
  if (method === "tools/list") return say({ id, result: list(params) });
  if (method === "tools/call") return call(id);
});
