import { chown } from "node:fs/promises";
import { join } from "node:path";
import { type EgressProxy, EgressRuleError, openEgressProxy, parseEgressRule, proxyEnvironment } from "@dad/egress";
import { IsolationPolicyError, type IsolationSpec, type IsolationUsage, type NetworkPolicy } from "@dad/isolation";
import { bridgeKeeper } from "./bridge.ts";
import type { ControlDirectory } from "./control-directory.ts";
import type { HostUser } from "./change-owner.ts";
import type { Sandbox } from "./sandbox.ts";

/** Inside, where every port is free. */
const PORT = 3128;
const SOCKET = "proxy";

/** What makes programs in a sandbox use its way out. */
export const egressEnvironment: Readonly<Record<string, string>> = proxyEnvironment(PORT);

type AllowList = Extract<NetworkPolicy, { readonly mode: "allow" }>;

/** The way of a space to the hosts of its list: a proxy outside, and in its sandbox a bridge to it. */
export interface Egress extends AsyncDisposable {
  /** Before a command runs. A sandbox that has lost its bridge gets another one. */
  bridge(sandbox: Sandbox, control: ControlDirectory): Promise<void>;
  /** Everything in the sandbox was ended. */
  lost(): void;
  usage(): Pick<IsolationUsage, "egress">;
}

/** @throws IsolationPolicyError for a rule that says nothing sound. */
export function egress({ hosts, gateways = [] }: AllowList, onEgress: IsolationSpec["onEgress"]): Egress {
  const rules = hosts.map((rule, index) => (typeof rule === "string" ? soundly(`network.hosts.${index}`, () => parseEgressRule(rule)) : rule));
  const counts = { allowed: 0, refused: 0 };
  const bridges = bridgeKeeper(SOCKET, PORT);
  let proxy: Promise<EgressProxy> | undefined;

  async function open(path: string, user: HostUser | undefined): Promise<EgressProxy> {
    const opened = await openEgressProxy({
      listen: { path },
      rules,
      gateways,
      onDecision(decision) {
        counts[decision.allowed ? "allowed" : "refused"] += 1;
        onEgress?.(decision);
      },
    });
    if (user) await chown(path, user.uid, user.gid);
    return opened;
  }
  return {
    async bridge(sandbox, control) {
      await (proxy ??= open(join(control.shown, SOCKET), control.user));
      await bridges.keep(sandbox, control.slots);
    },
    lost: () => bridges.lost(),
    usage: () => ({ egress: { ...counts } }),
    async [Symbol.asyncDispose]() {
      const opened = await proxy?.catch(() => undefined);
      await opened?.[Symbol.asyncDispose]();
    },
  };
}

function soundly<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof EgressRuleError) throw new IsolationPolicyError(place, `is no rule: ${cause.message}`, { cause });
    throw cause;
  }
}
