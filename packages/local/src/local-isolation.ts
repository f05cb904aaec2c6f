import { join } from "node:path";
import { type IsolationAdapter, selectIsolation } from "@dad/isolation";
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { processIsolation } from "@dad/isolation/process";

export interface LocalIsolationOptions {
  /** Absolute path of the directory that holds runs. Without one, what each space needs is in a temporary directory. */
  readonly runRoot?: string;
  /** What commands may see of this process's environment is chosen from here. Default: next to nothing. */
  readonly hostEnv?: Readonly<Record<string, string | undefined>>;
}

/**
 * The isolation of this machine: ordinary processes for what means well, and bubblewrap for what requires more than they guard. Beside
 * the first space that it opens, it removes what processes that were killed have left.
 */
export function localIsolation({ runRoot, hostEnv }: LocalIsolationOptions = {}): IsolationAdapter {
  const host = hostEnv ? { hostEnv } : {};
  const homes = runRoot === undefined ? {} : { homes: join(runRoot, ".dad", "home") };
  // The home of a sandbox is its own: what it leaves there must never be read by a command that may do more.
  const isolation = selectIsolation([processIsolation({ ...host, ...homes }), bubblewrapIsolation(host)]);
  let swept: Promise<unknown> | undefined;
  return {
    ...isolation,
    async open(spec, options) {
      // No run waits for it, nor fails because of it: what cannot be removed is found again by the next one.
      swept ??= isolation.sweep().catch(() => undefined);
      return isolation.open(spec, options);
    },
  };
}
