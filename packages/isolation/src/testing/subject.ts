import type { HostProgram } from "../escapes/programs.ts";
import type { IsolationAdapter } from "../isolation-adapter.ts";

export interface IsolationSubject {
  /**
   * The adapter as a program of this machine would make it. An adapter that is told of the host's environment gets all
   * of `process.env` here: the suite plants secrets there.
   */
  create(): IsolationAdapter | Promise<IsolationAdapter>;
  /** How to make it in another process, which the suite kills. An adapter that claims `proc.hostDeath` or `priv.tty` needs it. */
  readonly program?: HostProgram;
}
