import { randomUUID } from "node:crypto";
import { chmod } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { attempt, type EscapeAttempt, type Ground, leak } from "./attempt.ts";
import { node, perl, shell, systemCall } from "./programs.ts";
import { openReceiver, openServer } from "./servers.ts";

/** Asks a server, whose address is given as JSON, and prints what it says. */
const ASK = `
const socket = require("node:net").connect(JSON.parse(process.argv[1]), () => socket.write("GET / HTTP/1.0\\r\\n\\r\\n"));
socket.setTimeout(5000, () => socket.destroy()).on("error", (error) => console.error(error.code)).pipe(process.stdout);`;
const SEND = `
const socket = require("node:dgram").createSocket("udp4");
socket.send("from inside", Number(process.argv[1]), "127.0.0.1", () => socket.close());`;
/** Connecting a datagram socket sends nothing, but needs a route. 192.0.2.1 is nobody: RFC 5737. */
const ROUTE = `
const socket = require("node:dgram").createSocket("udp4");
socket.on("error", (error) => console.error(error.code)).connect(53, "192.0.2.1", () => { console.log("route by " + socket.address().address); socket.close(); });`;
const LISTEN = `
const server = require("node:net").createServer((socket) => socket.end(process.argv[1]));
server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port + ";"));`;
/** Prints the marker that it is given when a socket of a family, type and protocol can be had. */
const SOCKET = 'my ($family, $type, $protocol, $marker) = @ARGV; socket(my $socket, $family, $type, $protocol) or die $!; print "has $marker";';
const [AF_INET, AF_PACKET, AF_VSOCK] = ["2", "17", "40"] as const;
const [SOCK_STREAM, SOCK_RAW] = ["1", "3"] as const;
const ICMP = "1";

async function reachFromHost(ground: Ground): Promise<string | undefined> {
  const controller = new AbortController();
  const port = Promise.withResolvers<number>();
  let printed = "";
  const onOutput = (_: string, chunk: Uint8Array): void => {
    printed += Buffer.from(chunk).toString();
    const [, found] = /port (\d+);/.exec(printed) ?? [];
    if (found) port.resolve(Number(found));
  };
  const running = ground.exec(node(LISTEN, ground.marker), { signal: controller.signal, onOutput });
  const ended = running.then(({ stderr }) => Promise.reject(new Error(`nothing listened: ${Buffer.from(stderr).toString()}`)));
  const answer = await Promise.race([port.promise.then(answerOf), ended]).finally(() => controller.abort());
  await running;
  return answer.includes(ground.marker) ? "the host reached a server in the space" : undefined;
}

async function answerOf(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += String(chunk)));
  await new Promise<void>((resolve) => socket.once("error", () => resolve()).once("close", () => resolve()));
  return answer;
}

export const NET: readonly EscapeAttempt[] = [
  leak("net.ip/loopback", "reach a server of the machine on 127.0.0.1", {
    async argv(ground) {
      const { port } = await openServer(ground, { host: "127.0.0.1", port: 0 });
      return node(ASK, JSON.stringify({ host: "127.0.0.1", port }));
    },
  }),
  leak("net.ip/loopback-6", "reach a server of the machine on ::1", {
    needs: ["ipv6"],
    async argv(ground) {
      const { port } = await openServer(ground, { host: "::1", port: 0 });
      return node(ASK, JSON.stringify({ host: "::1", port }));
    },
  }),
  attempt("net.ip/datagram", "send a datagram to the machine", {
    async make(ground) {
      const receiver = await openReceiver(ground);
      await ground.exec(node(SEND, String(receiver.port)));
      return (await receiver.received()).includes("from inside") ? "the host received a datagram" : undefined;
    },
  }),
  attempt("net.ip/route", "find a way out of the machine", {
    needs: ["linux", "route"],
    async make({ exec }) {
      const [, address] = /route by (\S+)/.exec((await exec(node(ROUTE))).text) ?? [];
      return address && !["0.0.0.0", "127.0.0.1"].includes(address) ? `it has a route by ${address}` : undefined;
    },
  }),
  attempt("net.ip/listen", "be reached by the machine as a server", { make: reachFromHost }),
  leak("net.unix/path", "reach a socket of the machine by its path", {
    async argv(ground) {
      const path = join(ground.home, "socket");
      await openServer(ground, { path });
      await chmod(path, 0o777);
      return node(ASK, JSON.stringify({ path }));
    },
  }),
  leak("net.unix/link", "reach a socket of the machine through a link that it makes", {
    async argv(ground) {
      const path = join(ground.home, "socket");
      await openServer(ground, { path });
      await chmod(path, 0o777);
      return shell('ln -s "$1" link; exec "$2" -e "$3" "$4"', path, process.execPath, ASK, JSON.stringify({ path: "link" }));
    },
  }),
  leak("net.unix/abstract", "reach an abstract socket of the machine", {
    needs: ["linux"],
    async argv(ground) {
      const path = `\0dad-escapes-${randomUUID()}`;
      await openServer(ground, { path });
      return node(ASK, JSON.stringify({ path }));
    },
  }),
  leak("net.exotic/vsock", "open a vsock", {
    needs: ["linux", "perl", "vsock"],
    argv: ({ marker }) => perl(SOCKET, AF_VSOCK, SOCK_STREAM, "0", marker),
  }),
  leak("net.exotic/raw", "open a raw socket", {
    needs: ["linux", "root", "perl"],
    argv: ({ marker }) => perl(SOCKET, AF_INET, SOCK_RAW, ICMP, marker),
  }),
  leak("net.exotic/packet", "open a socket of packets", {
    needs: ["linux", "root", "perl"],
    argv: ({ marker }) => perl(SOCKET, AF_PACKET, SOCK_RAW, "0", marker),
  }),
  leak("net.exotic/io-uring", "make an io_uring", {
    needs: ["linux", "perl", "ioUring"],
    argv: ({ marker }) =>
      perl(`my $parameters = "\\0" x 120; syscall(${systemCall("io_uring_setup")}, 1, $parameters) >= 0 or die $!; print "has $ARGV[0]";`, marker),
  }),
];
