import { endWithProcess } from "./end-with-process.ts";
import type { ExecOptions, ExecResult } from "./isolation-adapter.ts";
import { type PreparedCommand, runCommand, type RunningCommand } from "./run-command.ts";

/** The commands of one space: those that run, and those that have exited but left something running. None outlives an exit of this process. */
export interface CommandSet {
  run(command: PreparedCommand, options: ExecOptions): Promise<ExecResult>;
  /** Ends all of them, with all that they started. */
  end(): Promise<void>;
}

export function commandSet(): CommandSet {
  /** With what lets go of each. */
  const commands = new Map<RunningCommand, () => void>();
  const forgetEnded = (): void => {
    for (const [command, letGo] of commands) {
      if (command.group.alive()) continue;
      commands.delete(command);
      letGo();
    }
  };

  return {
    async run(command, options) {
      const running = runCommand(command, options);
      commands.set(running, endWithProcess(running.group));
      try {
        return await running.result;
      } finally {
        forgetEnded();
      }
    },
    async end() {
      await Promise.all([...commands.keys()].map((command) => command.stop()));
      forgetEnded();
    },
  };
}
