// Fault: attempts are told in the order in which they settle, whatever the record says.
// Noticed by: from any prefix of the record makes the same calls in the same order, and ends with the same
import type { Engine } from "@dad/engine";
import { inlineEngine } from "@dad/engine/inline";
import { engineContract } from "@dad/engine/testing";
import { vi } from "vitest";

// Some tests that notice do so by waiting in vain.
vi.setConfig({ testTimeout: 500 });

function forgetfulEngine(options?: { readonly graceMs?: number }): Engine {
  const engine = inlineEngine(options);
  return { ...engine, drive: (interpret, { execute, signal }) => engine.drive(interpret, { execute, signal }) };
}

engineContract("an engine that does not look at its record", { create: forgetfulEngine });
