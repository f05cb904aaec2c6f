import type { RequestListener } from "node:http";
import { gzipSync } from "node:zlib";
import type { EgressGateway } from "@dad/egress";
import { describe, expect, it } from "vitest";
import { certificate } from "./certificate.ts";
import { httpServer, httpsServer, proxy, tunnel } from "./servers.ts";
import { once } from "node:events";
import { text } from "node:stream/consumers";

const KEY = "sk-live-0123456789abcdef";
const HOST = "llm.dad.internal";
const ask = (path: string, more = ""): string => `GET http://${HOST}${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n${more}\r\n`;

function gatewayTo(port: number, more: Partial<EgressGateway> = {}): EgressGateway {
  return { host: HOST, target: `http://127.0.0.1:${port}/v1/`, headers: { Authorization: `Bearer ${KEY}` }, ...more };
}

/** An upstream that gives back all that it got, wherever it can. */
const reflecting: RequestListener = (request, response) => {
  const { authorization = "" } = request.headers;
  response.writeHead(302, `see ${authorization}`, {
    location: `https://elsewhere.example/?key=${authorization.slice(7)}`,
    "x-echo": authorization,
    "set-cookie": "session=1",
    "x-fine": "yes",
  });
  response.write(authorization.slice(0, 12));
  response.end(`${authorization.slice(12)} ${request.url} ${JSON.stringify(request.headers)}`);
};

