import { setTimeout as delay } from "node:timers/promises";
import { bridgeProgram } from "@dad/egress";
import type { Sandbox } from "./sandbox.ts";
import { type RunningCommand, runInSandbox } from "./sandbox-command.ts";
import type { Slot, Slots } from "./slots.ts";
import { CONTROL_PLACE } from "./supervisor.ts";

/** It is a start of node. */
const READY_MS = 15_000;

/** The bridge of one space, in the sandbox that it has at the time. */
export interface BridgeKeeper {
  /** Starts it where it does not run. @throws Error with what it said when it cannot. */
  keep(sandbox: Sandbox, slots: Slots): Promise<void>;
  /** It was ended with everything else. */
  lost(): void;
}

export function bridgeKeeper(socket: string, port: number): BridgeKeeper {
  let current: { readonly sandbox: Sandbox; readonly ready: Promise<void> } | undefined;

  async function start(sandbox: Sandbox, slots: Slots, onEnd: () => void): Promise<void> {
    const slot = await slots.take();
    const ready = Promise.withResolvers<void>();
    const bridge = startBridge({ sandbox, slot, socket, port }, ready.resolve);
    const follow = async (): Promise<void> => {
      try {
        const { stderr } = await bridge.result;
        ready.reject(new Error(`the bridge to the proxy ended: ${Buffer.from(stderr).toString().trim()}`));
      } catch (error) {
        ready.reject(error);
      }
      onEnd();
      await slots.giveBack(slot, bridge.isClean());
    };
    void follow();
    await readyInTime(ready.promise, sandbox);
  }
  return {
    async keep(sandbox, slots) {
      if (current?.sandbox !== sandbox) {
        const forget = (): void => {
          if (current === mine) current = undefined;
        };
        const mine = { sandbox, ready: start(sandbox, slots, forget) };
        current = mine;
      }
      await current.ready;
    },
    lost: () => (current = undefined),
  };
}

/** Something in the sandbox may have stopped it, and would have its host wait for ever. */
async function readyInTime(ready: Promise<void>, sandbox: Sandbox): Promise<void> {
  const late = new AbortController();
  const waited = await Promise.race([ready.then(() => "ready"), delay(READY_MS, "late", { signal: late.signal })]).finally(() => late.abort());
  if (waited === "late") {
    await sandbox.kill();
    // It rejects by that, unless it was ready at the last moment.
    await ready;
  }
}

interface BridgePlace {
  readonly sandbox: Sandbox;
  readonly slot: Slot;
  readonly socket: string;
  readonly port: number;
}

function startBridge({ sandbox, slot, socket, port }: BridgePlace, onReady: () => void): RunningCommand {
  const argv = [process.execPath, "-e", bridgeProgram, `${CONTROL_PLACE}/${socket}`, String(port)] as const;
  const command = { argv, cwd: "/", env: { PATH: "/usr/bin:/bin" }, stdin: undefined };
  const onOutput = (stream: string, chunk: Uint8Array): void => {
    if (stream === "stdout" && Buffer.from(chunk).includes("ready")) onReady();
  };
  return runInSandbox({ sandbox, slot, end: async () => undefined }, command, { onOutput });
}
