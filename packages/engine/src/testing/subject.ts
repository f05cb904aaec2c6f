import type { Engine } from "../engine.ts";

export interface EngineSubject {
  /** An engine that shares nothing with an earlier one. */
  create(): Engine | Promise<Engine>;
}
