import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { join } from "node:path";
import { attempt, type EscapeAttempt, type Ground } from "./attempt.ts";
import { type Lifeline, openLifeline } from "./lifeline.ts";
import { type Argv, shell } from "./programs.ts";
import { appears, killHolders, STUBBORN, survives } from "./survivors.ts";

const DETACHED = 'sh -c "$3" sh "$1" "$2" < /dev/null > /dev/null 2>&1';

/** A command that starts something stubborn in a way of its own, waits until it is there, and then does something else. */
function starting(how: string, then: string, { lifeline, ready }: { readonly lifeline: Lifeline; readonly ready: string }): Argv {
  return shell(`${how}\ncat "$2"; ${then}`, lifeline.path, ready, STUBBORN);
}

const WAYS = {
  background: `${DETACHED} &`,
  nohup: `nohup ${DETACHED} &`,
  session: `setsid ${DETACHED} &`,
  orphan: `( ( setsid ${DETACHED} & ) & )`,
} as const;

interface Leaving {
  readonly way: keyof typeof WAYS;
  /** How the command itself ends. */
  readonly end: "exit" | "timeout" | "abort";
}

/** An attempt that succeeds when something still lives after the command and its space have ended. */
function outlive(name: "proc.group/nohup" | `proc.lifetime/${string}`, title: string, { way, end }: Leaving): EscapeAttempt {
  return attempt(name, title, {
    async make(ground) {
      using lifeline = await openLifeline(ground.workspace);
      ground.defer(async () => killHolders(lifeline.path));
      const ready = join(ground.workspace, "ready");
      await promisify(execFile)("mkfifo", ["-m", "666", ready]);
      await run(ground, starting(WAYS[way], end === "exit" ? "exit 0" : "exec sleep 1000", { lifeline, ready }), { lifeline, end });
      // With a way to end everything, what was ended has ended everything: no need to close the space.
      if (end === "exit") await ground.end();
      return (await survives(ground, lifeline)) ? "a process lives on" : undefined;
    },
  });
}

async function run(ground: Ground, argv: Argv, { lifeline, end }: { readonly lifeline: Lifeline; readonly end: Leaving["end"] }): Promise<void> {
  const controller = new AbortController();
  const running = ground.exec(argv, { signal: controller.signal, ...(end === "timeout" ? { timeoutMs: 2500 } : {}) });
  await appears(lifeline);
  if (end === "abort") controller.abort();
  await running;
}

export const LIFETIME: readonly EscapeAttempt[] = [
  outlive("proc.group/nohup", "leave something behind that ignores the end of its session", { way: "nohup", end: "exit" }),
  outlive("proc.lifetime/background", "leave something behind that ignores requests to end", { way: "background", end: "exit" }),
  outlive("proc.lifetime/session", "leave a daemon behind in a session of its own", { way: "session", end: "exit" }),
  outlive("proc.lifetime/orphan", "leave a daemon behind whose parents are gone", { way: "orphan", end: "exit" }),
  outlive("proc.lifetime/timeout", "leave a daemon behind when its time is over", { way: "orphan", end: "timeout" }),
  outlive("proc.lifetime/abort", "leave a daemon behind when it is aborted", { way: "orphan", end: "abort" }),
];
