import type { InterpreterHost } from "../walk.ts";

const nothing = () => undefined;
/** A walk that only looks ahead tells nobody. */
export const SILENT: InterpreterHost["report"] = {
  started: nothing,
  completed: nothing,
  failed: nothing,
  cancelled: nothing,
  parked: nothing,
  skipped: nothing,
  handled: nothing,
  add: nothing,
  trouble: nothing,
  settled: async () => undefined,
};

/** Of what is not executed, nothing becomes. */
export const NO_ATTEMPTS: Omit<InterpreterHost["attempts"], "refuse"> = { awaited: nothing, goesOn: nothing, told: nothing, abandon: nothing };

/** In a re-run that has not begun, nothing is on record. */
export const NOTHING_RECORDED: InterpreterHost["turns"] = {
  of: () => ({ attempt: 1, recorded: false }),
  recordOf: nothing,
  concluded: () => false,
  caught: () => false,
  replay: [],
};
