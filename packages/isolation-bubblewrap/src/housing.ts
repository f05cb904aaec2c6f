import type { Home, IsolationUsage } from "@dad/isolation";
import { type Lodging, type LodgingSpec, openLodging } from "./lodging.ts";
import { openPremises, type Premises } from "./premises.ts";
import type { RunUser } from "./run-users.ts";

export interface HousingSpec extends Omit<LodgingSpec, "user"> {
  readonly isOverlay: boolean;
  readonly home: Home;
  readonly runUser: RunUser | undefined;
}

type Used = Pick<IsolationUsage, "memoryBytes" | "cpuMs">;

/**
 * What a space has on this machine: its sandbox, while there is one, and everything around it. Nothing is made before it is asked for,
 * nor once it is closed: whoever comes too late is refused.
 */
export interface Housing extends AsyncDisposable {
  isRunning(): boolean;
  /** Whether there has been a sandbox, or something that one needs, and it is not closed. */
  wasUsed(): boolean;
  premises(): Promise<Premises>;
  /** The sandbox that runs, or a new one. */
  lodging(): Promise<Lodging>;
  usage(): Promise<Used>;
  /** Ends the sandbox. Resolves when nothing of it is alive. */
  end(): Promise<void>;
}

export function housing(spec: HousingSpec): Housing {
  const { runUser, home, machine } = spec;
  let premises: Promise<Premises> | undefined;
  let closed = false;
  const open = async (): Promise<Premises> => {
    if (closed) throw new Error("it is closed");
    premises ??= openPremises({ ...spec, filter: machine.filter });
    premises.catch(() => (premises = undefined));
    return premises;
  };
  const lodgings = oneAfterTheOther(async () => openLodging(await open(), { ...spec, user: runUser?.user }));
  return {
    isRunning: () => lodgings.isRunning(),
    wasUsed: () => premises !== undefined && !closed,
    premises: open,
    lodging: () => lodgings.current(),
    usage: () => lodgings.usage(),
    end: () => lodgings.end(),
    async [Symbol.asyncDispose]() {
      closed = true;
      // The last first, and all of it, whatever fails.
      await using _home = { [Symbol.asyncDispose]: async () => home.leave() };
      await using _user = runUser;
      await using _premises = await premises?.catch(() => undefined);
      await using _lodgings = lodgings;
    },
  };
}

interface Lodgings extends AsyncDisposable {
  isRunning(): boolean;
  current(): Promise<Lodging>;
  usage(): Promise<Used>;
  end(): Promise<void>;
}

/** Sandboxes of which each begins when it is needed and the one before it has ended. */
function oneAfterTheOther(open: () => Promise<Lodging>): Lodgings {
  let past: Used = {};
  let current: { readonly lodging: Promise<Lodging>; isOver: () => boolean } | undefined;
  const opened = async (): Promise<Lodging | undefined> => current?.lodging.catch(() => undefined);

  /** Closes what is over, and keeps what it has used. */
  async function leave(lodging: Lodging | undefined): Promise<void> {
    await lodging?.sandbox.kill();
    past = summed(past, await lodging?.group?.usage());
    await lodging?.[Symbol.asyncDispose]();
  }
  function fresh(): Promise<Lodging> {
    const before = opened();
    const start = async (): Promise<Lodging> => {
      await leave(await before);
      return open();
    };
    const next = { lodging: start(), isOver: () => false };
    current = next;
    next.lodging.then(
      ({ sandbox }) => (next.isOver = () => sandbox.isOver()),
      () => (next.isOver = () => true),
    );
    return next.lodging;
  }
  return {
    isRunning: () => current?.isOver() === false,
    current: () => (current?.isOver() === false ? current.lodging : fresh()),
    async usage() {
      const lodging = await opened();
      return summed(past, await lodging?.group?.usage());
    },
    async end() {
      const lodging = await opened();
      await lodging?.sandbox.kill();
    },
    [Symbol.asyncDispose]: async () => leave(await opened()),
  };
}

function summed(past: Used, now: { readonly memoryPeakBytes?: number; readonly cpuMs?: number } = {}): Used {
  const memoryBytes = Math.max(past.memoryBytes ?? 0, now.memoryPeakBytes ?? 0);
  const cpuMs = (past.cpuMs ?? 0) + (now.cpuMs ?? 0);
  return { ...(memoryBytes > 0 ? { memoryBytes } : {}), ...(cpuMs > 0 ? { cpuMs } : {}) };
}
