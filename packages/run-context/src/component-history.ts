import type { NodePath, RecordedEvent } from "@dad/protocol";

/** `ended`: it did not complete. */
export type ComponentState = "started" | "parked" | "completed" | "ended" | "skipped";

/** Folds how each component stands. */
export function foldComponents() {
  const states = new Map<NodePath, ComponentState>();
  return {
    states: states as ReadonlyMap<NodePath, ComponentState>,
    add(event: RecordedEvent): void {
      if (isOfComponent(event)) states.set(event.path, COMPONENT_STATES[event.type]);
    },
  };
}

const COMPONENT_STATES = {
  "component.started": "started",
  "component.parked": "parked",
  "component.completed": "completed",
  "component.failed": "ended",
  "component.cancelled": "ended",
  "component.skipped": "skipped",
} as const satisfies { readonly [Type in RecordedEvent["type"]]?: ComponentState };

type ComponentEvent = Extract<RecordedEvent, { readonly type: keyof typeof COMPONENT_STATES }>;

function isOfComponent(event: RecordedEvent): event is ComponentEvent {
  return Object.hasOwn(COMPONENT_STATES, event.type);
}
