import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { access, stat, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { connect as connectTls } from "node:tls";
import { openEgressProxy, type EgressRule } from "@dad/egress";
import { describe, expect, it } from "vitest";
import { certificate } from "./certificate.ts";
import { heard, httpServer, httpsServer, type Listening, proxy, tcpServer, tunnel } from "./servers.ts";

const HOST = "api.example.com";
const rulesFor = ({ port }: Listening): readonly EgressRule[] => [{ host: HOST, ports: [port], private: true }];
const MEGABYTES = 24;

describe("a tunnel", () => {
  it("is not looked into: TLS is between the sandbox and the host", async () => {
    await using upstream = await httpsServer((request, response) => response.end(`${request.method} ${request.headers.authorization}`));
    await using egress = await proxy({ rules: rulesFor(upstream) });
    const socket = connectTls({ socket: await tunnel(egress, `${HOST}:${upstream.port}`), servername: HOST, ca: certificate });
    socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nAuthorization: mine\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toContain("GET mine");
    socket.end();
    const decision = await egress.decision();
    expect(decision).toMatchObject({ method: "CONNECT", host: HOST, port: upstream.port, allowed: true, status: 200 });
    expect(decision).not.toHaveProperty("path");
    expect(decision).not.toHaveProperty("reason");
  });

  it("carries what came together with the request for it", async () => {
    await using upstream = await tcpServer((socket) => socket.pipe(socket));
    await using egress = await proxy({ rules: rulesFor(upstream) });
    const socket = await egress.dial();
    socket.end(`CONNECT ${HOST}:${upstream.port} HTTP/1.1\r\n\r\nearly`);
    expect(await text(socket)).toBe("HTTP/1.1 200 Connection Established\r\n\r\nearly");
  });

  it("carries much in both directions at once, and each to its end", async () => {
    const sent = randomBytes(MEGABYTES << 20);
    await using upstream = await tcpServer((socket) => socket.pipe(socket));
    await using egress = await proxy({ rules: rulesFor(upstream) });
    const socket = await tunnel(egress, `${HOST}:${upstream.port}`);
    const [received] = await Promise.all([buffer(socket), pipeline(Readable.from([sent]), socket)]);
    expect(digest(received)).toBe(digest(sent));
    expect(await egress.decision()).toMatchObject({ bytesUp: sent.length, bytesDown: sent.length, allowed: true });
  });

  it("lets one side go on when the other has said all", async () => {
    await using upstream = await tcpServer((socket) => void heard(socket).then((said) => socket.end(`heard ${said}`)));
    await using egress = await proxy({ rules: rulesFor(upstream) });
    const socket = await tunnel(egress, `${HOST}:${upstream.port}`);
    socket.end("all");
    expect(await text(socket)).toBe("heard all");
  });

  it("holds back a side that is not heard", async () => {
    const said: string[] = [];
    await using upstream = await tcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (name) => socket.write(Buffer.alloc(MEGABYTES << 20), () => said.push(String(name))));
    });
    await using egress = await proxy({ rules: rulesFor(upstream) });
    const deaf = await tunnel(egress, `${HOST}:${upstream.port}`);
    deaf.write("deaf");
    // What went all the way meanwhile shows that there was time to take in just as much for nobody.
    for (const name of ["first", "second"]) {
      const socket = await tunnel(egress, `${HOST}:${upstream.port}`);
      socket.write(name);
      let left = MEGABYTES << 20;
      for await (const chunk of socket) if ((left -= (chunk as Buffer).length) === 0) break;
    }
    expect(said).not.toContain("deaf");
  });

  it("ends when the host breaks off", async () => {
    await using upstream = await tcpServer((socket) => void socket.once("data", () => socket.resetAndDestroy()));
    await using egress = await proxy({ rules: rulesFor(upstream) });
    const socket = await tunnel(egress, `${HOST}:${upstream.port}`);
    socket.write("x");
    await once(socket.resume(), "end");
    expect(await egress.decision()).toMatchObject({ allowed: true, reason: "aborted", code: "ECONNRESET", status: 200 });
  });

  it("ends when the sandbox breaks off", async () => {
    const { promise, resolve } = Promise.withResolvers<Socket>();
    await using upstream = await tcpServer(resolve);
    await using egress = await proxy({ rules: rulesFor(upstream) });
    const socket = await tunnel(egress, `${HOST}:${upstream.port}`);
    const server = await promise;
    server.pipe(server);
    server.on("error", () => {});
    socket.destroy();
    await once(server, "end");
    expect(await egress.decision()).toMatchObject({ allowed: true, bytesUp: 0 });
  });
});

