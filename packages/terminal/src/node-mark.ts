import type { NodeStatus, RunStatus } from "@dad/protocol";
import type { Paint, Style } from "./paint.ts";

const LOOKS: Readonly<Record<NodeStatus | RunStatus, readonly [mark: string, style: Style]>> = {
  running: ["●", "cyan"],
  waiting: ["◌", "yellow"],
  completed: ["✔", "green"],
  failed: ["✖", "red"],
  cancelled: ["■", "yellow"],
  skipped: ["–", "dim"],
  interrupted: ["■", "yellow"],
};

/** The sign of a status and its style. */
export function statusLook(status: NodeStatus | RunStatus): readonly [mark: string, style: Style] {
  return LOOKS[status];
}

/** The sign of a status. It never stands alone: the word is beside it. */
export function statusMark(status: NodeStatus | RunStatus, paint: Paint): string {
  const [mark, style] = statusLook(status);
  return paint(style, mark);
}

export function statusWord(status: NodeStatus | RunStatus, paint: Paint): string {
  return paint(LOOKS[status][1], status);
}
