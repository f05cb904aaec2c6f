import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { bridgeProgram, proxyEnvironment } from "@dad/egress";
import { describe, expect, it } from "vitest";
import { heard, httpServer, proxy, tcpServer } from "./servers.ts";

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function bridge(path: string): Promise<{ readonly port: number } & AsyncDisposable> {
  const port = await freePort();
  const child = spawn(process.execPath, ["-e", bridgeProgram, path, String(port)], { stdio: ["ignore", "pipe", "inherit"], env: {} });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  expect(String(said)).toBe("ready\n");
  return {
    port,
    async [Symbol.asyncDispose]() {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** What a program of Node prints that knows of nothing but its environment. */
async function fetched(url: string, port: number): Promise<string> {
  const program = `fetch(${JSON.stringify(url)}).then((answer) => answer.text()).then((body) => process.stdout.write(body), (error) => process.stdout.write(String(error)));`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"], env: { ...proxyEnvironment(port) } });
  return await text(child.stdout);
}

describe("the bridge", () => {
  it("brings programs that know the environment to the proxy: rules, gateways and refusals", async () => {
    await using upstream = await httpServer((request, response) => response.end(`${request.url} ${String(request.headers["x-added"] ?? "plain")}`));
    await using egress = await proxy({
      rules: [{ host: "a.example", ports: [upstream.port], private: true }],
      gateways: [{ host: "g.internal", target: `http://127.0.0.1:${upstream.port}/base`, headers: { "x-added": "added" } }],
    });
    await using inside = await bridge(egress.path);
    expect(await fetched(`http://a.example:${upstream.port}/x`, inside.port)).toBe("/x plain");
    expect(await fetched("http://g.internal/x", inside.port)).toBe("/base/x added");
    expect(await fetched("http://evil.example/x", inside.port)).toMatch(/fetch failed|no rule names the host/);
    expect(egress.decisions().map(({ host, allowed }) => [host, allowed])).toEqual(
      expect.arrayContaining([
        ["g.internal", true],
        ["evil.example", false],
      ]),
    );
  });

  it("lets one side go on when the other has said all", async () => {
    await using upstream = await tcpServer((socket) => void heard(socket).then((said) => socket.end(`heard ${said}`)));
    await using egress = await proxy({ rules: [{ host: "a.example", ports: [upstream.port], private: true }] });
    await using inside = await bridge(egress.path);
    const socket = connect({ host: "127.0.0.1", port: inside.port, allowHalfOpen: true });
    socket.end(`CONNECT a.example:${upstream.port} HTTP/1.1\r\n\r\nall`);
    expect(await text(socket)).toContain("heard all");
  });

  it("ends a connection when the proxy is not there, and goes on", async () => {
    await using egress = await proxy();
    await using inside = await bridge(`${egress.path}-missing`);
    for (let time = 0; time < 2; time++) {
      const socket = connect({ host: "127.0.0.1", port: inside.port });
      expect(await text(socket)).toBe("");
    }
  });

  it("says why it cannot listen", async () => {
    await using taken = await tcpServer(() => {});
    const child = spawn(process.execPath, ["-e", bridgeProgram, "/nowhere", String(taken.port)], { stdio: ["ignore", "ignore", "pipe"] });
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect([said, code]).toEqual([expect.stringMatching(/^cannot listen on port \d+: .*EADDRINUSE/), 1]);
  });
});

describe("proxyEnvironment", () => {
  it("leaves what is inside the sandbox inside", () => {
    expect(proxyEnvironment(3128)).toMatchObject({
      HTTPS_PROXY: "http://127.0.0.1:3128",
      no_proxy: "localhost,127.0.0.1,::1",
      NODE_USE_ENV_PROXY: "1",
    });
  });
});
