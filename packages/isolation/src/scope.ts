/**
 * Runs in one process that do not get into each other's way: each has an environment, a directory and a signal of its own.
 *
 * This is for correctness, among runs that mean well. It is no security: code that wants to reaches the host and other runs.
 *
 * @packageDocumentation
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { isAbsolute } from "node:path";
import type { RunPlace, RunScope } from "./run-scope.ts";
import type { Entered } from "./scope/entered.ts";
import { variablesOf } from "./scope/environment-view.ts";
import { addView, nextOrder } from "./scope/process-views.ts";

export type { RunPlace, RunScope } from "./run-scope.ts";
export { ChdirInRunError } from "./scope/chdir-in-run-error.ts";

/** A {@link RunScope} that knows where the code is that asks, and can have libraries that ask the process see the same. */
export interface ProcessScope extends RunScope {
  /** The place of the code that calls, as its work was given it; `undefined` outside. Also in a listener of `unhandledRejection`. */
  current(): RunPlace | undefined;
  /**
   * From now on, and until what it returns is disposed, code in a place has it in place of what the process has:
   *
   * - `process.env` holds the variables of the place, and what is written to it stays there. So it is with a child process
   *   or a `Worker` that is given no `env`, and with `process.loadEnvFile`.
   * - `process.cwd()` is the directory of the place; `path.resolve` follows it. `process.chdir` throws a ChdirInRunError
   *   (`CHDIR_IN_RUN`).
   * - A rejection that nobody handles is told to the `onUnhandledRejection` of the place. Other listeners of the process hear
   *   of it, too, and can ask {@link current}. Of other rejections becomes what would have without this.
   *
   * To all other code the process is as it was. What is out of reach: a relative path that is given to `fs`, a child
   * process that is given no `cwd`, and `process.cwd()` in a worker have the directory of the process; so give an absolute path.
   * Native code has the environment of the process: `os.homedir()`, `os.tmpdir()`, the time zone. `structuredClone` takes
   * `{ ...process.env }`, and not `process.env` itself.
   *
   * May be called any number of times, by several scopes and several copies of this package; of nested places the innermost
   * counts. Each is disposed on its own, in any order; with the last one the process has its own back.
   */
  install(): Disposable;
}

/** Keeps code of runs apart in this process, for as long as the object lives. Each scope knows its own places only. */
export function processScope(): ProcessScope {
  const storage = new AsyncLocalStorage<Entered>();
  return {
    async run(place, work) {
      if (!isAbsolute(place.cwd)) throw new TypeError(`the directory of run ${place.runId} must be an absolute path, not ${place.cwd}`);
      const controller = new AbortController();
      const entered = enter(place, controller.signal);
      return storage.run(entered, async () => {
        using _following = follow(place.signal, controller);
        return await work(entered.place);
      });
    },
    current: () => storage.getStore()?.place,
    install: () => addView(() => storage.getStore()),
  };
}

function enter(place: RunPlace, signal: AbortSignal): Entered {
  const variables = variablesOf(place.env);
  return { place: Object.freeze({ ...place, env: variables, signal }), variables, order: nextOrder() };
}

/** Aborts in the context of the caller, whoever aborts the signal: so listeners are called there. */
function follow(signal: AbortSignal, controller: AbortController): Disposable {
  const abort = AsyncLocalStorage.bind(() => controller.abort(signal.reason));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", abort) };
}
