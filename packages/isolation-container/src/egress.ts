import { rm } from "node:fs/promises";
import { join } from "node:path";
import { bridgeProgram, type EgressRule, openEgressProxy, parseEgressRule } from "@dad/egress";
import { type EgressDecision, IsolationPolicyError, type IsolationUsage, type NetworkPolicy } from "@dad/isolation";
import type { Container } from "./container.ts";
import { type BoundPath, boundPath, COMMAND_VARIABLE, EGRESS_SOCKET } from "./container-body.ts";
import { demultiplex, firstLine } from "./demultiplex.ts";
import { ownDirectory } from "./seccomp-option.ts";

/** Where programs find the bridge, on the address that a container without a network has to itself. */
export const BRIDGE_PORT = 3128;
/** The commands may be another user. Whoever is not in the container cannot enter the directory of the socket. */
const EVERYBODY = 0o666;
const READY_BYTES = 16;

type Allowing = Extract<NetworkPolicy, { readonly mode: "allow" }>;

/** The rules of a policy. @throws IsolationPolicyError (`ISOLATION_POLICY_INVALID`) for what is none. */
export function egressRules({ hosts }: Allowing): readonly EgressRule[] {
  return hosts.map((rule, index) => {
    try {
      return typeof rule === "string" ? parseEgressRule(rule) : { ...parseEgressRule(rule.host), ...rule };
    } catch (cause) {
      throw new IsolationPolicyError(`network.hosts.${index}`, cause instanceof Error ? cause.message : String(cause), { cause });
    }
  });
}

/** The way out of one space: a proxy on the host, which belongs to it alone. */
export interface Egress extends AsyncDisposable {
  readonly mount: BoundPath;
  readonly counts: NonNullable<IsolationUsage["egress"]>;
  /** Makes the proxy reachable in a container of the space. */
  bridge(container: Container): Promise<void>;
}

export async function openEgress(network: Allowing, onEgress: ((decision: EgressDecision) => void) | undefined): Promise<Egress> {
  const directory = await ownDirectory();
  const socket = join(directory, "egress.sock");
  const counts = { allowed: 0, refused: 0 };
  try {
    const proxy = await openEgressProxy({
      listen: { path: socket, mode: EVERYBODY },
      rules: egressRules(network),
      ...(network.gateways ? { gateways: network.gateways } : {}),
      onDecision(decision) {
        counts[decision.allowed ? "allowed" : "refused"] += 1;
        onEgress?.(decision);
      },
    });
    return {
      mount: boundPath(socket, EGRESS_SOCKET, "ro"),
      counts,
      bridge,
      async [Symbol.asyncDispose]() {
        await proxy[Symbol.asyncDispose]();
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function bridge(container: Container): Promise<void> {
  const { connection } = await container.start({
    argv: ["node", "-e", bridgeProgram, EGRESS_SOCKET, String(BRIDGE_PORT)],
    env: { [COMMAND_VARIABLE]: "dad" },
    stdin: false,
  });
  const { stdout, stderr } = demultiplex(connection);
  const said = firstLine(stderr, READY_BYTES * READY_BYTES);
  said.rest.resume();
  const { line, rest } = firstLine(stdout, READY_BYTES);
  rest.resume();
  if ((await line) !== "ready") throw new Error(`the bridge to the egress proxy did not start: ${(await said.line) ?? "it said nothing"}`);
}
