// Fault: who listens at the signal of an attempt is called in the async context of whoever aborts the drive.
// Noticed by: of a listener at a signal is that of its drive: an abort
import type { Engine } from "@dad/engine";
import { inlineEngine, type InlineEngineOptions } from "@dad/engine/inline";
import { engineContract } from "@dad/engine/testing";

function strayingEngine(options: InlineEngineOptions = {}): Engine {
  const engine = inlineEngine(options);
  return {
    ...engine,
    drive: (interpret, given) =>
      engine.drive(interpret, {
        ...given,
        execute: (call, { signal }) => given.execute(call, { signal: AbortSignal.any([given.signal, signal]) }),
      }),
  };
}

engineContract("an engine that tells of an abort where it comes from", { create: strayingEngine });
