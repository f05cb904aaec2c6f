import type { InputRequest, RunEvent } from "@dad/protocol";

/** What a run has asked, and nobody has answered. */
export interface OpenRequests {
  add(event: RunEvent): void;
  /** In the order in which they were asked. */
  all(): readonly InputRequest[];
  of(path: string): readonly InputRequest[];
}

export function openRequests(): OpenRequests {
  const open = new Map<string, InputRequest>();
  return {
    add(event) {
      if (event.type === "input.requested") open.set(event.request.id, event.request);
      if (event.type === "input.answered" || event.type === "input.cancelled") open.delete(event.request);
      if (event.type === "input.expired" && event.onTimeout !== "wait") open.delete(event.request);
    },
    all: () => [...open.values()],
    of: (path) => [...open.values()].filter((request) => request.path === path),
  };
}
