// Fault: an attempt that ignores its signal keeps its drive for ever.
// Noticed by: is cancelled when its grace is over after the drive is aborted, with an error that names it and says why
import { inlineEngine } from "@dad/engine/inline";
import { engineContract } from "@dad/engine/testing";
import { vi } from "vitest";

/** The longest that a timer can wait for: no attempt is given up. */
const FOR_EVER_MS = 2 ** 31 - 1;

// Each test that notices does so by waiting in vain.
vi.setConfig({ testTimeout: 500 });

engineContract("an engine that never gives up on an attempt", { create: () => inlineEngine({ graceMs: FOR_EVER_MS }) });
