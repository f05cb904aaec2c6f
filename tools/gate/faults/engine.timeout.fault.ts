// Fault: an attempt that takes too long is cancelled, as if somebody had wanted that.
// Noticed by: aborts the attempt and makes it fail, with an error that names it and allows another try
import type { Engine, NodeExecutor } from "@dad/engine";
import { inlineEngine } from "@dad/engine/inline";
import { engineContract } from "@dad/engine/testing";
import { vi } from "vitest";

// Some tests that notice do so by waiting in vain.
vi.setConfig({ testTimeout: 500 });

function impatientEngine(options?: { readonly graceMs?: number }): Engine {
  const engine = inlineEngine(options);
  return {
    ...engine,
    drive: (interpret, { execute, ...rest }) =>
      engine.drive((context) => interpret({ ...context, start: ({ timeoutMs, ...call }) => context.start({ ...call, record: timeoutMs ?? null }) }), {
        ...rest,
        execute: impatient(execute),
      }),
  };
}

function impatient(execute: NodeExecutor): NodeExecutor {
  return async (call, { signal }) => {
    const { record, ...rest } = call;
    return typeof record === "number"
      ? execute({ ...rest, timeoutMs: record }, { signal: AbortSignal.any([signal, AbortSignal.timeout(record)]) })
      : execute(rest, { signal });
  };
}

engineContract("an engine that cancels what takes too long", { create: impatientEngine });