describe("a body in plain HTTP", () => {
  it("may be large in both directions", async () => {
    const sent = randomBytes(MEGABYTES << 20);
    await using upstream = await httpServer((request, response) => request.pipe(response));
    await using egress = await proxy({ rules: rulesFor(upstream) });
    const socket = await egress.dial();
    const host = `${HOST}:${upstream.port}`;
    socket.write(`POST http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: ${sent.length}\r\n\r\n`);
    socket.write(sent);
    const answer = await buffer(socket);
    expect(answer.length).toBeGreaterThan(sent.length);
    expect((await egress.decision()).bytesDown).toBeGreaterThan(sent.length);
  });

  it("that breaks off is no complete answer", async () => {
    await using upstream = await tcpServer(
      (socket) => void socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")),
    );
    await using egress = await proxy({ rules: rulesFor(upstream) });
    const host = `${HOST}:${upstream.port}`;
    const answer = await egress.send(`GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect(answer).toContain("hello");
    expect(answer).not.toContain("0\r\n\r\n");
    expect(await egress.decision()).toMatchObject({ allowed: true, reason: "aborted", status: 200 });
  });

  it("that the host did not wait for leaves the connection to the next request", async () => {
    await using upstream = await httpServer((request, response) => response.writeHead(413, { connection: "close" }).end(request.url));
    await using egress = await proxy({ rules: rulesFor(upstream) });
    const host = `${HOST}:${upstream.port}`;
    const answers = await egress.send(
      `POST http://${host}/first HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${MEGABYTES << 20}\r\n\r\n${"x".repeat(MEGABYTES << 20)}GET http://${host}/second HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    expect(answers).toMatch(/413 [^]*\/first[^]*413 [^]*\/second/);
  });

  it("that is not wanted leaves the connection to the next request", async () => {
    await using egress = await proxy({ rules: [] });
    const host = "a.example";
    const answers = await egress.send(
      `POST http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 5\r\n\r\nhelloGET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    expect(answers.match(/^HTTP\/1.1 403/gm)).toHaveLength(2);
  });

  it.each([
    ["no HTTP", "220 smtp.example ESMTP\r\n"],
    ["an upgrade that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"],
    ["a length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["nothing", ""],
  ])("is a 502 when the host answers %s", async (_what, bytes) => {
    await using upstream = await tcpServer((socket) => void socket.once("data", () => socket.end(bytes)));
    await using egress = await proxy({ rules: rulesFor(upstream) });
    const host = `${HOST}:${upstream.port}`;
    const answer = await egress.send(`GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 502 [^]*x-dad-reason: unreachable/);
  });
});

describe("the proxy", () => {
  it("ends every connection and removes its socket when it is closed", async () => {
    const connected = Promise.withResolvers<Socket>();
    const asked = Promise.withResolvers<void>();
    await using upstream = await tcpServer(connected.resolve);
    const lookup = (host: string): Promise<string[]> => (host === HOST ? Promise.resolve(["127.0.0.1"]) : (asked.resolve(), new Promise(() => {})));
    await using egress = await proxy({ rules: [...rulesFor(upstream), { host: "slow.example" }], lookup });
    const open = await tunnel(egress, `${HOST}:${upstream.port}`);
    const waiting = await egress.dial();
    waiting.write("CONNECT slow.example:443 HTTP/1.1\r\n\r\n");
    const [server] = await Promise.all([connected.promise, asked.promise]);
    const ended = Promise.all([server, open, waiting].map((socket) => once(socket.resume(), "end")));
    await egress[Symbol.asyncDispose]();
    await ended;
    expect(egress.decisions().map(({ host, reason }) => [host, reason])).toEqual(
      expect.arrayContaining([
        [HOST, "aborted"],
        ["slow.example", "aborted"],
      ]),
    );
    await expect(access(egress.path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("is closed by its signal, and not opened after it", async () => {
    const controller = new AbortController();
    await using egress = await proxy({ signal: controller.signal });
    const socket = await egress.dial();
    controller.abort();
    await once(socket.resume(), "end");
    await expect(openEgressProxy({ listen: { host: "127.0.0.1", port: 0 }, rules: [], signal: controller.signal })).rejects.toBe(
      controller.signal.reason,
    );
  });

  it("is its owner's alone, unless it is said to be others', too", async () => {
    await using egress = await proxy();
    expect((await stat(egress.path)).mode & 0o777).toBe(0o600);
    await using other = await openEgressProxy({ listen: { path: `${egress.path}2`, mode: 0o666 }, rules: [] });
    expect((await stat(`${egress.path}2`)).mode & 0o777).toBe(0o666);
    expect(other.address).toEqual({ path: `${egress.path}2` });
  });

  it("says the port that it got", async () => {
    await using egress = await openEgressProxy({ listen: { host: "127.0.0.1", port: 0 }, rules: [] });
    const { port } = egress.address as { readonly port: number };
    const socket = connect({ host: "127.0.0.1", port });
    socket.write("CONNECT a.example:443 HTTP/1.1\r\n\r\n");
    expect(await text(socket)).toContain("host-not-allowed");
  });

  it("closes connections beyond its limit, and says so", async () => {
    await using egress = await proxy({ limits: { connections: 1 } });
    const first = await egress.dial();
    const second = await egress.dial();
    await once(second.resume(), "end");
    expect(await egress.decision()).toMatchObject({ allowed: false, reason: "too-many-connections" });
    first.destroy();
  });

  it("keeps the last decisions only, and is harmed by no listener", async () => {
    let told = 0;
    const onDecision = (): unknown => {
      if (++told % 2 === 0) throw new Error("listener");
      return Promise.reject(new Error("listener"));
    };
    await using egress = await proxy({ limits: { decisions: 2 }, onDecision });
    for (const host of ["a.example", "b.example", "c.example"]) await egress.send(`CONNECT ${host}:443 HTTP/1.1\r\n\r\n`);
    expect(told).toBe(3);
    expect(egress.decisions().map(({ host }) => host)).toEqual(["b.example", "c.example"]);
  });

  it("fails with its code where it cannot listen", async () => {
    await using egress = await proxy();
    await writeFile(`${egress.path}-file`, "");
    for (const path of [egress.path, `${egress.path}-file`]) {
      const opened = openEgressProxy({ listen: { path }, rules: [] });
      await expect(opened).rejects.toMatchObject({ code: "EGRESS_FAILED", message: expect.stringContaining(path), cause: { code: "EADDRINUSE" } });
    }
    await expect(openEgressProxy({ listen: { path: `/${"x".repeat(107)}` }, rules: [] })).rejects.toThrow("at most 10");
    await expect(openEgressProxy({ listen: { path: "e.sock" }, rules: [] })).rejects.toThrow(TypeError);
    await expect(openEgressProxy({ listen: { path: egress.path }, rules: [], limits: { idleMs: 0 } })).rejects.toThrow(TypeError);
    await expect(openEgressProxy({ listen: { path: egress.path }, rules: [{ host: "127.1" }] })).rejects.toMatchObject({
      code: "EGRESS_RULE_INVALID",
    });
  });
});

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