describe("a gateway", () => {
  it("sends on to its target, with its headers in place of the sandbox's", async () => {
    const seen: unknown[] = [];
    await using upstream = await httpServer((request, response) => {
      seen.push(request.url, request.headers);
      response.end("fine");
    });
    await using egress = await proxy({ gateways: [gatewayTo(upstream.port, { headers: { Authorization: `Bearer ${KEY}`, "X-Team": "a" } })] });
    const answer = await egress.send(
      ask("/chat?x=1", "authorization: Bearer own\r\nX-Api-Key: own\r\nCookie: own\r\nx-team: own\r\nX-Version: 2\r\nAccept-Encoding: gzip\r\n"),
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 OK[^]*fine/);
    expect(seen).toEqual([
      "/v1/chat?x=1",
      {
        authorization: `Bearer ${KEY}`,
        "x-team": "a",
        "x-version": "2",
        "accept-encoding": "identity",
        host: `127.0.0.1:${upstream.port}`,
        connection: "close",
      },
    ]);
    expect(await egress.decision()).toMatchObject({ host: HOST, port: 80, path: "/chat", gateway: true, allowed: true, status: 200 });
  });

  it("speaks TLS to its target, and only to the one that is meant", async () => {
    await using upstream = await httpsServer((request, response) => response.end(`${request.headers.host}${request.url}`));
    const target = `https://api.example.com:${upstream.port}`;
    await using egress = await proxy({
      gateways: [
        gatewayTo(0, { target, ca: certificate }),
        gatewayTo(0, { host: "untrusted.internal", target }),
        gatewayTo(0, { host: "other.internal", target: `https://other.example:${upstream.port}`, ca: certificate }),
      ],
    });
    expect(await egress.send(ask("/x"))).toContain(`api.example.com:${upstream.port}/x`);
    await egress.decision();
    for (const [host, code] of [
      ["untrusted.internal", "DEPTH_ZERO_SELF_SIGNED_CERT"],
      ["other.internal", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ]) {
      expect(await egress.send(ask("/x").replaceAll(HOST, String(host)))).toMatch(/^HTTP\/1.1 502 /);
      expect(await egress.decision()).toMatchObject({ reason: "unreachable", code });
    }
  });

  it("never lets its key into the sandbox, also when the target gives it back or sends elsewhere", async () => {
    await using upstream = await httpServer(reflecting);
    await using egress = await proxy({ gateways: [gatewayTo(upstream.port)] });
    const answer = await egress.send(ask("/x"));
    expect(answer).toMatch(/^HTTP\/1.1 302 Found\r\n/);
    expect(answer).toMatch(/x-fine: yes/);
    expect(answer).toContain(`Bearer ${"*".repeat(KEY.length)}`);
    expect(answer).not.toMatch(/location|x-echo|set-cookie/i);
    expect(answer).not.toContain(KEY);
    expect(JSON.stringify(egress.decisions())).not.toContain(KEY);
  });

  it("refuses an answer in which the key cannot be looked for", async () => {
    await using upstream = await httpServer((_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(KEY)));
    await using egress = await proxy({ gateways: [gatewayTo(upstream.port)] });
    expect(await egress.send(ask("/x"))).toMatch(/^HTTP\/1.1 502 [^]*x-dad-reason: gateway-failed/);
  });

  it("gives no part of an answer, in which a part of the key would be none", async () => {
    await using upstream = await httpServer(({ headers }, response) => {
      const [, from = 0, to = Infinity] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
      response.end(String(headers.authorization).slice(Number(from), Number(to)));
    });
    await using egress = await proxy({ gateways: [gatewayTo(upstream.port)] });
    const cut = "Bearer ".length + 5;
    for (const range of [`bytes=0-${cut}`, `bytes=${cut}-100`]) {
      const answer = await egress.send(ask("/x").replace("\r\n", `\r\nRange: ${range}\r\nIf-Range: "a"\r\n`));
      expect(answer).toContain(`Bearer ${"*".repeat(KEY.length)}`);
    }
  });

  it("refuses what Node would refuse by itself, and tells of it", async () => {
    await using egress = await proxy({ gateways: [gatewayTo(1)] });
    expect(await egress.send(ask("/x").replace("\r\n", "\r\nExpect: wonders\r\n"))).toMatch(/^HTTP\/1.1 400 /);
    expect(await egress.decision()).toMatchObject({ allowed: false, reason: "malformed" });
    const socket = await tunnel(egress, `${HOST}:80`);
    socket.write(`CONNECT a.example:80 HTTP/1.1\r\nHost: a.example\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /);
    expect(await egress.decision()).toMatchObject({ method: "CONNECT", allowed: false, reason: "malformed" });
  });

  it("is reached through a tunnel to it, too, as some clients do for plain HTTP", async () => {
    await using upstream = await httpServer(reflecting);
    await using egress = await proxy({ gateways: [gatewayTo(upstream.port)] });
    const socket = await tunnel(egress, `${HOST}:80`);
    socket.write(`GET /a HTTP/1.1\r\nHost: ${HOST}\r\n\r\nGET /b HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
    const answers = await text(socket);
    expect(answers).toContain("/v1/a");
    expect(answers).toContain("/v1/b");
    expect(answers).not.toContain(KEY);
    expect([await egress.decision(), await egress.decision()]).toMatchObject([
      { path: "/a", gateway: true },
      { path: "/b", gateway: true },
    ]);
  });

  it("is all that such a tunnel leads to", async () => {
    await using egress = await proxy({ rules: [{ host: "a.example", private: true }], gateways: [gatewayTo(1)] });
    const socket = await egress.dial();
    socket.write(`CONNECT ${HOST}:80 HTTP/1.1\r\nHost: ${HOST}\r\n\r\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 200 [^]*\r\n\r\nHTTP\/1.1 400 [^]*malformed/);
  });

  it.each(["/../admin", "/%2e%2e/admin", "/a/..%2f..%2fadmin", "/..\\admin", "/a/..;/..;/admin"])(
    "lets nobody above the path of its target: %s",
    async (path) => {
      await using egress = await proxy({ gateways: [gatewayTo(1)] });
      expect(await egress.send(ask(path))).toMatch(/^HTTP\/1.1 400 /);
    },
  );

  it("is reached on port 80 alone", async () => {
    await using egress = await proxy({ gateways: [gatewayTo(1)] });
    expect(await egress.send(`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)).toMatch(/^HTTP\/1.1 403 [^]*port-not-allowed/);
  });

  it("asks for its headers each time, and keeps to itself why there are none", async () => {
    let asked = 0;
    await using upstream = await httpServer((_request, response) => response.end("fine"));
    const headers = async (): Promise<Record<string, string>> => {
      if (++asked === 1) throw Object.assign(new Error(`no ${KEY}`), { code: "EVAULT" });
      return asked === 2 ? { "x-key": `${KEY}\n` } : { "x-key": KEY };
    };
    await using egress = await proxy({ gateways: [gatewayTo(upstream.port, { headers })] });
    for (const code of ["EVAULT", undefined]) {
      const answer = await egress.send(ask("/x"));
      expect(answer).toMatch(/^HTTP\/1.1 502 [^]*x-dad-reason: gateway-failed/);
      expect(answer).not.toContain(KEY);
      expect((await egress.decision()).code).toBe(code);
    }
    expect(await egress.send(ask("/x"))).toContain("fine");
  });

  it("sends what it gets at once", async () => {
    const { promise, resolve } = Promise.withResolvers<(event: string, last: boolean) => void>();
    await using upstream = await httpServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      resolve((event, last) => void (last ? response.end(event) : response.write(event)));
    });
    await using egress = await proxy({ gateways: [gatewayTo(upstream.port)] });
    const socket = await egress.dial();
    socket.write(ask("/x"));
    let answer = "";
    const come = async (part: string): Promise<void> => {
      while (!answer.includes(part)) answer += String((await once(socket, "data"))[0]);
    };
    const say = await promise;
    await come("\r\n\r\n");
    say("data: first\n\n", false);
    await come("data: first\n\n");
    say("data: last\n\n", true);
    expect(await text(socket)).toContain("data: last");
  });

  it.each<[string, Partial<EgressGateway>, string]>([
    ["a host that is none", { host: "127.0.0.1" }, "a gateway is a name"],
    ["a host with a port", { host: "a.internal:80" }, "a gateway is a name"],
    ["a target of another scheme", { target: "ftp://a.example" }, "no URL of http: or https:"],
    ["a target with a user", { target: "https://u:p@a.example" }, "has a user"],
    ["a target with a query", { target: "https://a.example/?x" }, "has a query"],
    ["a header that cannot be sent", { headers: { "x-key": `${KEY}\n` } }, '"x-key" cannot be sent'],
    ["a header of the connection", { headers: { Host: "a.example" } }, '"Host" cannot be sent'],
  ])("is refused with %s", async (_what, gateway, problem) => {
    const opened = proxy({ gateways: [gatewayTo(1, gateway)] });
    await expect(opened).rejects.toMatchObject({ code: "EGRESS_RULE_INVALID", message: expect.stringContaining(problem) });
    await expect(opened).rejects.not.toThrow(KEY);
  });

  it("has its name alone", async () => {
    await expect(proxy({ gateways: [gatewayTo(1), gatewayTo(2, { host: HOST.toUpperCase() })] })).rejects.toThrow("two gateways");
  });
});
