// Fault: time goes on while somebody holds it.
// Noticed by: stands still while somebody holds it, however many do, and then begins anew
import type { Engine } from "@dad/engine";
import { inlineEngine } from "@dad/engine/inline";
import { engineContract } from "@dad/engine/testing";

function unstoppableEngine(options?: { readonly graceMs?: number }): Engine {
  const engine = inlineEngine(options);
  return {
    ...engine,
    drive: (interpret, { execute, ...rest }) =>
      engine.drive(interpret, { ...rest, execute: (call, { signal }) => execute(call, { signal, hold: () => ({ [Symbol.dispose]() {} }) }) }),
  };
}

engineContract("an engine that nobody can hold", { create: unstoppableEngine });
