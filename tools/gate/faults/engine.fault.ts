// Fault: a drive does not wait for the attempts that it aborted: they outlive it.
// Noticed by: aborts the attempts that still go and waits for them
import type { Engine, NodeExecutor, NodeOutcome } from "@dad/engine";
import { inlineEngine } from "@dad/engine/inline";
import { engineContract } from "@dad/engine/testing";

function hastyEngine(): Engine {
  const engine = inlineEngine();
  return { ...engine, drive: (interpret, options) => engine.drive(interpret, { ...options, execute: impatient(options.execute) }) };
}

function impatient(execute: NodeExecutor): NodeExecutor {
  return (call, options) => Promise.race([execute(call, options), cancelled(options.signal)]);
}

function cancelled(signal: AbortSignal): Promise<NodeOutcome> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ status: "cancelled", error: signal.reason as unknown }), { once: true });
  });
}

engineContract("an engine that leaves attempts behind", { create: hastyEngine });
