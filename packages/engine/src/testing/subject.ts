import type { Engine } from "../engine.ts";

export interface EngineSubject {
  /**
   * An engine that shares nothing with an earlier one. With `graceMs`, it abandons an attempt that still goes on
   * that many milliseconds after it was aborted; without, it takes its own default.
   */
  create(options?: { readonly graceMs?: number }): Engine | Promise<Engine>;
}
