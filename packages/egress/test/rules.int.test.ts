import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { httpServer, proxy, tunnel } from "./servers.ts";

const get = (url: string, host = new URL(url).host): string => `GET ${url} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
const open = (authority: string, host = authority): string => `CONNECT ${authority} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

describe("a request that rules allow", () => {
  it("goes to the host and comes back, without what was between sandbox and proxy", async () => {
    const seen: unknown[] = [];
    await using upstream = await httpServer((request, response) => {
      seen.push(request.method, request.url, request.headers);
      response.writeHead(201, { "x-answer": "yes", "x-dad-reason": "forged", "keep-alive": "timeout=9" }).end("hello");
    });
    await using egress = await proxy({ rules: [{ host: "api.example.com", ports: [upstream.port], private: true }] });
    const authority = `api.example.com:${upstream.port}`;
    const answer = await egress.send(
      `GET http://API.example.com:${upstream.port}/a?b=c HTTP/1.1\r\nHost: ${authority}\r\nProxy-Authorization: Basic x\r\nProxy-Connection: close\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nUpgrade: websocket\r\nTE: trailers\r\nX-Kept: 1\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 201 Created\r\nx-answer: yes\r\n/);
    expect(answer).toMatch(/\r\n\r\nhello$|\r\nhello\r\n0\r\n\r\n$/);
    expect(answer).not.toMatch(/x-dad-reason|timeout=9/i);
    expect(seen).toEqual(["GET", "/a?b=c", { "x-kept": "1", host: authority, connection: "close" }]);
    expect(await egress.decision()).toMatchObject({
      method: "GET",
      host: "api.example.com",
      port: upstream.port,
      path: "/a",
      allowed: true,
      status: 201,
    });
    expect(JSON.stringify(egress.decisions())).not.toContain("b=c");
  });

  it.each([
    ["of known length", "Content-Length: 5\r\n\r\nhello", { "content-length": "5" }],
    ["in chunks", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", { "transfer-encoding": "chunked" }],
  ])("keeps a body %s apart from what follows, also for a GET", async (_what, rest, framing) => {
    const seen: object[] = [];
    await using upstream = await httpServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        seen.push({ body, headers: request.headers });
        response.end(body);
      });
    });
    await using egress = await proxy({ rules: [{ host: "a.example", ports: [upstream.port], private: true }] });
    const host = `a.example:${upstream.port}`;
    await egress.send(`GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close, content-length, transfer-encoding\r\n${rest}`);
    expect(seen).toEqual([{ body: "hello", headers: { host, connection: "close", ...framing } }]);
  });

  it("is for nobody when the sandbox may not say it", async () => {
    await using one = await proxy({ rules: [{ host: "one.example" }] });
    await using other = await proxy({ rules: [{ host: "other.example" }] });
    expect(await one.send(open("other.example:443"))).toMatch(/^HTTP\/1.1 403 [^]*x-dad-reason: host-not-allowed/);
    expect(await other.send(open("one.example:443"))).toMatch(/^HTTP\/1.1 403 [^]*x-dad-reason: host-not-allowed/);
  });
});

describe("a host that no rule names", () => {
  it.each([
    open("evil.example:443"),
    get("http://evil.example/"),
    open("api.example.com:22"),
    get("http://api.example.com:22/"),
    open("example.com:443"),
  ])("is refused before its name is resolved: %j", async (request) => {
    const asked: string[] = [];
    const lookup = async (host: string): Promise<string[]> => [(asked.push(host), "127.0.0.1")];
    await using egress = await proxy({ rules: [{ host: "*.example.com" }], lookup });
    const answer = await egress.send(request);
    expect(answer).toMatch(/^HTTP\/1.1 403 [^]*x-dad-reason: (?:host|port)-not-allowed\r\n/);
    expect(answer).toMatch(/may not be reached from here: [^\n]*\.\n$/);
    expect(await egress.decision()).toMatchObject({
      allowed: false,
      reason: expect.stringMatching("-not-allowed"),
      status: 403,
      bytesUp: 0,
      bytesDown: 0,
    });
    expect(asked).toEqual([]);
  });

  it.each(["127.0.0.1:443", "[::1]:443", "169.254.169.254:80", "[fd00:ec2::254]:80", "8.8.8.8:443", "0.0.0.0:80"])(
    "is refused as an address: %s",
    async (authority) => {
      await using egress = await proxy({ rules: [{ host: "a.example", private: true }] });
      expect(await egress.send(open(authority))).toMatch(/^HTTP\/1.1 403 [^]*host-not-allowed/);
      expect(await egress.send(get(`http://${authority}/`, authority))).toMatch(/^HTTP\/1.1 403 [^]*host-not-allowed/);
    },
  );

  it("is reached as an address where a rule is that address", async () => {
    await using upstream = await httpServer((_request, response) => response.end("here"));
    await using egress = await proxy({ rules: [{ host: "127.0.0.1", ports: [upstream.port] }], lookup: () => Promise.reject(new Error("asked")) });
    expect(await egress.send(get(`http://127.0.0.1:${upstream.port}/`))).toContain("here");
  });
});

describe("a request that can be read in two ways", () => {
  const host = "a.example";
  it.each([
    ["a NUL byte", `CONNECT a.example\0.evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n`],
    ["a NUL byte in a URL", `GET http://a.example\0.evil/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
    ["a user", open("me@a.example:443", host)],
    ["a user in a URL", get("http://me:pw@a.example/", host)],
    ["a host behind a user", get("http://a.example@evil.example/", host)],
    ["a trailing dot", open("a.example.:443")],
    ["no port", open(host)],
    ["a port of another form", open("a.example:0443")],
    ["decimal IPv4", open("2130706433:443")],
    ["hexadecimal IPv4", open("0x7f.1:443")],
    ["short IPv4", get("http://127.1/", host)],
    ["octal IPv4", get("http://0177.0.0.1/", host)],
    ["mapped IPv4", open("[::ffff:127.0.0.1]:443")],
    ["a zone", open("[::1%lo]:443")],
    ["letters of another script", `CONNECT \xe1.example:443 HTTP/1.1\r\nHost: a\r\n\r\n`],
    ["a backslash", get("http://a.example\\@evil.example/", host)],
    ["TLS without a tunnel", get("https://a.example/", host)],
    ["a path alone", get("/", host).replace("GET http://a.example/", "GET /")],
    ["a path alone that looks like a host", "GET //a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"],
    ["another Host", get("http://a.example/", "evil.example")],
    ["another Host in a tunnel", open("a.example:443", "evil.example:443")],
    ["two Hosts", `GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nHost: evil.example\r\n\r\n`],
    ["no Host", `GET http://a.example/ HTTP/1.1\r\n\r\n`],
    ["two lengths", `POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    ["a length and chunks", `POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["two encodings", `POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ["a folded header", `GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nX: 1\r\n y\r\n\r\n`],
    ["a space before a colon", `GET http://a.example/ HTTP/1.1\r\nHost : a.example\r\n\r\n`],
    ["too many headers", `GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nX: ${"x".repeat(20_000)}\r\n\r\n`],
    ["something else", "\x05\x01\x00 SOCKS"],
  ])("is refused as malformed, and nothing is resolved: %s", async (_what, request) => {
    const asked: string[] = [];
    const lookup = async (name: string): Promise<string[]> => [(asked.push(name), "127.0.0.1")];
    await using egress = await proxy({ rules: [{ host, private: true }], lookup });
    expect(await egress.send(request)).toMatch(/^HTTP\/1.1 400 [^]*x-dad-reason: malformed\r\n/);
    expect(await egress.decision()).toMatchObject({ allowed: false, reason: "malformed", status: 400 });
    expect(asked).toEqual([]);
  });
});

describe("a name that leads to where it may not", () => {
  it.each([
    ["127.0.0.1"],
    ["::1"],
    ["169.254.169.254"],
    ["10.0.0.1"],
    ["::ffff:127.0.0.1"],
    ["64:ff9b::a00:1"],
    ["fe80::1"],
    ["8.8.8.8", "127.0.0.1"],
    ["nonsense"],
  ])("is refused: %s %s", async (...addresses) => {
    await using egress = await proxy({ rules: [{ host: "a.example" }], lookup: async () => addresses });
    expect(await egress.send(open("a.example:443"))).toMatch(/^HTTP\/1.1 403 [^]*address-not-allowed/);
    expect(await egress.send(get("http://a.example/"))).toMatch(/^HTTP\/1.1 403 [^]*address-not-allowed/);
    expect(await egress.decision()).toMatchObject({ allowed: false, reason: "address-not-allowed" });
  });

  it("never is where clouds keep credentials, also when it may be private", async () => {
    await using egress = await proxy({ rules: [{ host: "a.example", private: true }], lookup: async () => ["169.254.169.254"] });
    expect(await egress.send(open("a.example:80"))).toMatch(/^HTTP\/1.1 403 [^]*address-not-allowed/);
  });

  it("is asked for once, so that a second answer changes nothing", async () => {
    const answers = [["127.0.0.1"], ["169.254.169.254"]];
    let asked = 0;
    await using upstream = await httpServer((_request, response) => response.end("checked"));
    const lookup = async (): Promise<string[]> => answers[asked++] ?? [];
    await using egress = await proxy({ rules: [{ host: "a.example", ports: [upstream.port], private: true }], lookup });
    expect(await egress.send(get(`http://a.example:${upstream.port}/`))).toContain("checked");
    expect(asked).toBe(1);
    expect(await egress.send(get(`http://a.example:${upstream.port}/`))).toContain("address-not-allowed");
  });

  it("is never a socket of this machine, whatever the path of a URL is", async () => {
    await using upstream = await httpServer((_request, response) => response.end("over TCP"));
    await using egress = await proxy({ rules: [{ host: "a.example", ports: [upstream.port], private: true }] });
    expect(await egress.send(get(`http://a.example:${upstream.port}${egress.path}`))).toContain("over TCP");
  });
});

describe("a host that does not answer", () => {
  const noName = async (): Promise<string[]> => Promise.reject(Object.assign(new Error("secret detail"), { code: "ENOTFOUND" }));
  it.each([
    { what: "has no name", lookup: noName, reason: "unresolvable", code: "ENOTFOUND" },
    { what: "has no address", lookup: async () => [], reason: "unresolvable", code: undefined },
    { what: "has nobody at the port", lookup: async () => ["127.0.0.1"], reason: "unreachable", code: "ECONNREFUSED" },
  ])("is a 502 when it $what", async ({ lookup, reason, code }) => {
    const gone = await httpServer(() => {});
    await gone[Symbol.asyncDispose]();
    await using egress = await proxy({ rules: [{ host: "a.example", ports: [gone.port], private: true }], lookup });
    for (const request of [open(`a.example:${gone.port}`), get(`http://a.example:${gone.port}/`)]) {
      const answer = await egress.send(request);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 502 [^]*x-dad-reason: ${reason}\r\n`));
      expect(answer).not.toContain("secret");
      const { code: told, ...decision } = await egress.decision();
      expect([decision.allowed, decision.reason, decision.status, told]).toEqual([true, reason, 502, code]);
    }
  });

  it("is a 504 when a name takes too long", async () => {
    await using egress = await proxy({ rules: [{ host: "a.example" }], lookup: () => new Promise(() => {}), limits: { connectMs: 1 } });
    expect(await egress.send(open("a.example:443"))).toMatch(/^HTTP\/1.1 504 [^]*x-dad-reason: timeout/);
  });

  it("is a 504 when it says nothing for too long", async () => {
    await using upstream = await httpServer(() => {});
    await using egress = await proxy({ rules: [{ host: "a.example", ports: [upstream.port], private: true }], limits: { idleMs: 20 } });
    expect(await egress.send(get(`http://a.example:${upstream.port}/`))).toMatch(/^HTTP\/1.1 504 [^]*x-dad-reason: timeout/);
    const socket = await tunnel(egress, `a.example:${upstream.port}`);
    await once(socket.resume(), "end");
    await egress.decision();
    expect(await egress.decision()).toMatchObject({ method: "CONNECT", allowed: true, reason: "timeout", status: 200 });
  });
});
