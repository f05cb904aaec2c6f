// Fault: executors run inside start, before the interpreter goes on.
// Noticed by: returns from start before the executor runs
import type { DriveOptions, Engine, EngineContext, NodeExecutor, NodeHandle, NodeOutcome } from "@dad/engine";
import { inlineEngine } from "@dad/engine/inline";
import { engineContract } from "@dad/engine/testing";
import { vi } from "vitest";

// Some tests that notice do so by waiting in vain.
vi.setConfig({ testTimeout: 200 });

function eagerEngine(options?: { readonly graceMs?: number }): Engine {
  const engine = inlineEngine(options);
  return {
    ...engine,
    drive(interpret, rest) {
      const { start, execute } = eagerly(rest);
      return engine.drive((context) => interpret({ ...context, start: (call) => start(context, call) }), { ...rest, execute });
    },
  };
}

function eagerly({ execute, signal }: DriveOptions) {
  const begun = new Map<string, Promise<NodeOutcome>>();
  const identity = ({ path, attempt }: NodeHandle) => `${path} ${attempt}`;
  const start = (context: EngineContext, call: Parameters<NodeExecutor>[0]) => {
    const handle = context.start(call);
    begun.set(identity(call), (async () => execute(call, { signal }))());
    return handle;
  };
  return { start, execute: async (call: NodeHandle) => (await begun.get(identity(call))) as NodeOutcome };
}

engineContract("an engine that is eager", { create: eagerEngine });
