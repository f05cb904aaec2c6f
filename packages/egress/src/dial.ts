import { lookup as resolve } from "node:dns/promises";
import { once } from "node:events";
import { connect, isIP, isIPv4, type LookupFunction, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { connect as connectTls } from "node:tls";
import { type AddressKind, addressKinds } from "./address-kind.ts";
import type { Authority } from "./authority.ts";
import { EgressRefusal } from "./egress-refusal.ts";

/** Gives the addresses of a name. Asked once for each connection. */
export type EgressLookup = (host: string) => Promise<readonly string[]>;

/** All that the system knows, in its order. */
export const systemLookup: EgressLookup = async (host) => (await resolve(host, { all: true })).map(({ address }) => address);

export interface DialOptions {
  readonly lookup: EgressLookup;
  /** What a name may lead to. */
  readonly reach: readonly AddressKind[];
  /** Both the end of the time for it and the end of the proxy. */
  readonly signal: AbortSignal;
}

/** Connects to a host: its addresses are asked for once, all of them are checked, and no other one is connected to. */
export async function dial({ host, port }: Authority, { lookup, reach, signal }: DialOptions): Promise<Socket> {
  const addresses = isIP(host) === 0 ? await addressesOf(host, lookup, signal) : [host];
  if (isIP(host) === 0) assertWithin(addresses, reach);
  signal.throwIfAborted();
  const socket = connect({
    host,
    port,
    lookup: answering(addresses),
    autoSelectFamily: true,
    allowHalfOpen: true,
    noDelay: true,
  });
  return await connected(socket, "connect", signal);
}

/** Speaks TLS on a connection, with the server that `host` names. `ca`: trusted instead of what Node trusts. */
export async function secure(socket: Socket, { host, ca, signal }: { host: string; ca?: string | undefined; signal: AbortSignal }): Promise<Socket> {
  const names = isIP(host) === 0 ? { servername: host } : {};
  const trust = ca === undefined ? {} : { ca };
  return await connected(connectTls({ socket, host, ...names, ...trust, ALPNProtocols: ["http/1.1"] }), "secureConnect", signal);
}

async function connected(socket: Socket, event: string, signal: AbortSignal): Promise<Socket> {
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (cause) {
    socket.destroy();
    throw signal.aborted ? signal.reason : new EgressRefusal("unreachable", cause);
  } finally {
    // A failure that comes later is told by "close": this keeps it from ending the process.
    socket.on("error", () => {});
  }
}

async function addressesOf(host: string, lookup: EgressLookup, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const addresses = await unlessAborted(lookup(host), signal);
    if (addresses.length > 0) return addresses;
  } catch (cause) {
    throw signal.aborted ? signal.reason : new EgressRefusal("unresolvable", cause);
  }
  throw new EgressRefusal("unresolvable");
}

function assertWithin(addresses: readonly string[], reach: readonly AddressKind[]): void {
  const own = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  const kindOf = addressKinds(own);
  if (!addresses.every((address) => reach.includes(kindOf(address)))) throw new EgressRefusal("address-not-allowed");
}

/** So that the system is not asked a second time: by then the name may lead elsewhere. */
function answering(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIPv4(address) ? 4 : 6 }));
  return (_host, options, callback) => {
    if (options.all === true) callback(null, all);
    else callback(null, all[0]?.address ?? "", all[0]?.family);
  };
}

/** Waits no longer than the signal lets it. What comes of it then is nobody's. */
export async function unlessAborted<T>(waited: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([aborted, waited]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Runs what has to be done in time. The end of it is a refusal: `timeout`, or `aborted` when the proxy ends. */
export async function inTime<T>(ms: number, closing: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const end = (): void => deadline.abort(new EgressRefusal("aborted"));
  const timer = setTimeout(() => deadline.abort(new EgressRefusal("timeout")), ms);
  closing.addEventListener("abort", end, { once: true });
  if (closing.aborted) end();
  try {
    return await work(deadline.signal);
  } finally {
    clearTimeout(timer);
    closing.removeEventListener("abort", end);
  }
}
