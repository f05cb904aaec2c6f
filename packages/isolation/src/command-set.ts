import type { ExecOptions, ExecResult } from "./isolation-adapter.ts";
import { type PreparedCommand, runCommand, type RunningCommand } from "./run-command.ts";

/** The commands of one space: those that run, and those that have exited but left something running. */
export interface CommandSet {
  run(command: PreparedCommand, options: ExecOptions): Promise<ExecResult>;
  /** Ends all of them, with all that they started. */
  end(): Promise<void>;
}

export function commandSet(): CommandSet {
  const commands = new Set<RunningCommand>();
  const forgetEnded = (): void => {
    for (const command of commands) if (!command.group.alive()) commands.delete(command);
  };

  return {
    async run(command, options) {
      const running = runCommand(command, options);
      commands.add(running);
      try {
        return await running.result;
      } finally {
        forgetEnded();
      }
    },
    async end() {
      await Promise.all([...commands].map((command) => command.stop()));
      forgetEnded();
    },
  };
}
