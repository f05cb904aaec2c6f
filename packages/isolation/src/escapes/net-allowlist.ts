import { attempt, type EscapeAttempt, type Ground } from "./attempt.ts";
import { type Argv, node } from "./programs.ts";
import { type HostServer, openServer } from "./servers.ts";

/**
 * Sends a request, whose text is given as JSON, to the proxy of the space, or straight to the server where there is none. After a
 * `CONNECT` that went through it asks on. Prints all that comes.
 */
const ASK_PROXY = `
const [request, port] = JSON.parse(process.argv[1]);
const proxy = process.env.http_proxy ?? process.env.HTTP_PROXY;
const { hostname, port: proxyPort } = new URL(proxy ?? "http://127.0.0.1:" + port);
const ask = "GET / HTTP/1.0\\r\\n\\r\\n";
const socket = require("node:net").connect(Number(proxyPort), hostname, () => socket.write(proxy ? Buffer.from(request, "latin1") : ask));
let asked = !proxy || !request.startsWith("CONNECT");
socket.setTimeout(5000, () => socket.destroy()).on("error", (error) => console.error(error.code)).on("data", (chunk) => {
  process.stdout.write(chunk);
  if (!asked && /^HTTP\\/1.. 200/.test(String(chunk))) { asked = true; socket.write(ask); }
});`;
/** Dials without a look at the proxy. */
const DIAL = `
const socket = require("node:net").connect(Number(process.argv[1]), "127.0.0.1", () => socket.write("GET / HTTP/1.0\\r\\n\\r\\n"));
socket.setTimeout(5000, () => socket.destroy()).on("error", (error) => console.error(error.code)).pipe(process.stdout);`;

/** A command that sends a request to the proxy of its space. Where there is none, it asks the server of that port. */
export function askProxy(request: string, port = 0): Argv {
  return node(ASK_PROXY, JSON.stringify([request, port]));
}

interface Servers {
  readonly listed: HostServer;
  readonly unlisted: HostServer;
}

export const connectTo = (target: string): string => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;
export const getFrom = (url: string, host: string): string => `GET ${url} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

/** Two servers, and a space that may reach one of them: a list that lets nothing through would hold everything back. */
async function openServers(ground: Ground): Promise<Servers> {
  const [listed, unlisted] = await Promise.all([0, 1].map(async () => openServer(ground, { host: "127.0.0.1", port: 0 })));
  if (!listed || !unlisted) throw new Error("there are no servers");
  await ground.open({ network: { mode: "allow", hosts: [{ host: "127.0.0.1", ports: [listed.port], private: true }] } });
  const target = `127.0.0.1:${listed.port}`;
  const { text } = await ground.exec(askProxy(connectTo(target), listed.port));
  if (!text.includes(ground.marker)) throw new Error(`the host on the list was not reached: ${text}`);
  return { listed, unlisted };
}

/** An attempt that succeeds when a request that the proxy is given leads to a server that is not on the list. */
function trick(
  name: `net.allowlist/${string}`,
  title: string,
  request: (servers: { readonly listed: number; readonly unlisted: number }) => string,
): EscapeAttempt {
  return attempt(name, title, {
    async make(ground) {
      const { listed, unlisted } = await openServers(ground);
      const text = request({ listed: listed.port, unlisted: unlisted.port });
      await ground.exec(askProxy(text, unlisted.port));
      return unlisted.connections() > 0 ? "it reached a server that is not on its list" : undefined;
    },
  });
}

/** The list does not say that the name may lead to a private address. */
async function reachInward(ground: Ground): Promise<string | undefined> {
  const server = await openServer(ground, { host: "127.0.0.1", port: 0 });
  await ground.open({ network: { mode: "allow", hosts: [{ host: "localhost", ports: [server.port] }] } });
  await ground.exec(askProxy(connectTo(`localhost:${server.port}`), server.port));
  return server.connections() > 0 ? "it reached a server of the machine" : undefined;
}

export const NET_ALLOWLIST: readonly EscapeAttempt[] = [
  trick("net.allowlist/connect", "reach a host that is not on its list through a tunnel", ({ unlisted }) => connectTo(`127.0.0.1:${unlisted}`)),
  trick("net.allowlist/get", "reach a host that is not on its list over plain HTTP", ({ unlisted }) =>
    getFrom(`http://127.0.0.1:${unlisted}/`, `127.0.0.1:${unlisted}`),
  ),
  trick("net.allowlist/host-header", "reach a host that is not on its list under the name of one that is", ({ listed, unlisted }) =>
    getFrom(`http://127.0.0.1:${unlisted}/`, `127.0.0.1:${listed}`),
  ),
  trick("net.allowlist/user-info", "reach a host behind a user name that looks like one of its list", ({ listed, unlisted }) =>
    connectTo(`127.0.0.1:${listed}@127.0.0.1:${unlisted}`),
  ),
  trick("net.allowlist/user-info-get", "reach a host behind a user name over plain HTTP", ({ listed, unlisted }) =>
    getFrom(`http://127.0.0.1:${listed}@127.0.0.1:${unlisted}/`, `127.0.0.1:${listed}`),
  ),
  trick("net.allowlist/nul", "reach a host whose name has a NUL in it", ({ listed, unlisted }) =>
    connectTo(`127.0.0.1:${unlisted}\0.127.0.0.1:${listed}`),
  ),
  trick("net.allowlist/number", "reach an address that is written as a number", ({ unlisted }) => connectTo(`2130706433:${unlisted}`)),
  trick("net.allowlist/mapped", "reach an address that is written as one of IPv6", ({ unlisted }) => connectTo(`[::ffff:127.0.0.1]:${unlisted}`)),
  trick("net.allowlist/trailing-dot", "reach a host by a name with a dot at the end", ({ unlisted }) => connectTo(`LOCALHOST.:${unlisted}`)),
  trick("net.allowlist/two-requests", "hide a second request behind one that is let through", ({ listed, unlisted }) => {
    const first = `GET http://127.0.0.1:${listed}/ HTTP/1.1\r\nHost: 127.0.0.1:${listed}\r\n\r\n`;
    return `${first}${getFrom(`http://127.0.0.1:${unlisted}/`, `127.0.0.1:${listed}`)}`;
  }),
  attempt("net.allowlist/inward", "reach the machine by a name on its list that leads there", { make: reachInward }),
  attempt("net.allowlist/dial", "reach a host on its list without the proxy", {
    async make(ground) {
      const { listed } = await openServers(ground);
      const { text } = await ground.exec(node(DIAL, String(listed.port)));
      return text.includes(ground.marker) ? "it reached a server without the proxy" : undefined;
    },
  }),
];
