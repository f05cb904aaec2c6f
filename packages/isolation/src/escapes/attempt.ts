import type { Guard } from "../guard.ts";
import type { ExecOptions, ExecResult } from "../isolation-adapter.ts";
import type { IsolationPolicy } from "../policy.ts";
import type { Condition } from "./conditions.ts";
import type { Argv, HostProgram } from "./programs.ts";

/** What a command of an attempt came to. */
export interface Tried extends ExecResult {
  /** What it printed to standard output after it had begun. */
  readonly text: string;
}

/**
 * Where an attempt is made: once on the host as it is, once in a space. Each has files, a marker and a workspace of its own, so
 * that nothing of one attempt is left for the next.
 */
export interface Ground extends AsyncDisposable {
  /** Whether commands run in a space. */
  readonly isolated: boolean;
  /** Random. Who shows it was where it should not have been. */
  readonly marker: string;
  readonly workspace: string;
  /** The workspace of another run, beside this one. It holds `secret`, with the marker. */
  readonly other: string;
  /** A directory in the home of the user who runs this, or in that of everybody where there is none. It holds `secret`, too. */
  readonly home: string;
  readonly program: HostProgram | undefined;
  /** How the last command ended. */
  readonly lastReason: ExecResult["reason"] | undefined;
  /** Whether a command has begun in the space. */
  readonly begun: boolean;
  /** Opens the space with more than the guard in its policy. Without a call it is opened for the first command. */
  readonly open: (policy: IsolationPolicy) => Promise<void>;
  /** `controlUid`: who runs the command on a host whose user is root, and may do anything without a way to it. */
  readonly exec: (argv: Argv, options?: ExecOptions & { readonly controlUid?: number }) => Promise<Tried>;
  /** Closes the space. On the host there is nothing to close, and what was left behind stays. */
  readonly end: () => Promise<void>;
  /** What undoes a change of the host, when all is over. */
  readonly defer: (undo: () => unknown) => void;
}

/**
 * One way out of an isolation. Made on the host it has to succeed, or it proves nothing; made in a space it must not.
 */
export interface EscapeAttempt {
  /** The guard, and a name in it: `fs.read/own-link`. */
  readonly id: string;
  readonly guard: Guard;
  /** What the command tries, after "a command cannot". */
  readonly title: string;
  /** What the machine has to have. Without it the attempt is not made, and says so. */
  readonly needs: readonly Condition[];
  /** How the command ends where the guard is `detected`. */
  readonly endsWith?: ExecResult["reason"];
  /** What was got, in a few words, as seen from the host; `undefined` when nothing was. */
  readonly make: (ground: Ground) => Promise<string | undefined>;
  /** The same without isolation, where it has to be made in another way. */
  readonly control?: (ground: Ground) => Promise<string | undefined>;
}

interface Details {
  readonly needs?: readonly Condition[];
  readonly endsWith?: ExecResult["reason"];
  readonly control?: (ground: Ground) => Promise<string | undefined>;
}

/** @param name `guard/name`. */
export function attempt(name: `${Guard}/${string}`, title: string, how: Details & { readonly make: EscapeAttempt["make"] }): EscapeAttempt {
  return { id: name, guard: name.slice(0, name.indexOf("/")) as Guard, title, needs: [], ...how };
}

/** An attempt that succeeds when the command prints the marker, which only what is guarded holds. */
export function leak(
  name: `${Guard}/${string}`,
  title: string,
  { argv, ...details }: Details & { readonly argv: (ground: Ground) => Argv | Promise<Argv> },
): EscapeAttempt {
  return attempt(name, title, {
    ...details,
    async make(ground) {
      const { text } = await ground.exec(await argv(ground));
      return text.includes(ground.marker) ? "it printed what only the host knows" : undefined;
    },
  });
}
