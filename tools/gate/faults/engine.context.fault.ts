// Fault: who listens at the signal of an attempt is called in the async context of whoever aborts the drive.
// Noticed by: of a listener at a signal is that of its drive: an abort
import type { Engine } from "@dad/engine";
import { inlineEngine } from "@dad/engine/inline";
import { engineContract } from "@dad/engine/testing";

function strayingEngine(): Engine {
  const engine = inlineEngine();
  return {
    ...engine,
    drive: (interpret, options) =>
      engine.drive(interpret, {
        ...options,
        execute: (call, { signal }) => options.execute(call, { signal: AbortSignal.any([options.signal, signal]) }),
      }),
  };
}

engineContract("an engine that tells of an abort where it comes from", { create: strayingEngine });
