import { type ExecOptions, type ExecResult, IsolationFailedError } from "@dad/isolation";
import type { Egress } from "./egress.ts";
import { endEverything, endGroup } from "./end-in-sandbox.ts";
import type { Housing } from "./housing.ts";
import type { LimitWatch } from "./limit-watch.ts";
import type { Lodging } from "./lodging.ts";
import type { Premises } from "./premises.ts";
import { type EndReason, type RunningCommand, runInSandbox, type SandboxCommand } from "./sandbox-command.ts";
import type { Slot } from "./slots.ts";

export interface SpaceCommandsSpec {
  readonly graceMs: number;
  readonly housing: Housing;
  readonly egress: Egress | undefined;
  readonly watch: LimitWatch;
}

export interface RunOptions extends ExecOptions {
  /** @throws what is to keep the command from beginning. */
  readonly assertMayBegin: () => void;
}

/** The commands of one space that run. */
export interface SpaceCommands {
  /** How often all were ended. */
  epoch(): number;
  /** How many have ended. */
  count(): number;
  /** @param options.assertMayBegin asked in the moment in which it begins. From then on {@link end} finds it. */
  run(lodging: Lodging, command: SandboxCommand, options: RunOptions): Promise<ExecResult>;
  /** Ends all of them with the sandbox. Resolves when nothing of it is alive, and each has its result. */
  end(): Promise<void>;
  /** Says why those in a sandbox end that is ended as a whole. */
  condemn(reason: EndReason, lodging?: Lodging): void;
}

export function spaceCommands({ graceMs, housing, egress, watch }: SpaceCommandsSpec): SpaceCommands {
  const running = new Map<RunningCommand, Lodging>();
  let ends = 0;
  let count = 0;

  async function run(lodging: Lodging, command: SandboxCommand, options: RunOptions): Promise<ExecResult> {
    const { premises, slot } = await prepare(housing, command, options);
    let started: RunningCommand | undefined;
    try {
      options.assertMayBegin();
      using _watching = watch.begin(lodging, premises);
      const end = async (pid: number | undefined): Promise<void> => {
        if (pid !== undefined) await endGroup(lodging.sandbox, pid, graceMs);
        if (running.size <= 1) await endRest(lodging, egress);
      };
      started = runInSandbox({ sandbox: lodging.sandbox, slot, end }, command, options);
      running.set(started, lodging);
      return await started.result.finally(() => (count += 1));
    } finally {
      if (started) running.delete(started);
      await premises.control.slots.giveBack(slot, started?.isClean() ?? true);
    }
  }

  const condemn = (reason: EndReason, which?: Lodging): void => {
    for (const [command, lodging] of running) if (which === undefined || lodging === which) command.condemn(reason);
  };
  return {
    epoch: () => ends,
    count: () => count,
    run: (lodging, command, options) => withMemoryReason(lodging, () => run(lodging, command, options)),
    condemn,
    async end() {
      ends += 1;
      condemn("aborted");
      const results = [...running.keys()].map((command) => command.result);
      await housing.end();
      await Promise.allSettled(results);
    },
  };
}

/** What a command is connected with. */
interface Prepared {
  readonly premises: Premises;
  readonly slot: Slot;
}

/** Whatever it waits for, all may be over by then: also why there is no slot. */
async function prepare(housing: Housing, { argv: [program] }: SandboxCommand, { assertMayBegin }: RunOptions): Promise<Prepared> {
  try {
    const premises = await housing.premises();
    return { premises, slot: await premises.control.slots.take() };
  } catch (cause) {
    assertMayBegin();
    throw new IsolationFailedError(program, { cause });
  }
}

/** What left the session of a command cannot be told from that of another one. So it goes with the last that runs. */
async function endRest({ sandbox }: Lodging, egress: Egress | undefined): Promise<void> {
  egress?.lost();
  await endEverything(sandbox);
}

/** The kernel kills for want of memory without a word to whoever waits. Its group keeps count. */
async function withMemoryReason({ group }: Lodging, run: () => Promise<ExecResult>): Promise<ExecResult> {
  if (!group) return run();
  const before = await group.events();
  const result = await run();
  const after = await group.events();
  const wasKilled = (after.oomKills ?? 0) > (before.oomKills ?? 0);
  return wasKilled && (result.reason === "exited" || result.reason === "signaled") ? { ...result, reason: "memory" } : result;
}
