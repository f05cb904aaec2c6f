import type { JournalStore } from "@dad/journal";
import { isGroupLeft } from "@dad/isolation/process";
import { type NodePath, type RecordedEvent, type RunId, StartedCommand } from "@dad/protocol";

/** A command that a process of a run left behind when it was killed. */
export interface LeftCommand {
  /** The node that ran it. */
  readonly path: NodePath;
  readonly command: StartedCommand;
  /** False: it ran on another machine, and nobody here knows whether it still does. */
  readonly here: boolean;
}

/**
 * The commands of a run that may still be going on although nobody waits for them: whoever goes on with the run wants them to
 * have ended. Only while nobody works on the run. @throws `RUN_UNKNOWN`, `JOURNAL_DAMAGED`.
 */
export async function commandsLeft(journals: JournalStore, runId: RunId): Promise<readonly LeftCommand[]> {
  const left: LeftCommand[] = [];
  for (const { path, command } of await unendedCommands(journals.read(runId))) {
    const isLeft = await isGroupLeft(processOf(command));
    if (isLeft !== false) left.push({ path, command, here: isLeft === true });
  }
  return left;
}

type Unended = Pick<LeftCommand, "path" | "command">;

/** The last command of each attempt whose end is not on record. */
async function unendedCommands(events: AsyncIterable<RecordedEvent>): Promise<readonly Unended[]> {
  const abandoned: Unended[] = [];
  const going = new Map<NodePath, Unended>();
  for await (const event of events) {
    if (event.type === "custom.emitted" && event.name === "command.started" && event.path !== undefined) {
      const command = StartedCommand.safeParse(event.data).data;
      if (command) going.set(event.path, { path: event.path, command });
    } else if (event.type === "node.started") {
      const before = going.get(event.path);
      if (before) abandoned.push(before);
      going.delete(event.path);
    } else if (event.type === "node.completed" || event.type === "node.failed" || event.type === "node.cancelled") going.delete(event.path);
  }
  return [...abandoned, ...going.values()];
}

function processOf({ pid, host, startTime, bootId }: StartedCommand) {
  return { pid, host, ...(startTime === undefined ? {} : { startTime }), ...(bootId === undefined ? {} : { bootId }) };
}
