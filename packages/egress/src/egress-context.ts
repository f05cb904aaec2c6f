import type { Socket } from "node:net";
import type { Authority } from "./authority.ts";
import { dial, type EgressLookup, secure, unlessAborted } from "./dial.ts";
import type { DecisionLog } from "./egress-decision.ts";
import { EgressRefusal } from "./egress-refusal.ts";
import { type EgressRule, judge } from "./egress-rule.ts";
import { GATEWAY_PORT, type SoundGateway } from "./gateway.ts";

export interface EgressLimits {
  /** At once, tunnels included. Those beyond it are closed. Default 256. */
  readonly connections?: number;
  /** Of all headers of a message. Default 16 KiB. */
  readonly headerBytes?: number;
  /** Milliseconds for everything until there is a connection: the name, the headers of a gateway, TLS. Default 10 000. */
  readonly connectMs?: number;
  /** Milliseconds in which neither side says anything. Default 600 000: a model may think that long. */
  readonly idleMs?: number;
  /** Decisions that are kept. Default 1000. */
  readonly decisions?: number;
}

/** What every request needs to know of the proxy that it came to. */
export interface EgressContext {
  readonly rules: readonly Required<EgressRule>[];
  readonly gateways: ReadonlyMap<string, SoundGateway>;
  readonly lookup: EgressLookup;
  readonly limits: Required<EgressLimits>;
  readonly log: DecisionLog;
  /** Aborted when the proxy ends. */
  readonly closing: AbortSignal;
}

/** Where a request goes. */
export type Route = { readonly gateway: SoundGateway } | { readonly gateway?: undefined; readonly private: boolean };

export function gatewayOf({ gateways }: EgressContext, target: Authority | undefined): SoundGateway | undefined {
  return target?.port === GATEWAY_PORT ? gateways.get(target.host) : undefined;
}

/** Fails with the verdict when a request goes nowhere. */
export function routeOf(context: EgressContext, target: Authority): Route {
  const gateway = gatewayOf(context, target);
  if (gateway !== undefined) return { gateway };
  if (context.gateways.has(target.host)) throw new EgressRefusal("port-not-allowed");
  const judgement = judge(context.rules, target);
  if (!judgement.allowed) throw new EgressRefusal(judgement.reason);
  return judgement;
}

export interface Connection {
  /** What is written to. */
  readonly stream: Socket;
  /** What came and went on the wire. */
  readonly bytes: () => { readonly bytesUp: number; readonly bytesDown: number };
  /** The headers that a gateway adds. */
  readonly added: Readonly<Record<string, string>>;
}

/** Connects to where a route leads. The signal is the time that there is for it. */
export async function openRoute(
  context: EgressContext,
  { target, route }: { target: Authority; route: Route },
  signal: AbortSignal,
): Promise<Connection> {
  const { lookup, limits } = context;
  const { gateway } = route;
  const added = gateway === undefined ? {} : await unlessAborted(gateway.headers(), signal);
  const reach =
    gateway !== undefined ? (["public", "private", "forbidden"] as const) : route.private ? (["public", "private"] as const) : (["public"] as const);
  const socket = await dial(gateway?.target ?? target, { lookup, reach, signal });
  const stream = gateway?.target.secure === true ? await secure(socket, { ...gateway.target, signal }) : socket;
  stream.setTimeout(limits.idleMs, () => stream.destroy(new EgressRefusal("timeout")));
  return { stream, added, bytes: () => ({ bytesUp: socket.bytesWritten, bytesDown: socket.bytesRead }) };
}
