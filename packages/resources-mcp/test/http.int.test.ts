import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mcpToolSource } from "@dad/resources-mcp";
import { toolSourceContract } from "@dad/resources/testing";
import { secretOf } from "@dad/secrets";
import { afterAll, describe, expect, it } from "vitest";
import { httpServer } from "./servers/http.ts";

const SECRET = "key-of-the-server";
const authorization = secretOf("env:TOKEN", async () => `Bearer ${SECRET}`);
const server = await httpServer();
afterAll(() => server[Symbol.asyncDispose]());

const proper = (more: object = {}) => mcpToolSource({ name: "remote", url: server.url, headers: { authorization }, ...more });

toolSourceContract("an MCP server that is reached by HTTP", {
  source: proper,
  broken: () => proper({ headers: { authorization: secretOf("env:TOKEN", async () => `Bearer not-${SECRET}`) } }),
  secret: SECRET,
});

describe("an MCP server that is reached by HTTP", () => {
  it("is told of the trace in the headers and in the message", async () => {
    await using open = await proper().open();
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { result } = await open.call("meta", {}, { headers: { traceparent } });
    expect(JSON.parse(result as string)).toMatchObject({ traceparent });
    expect(server.asked.at(-1)?.["traceparent"]).toBe(traceparent);
  });

  it("says how it is spoken with", async () => {
    await using open = await proper().open();
    const { port } = new URL(server.url);
    expect(open.protocol).toMatchObject({ name: "mcp", transport: "tcp", address: "127.0.0.1", port: Number(port) });
  });

  it("is told apart by its address and the names of its secrets", () => {
    const source = proper({ url: "https://me:password@tools.example/mcp", only: ["b", "a"] });
    expect(source.identity).toEqual({ url: "https://tools.example/mcp", headers: { authorization: "[secret env:TOKEN]" }, only: ["a", "b"] });
    expect(() => mcpToolSource({ name: "x", url: "file:///etc/passwd" })).toThrow(/tools of x is "file:\/\/\/etc\/passwd": give an absolute one/);
  });

  it("is not to be had when nobody answers, or somebody who is no MCP server, or who gives too much", async () => {
    const other = createServer((_request, response) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify({ hello: "x".repeat(1_000) })),
    );
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await expect(proper({ url, limits: { timeoutMs: 500 } }).open()).rejects.toMatchObject({ code: "TOOLS_UNAVAILABLE" });
    await expect(proper({ url, limits: { messageBytes: 100 } }).open()).rejects.toMatchObject({
      code: "TOOLS_UNAVAILABLE",
      message: expect.stringContaining("more than 100 bytes") as string,
    });
    await new Promise((resolve) => other.close(resolve));
    await expect(proper({ url }).open()).rejects.toMatchObject({
      code: "TOOLS_UNAVAILABLE",
      message: expect.stringMatching(/fetch failed: \S/) as string,
      retryable: true,
    });
  });

  it.each([
    [{ status: 401, body: '{"error":"no key"}' }, 'it answers with HTTP 401: {"error":"no key"}', false],
    [{ status: 403, body: `${"x".repeat(290)} ${SECRET}` }, `it answers with HTTP 403: ${"x".repeat(290)} [secret e`, false],
    [{ status: 503, body: "" }, "it answers with HTTP 503", true],
    [{ status: 200, body: "{}" }, "what it answers is no message of MCP", false],
    [{ status: 200, body: "<html>" }, "what it answers is no message of MCP", false],
  ])("is not to be had when it answers with %j, which is said in plain words", async ({ status, body }, problem, retryable) => {
    const other = createServer((_request, response) => response.writeHead(status, { "content-type": "application/json" }).end(body));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await expect(proper({ url }).open()).rejects.toMatchObject({ message: `the tools of remote are not to be had: ${problem}`, retryable });
    await new Promise((resolve) => other.close(resolve));
  });
});
