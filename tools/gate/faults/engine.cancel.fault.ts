// Fault: to cancel one attempt does nothing.
// Noticed by: is told with the reason, in its turn, and the attempts beside it go on
import type { Engine } from "@dad/engine";
import { inlineEngine } from "@dad/engine/inline";
import { engineContract } from "@dad/engine/testing";
import { vi } from "vitest";

// Each test that notices does so by waiting in vain.
vi.setConfig({ testTimeout: 200 });

function unyieldingEngine(options?: { readonly graceMs?: number }): Engine {
  const engine = inlineEngine(options);
  return { ...engine, drive: (interpret, rest) => engine.drive((context) => interpret({ ...context, cancel: () => {} }), rest) };
}

engineContract("an engine that does not cancel", { create: unyieldingEngine });
