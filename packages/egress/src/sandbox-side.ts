/**
 * A program for the inside of a sandbox that has no network: it listens on 127.0.0.1, which is the sandbox's own there, and gives
 * each connection to the socket of the proxy. CommonJS, to be run as `node -e <bridgeProgram> <socket> <port>`. It writes
 * `ready\n` once it listens, and ends with 1 when it cannot.
 */
export const bridgeProgram: string = `"use strict";
const net = require("node:net");
const [path, port] = process.argv.slice(1);
const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (inner) => {
  const outer = net.connect({ path, allowHalfOpen: true });
  inner.pipe(outer);
  outer.pipe(inner);
  for (const [side, other] of [[inner, outer], [outer, inner]]) {
    side.on("error", () => {});
    side.on("close", () => {
      if (side.errored || !side.readableEnded || !side.writableFinished) other.destroy();
    });
  }
});
server.once("listening", () => process.stdout.write("ready\\n"));
server.on("error", (error) => {
  if (server.listening) return;
  process.stderr.write("cannot listen on port " + port + ": " + error.message + "\\n");
  process.exitCode = 1;
});
server.listen(Number(port), "127.0.0.1");
`;

/** What makes programs in a sandbox use the bridge at this port: curl, git, Python, npm, and Node itself where it knows how (22.21, 24). */
export function proxyEnvironment(port: number): Readonly<Record<string, string>> {
  const proxy = `http://127.0.0.1:${port}`;
  const direct = "localhost,127.0.0.1,::1";
  return {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    NO_PROXY: direct,
    http_proxy: proxy,
    https_proxy: proxy,
    no_proxy: direct,
    NODE_USE_ENV_PROXY: "1",
  };
}
