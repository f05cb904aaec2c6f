import type { NodeStatus, RunStatus } from "@dad/protocol";

const SHAPES: Readonly<Record<NodeStatus | RunStatus, string>> = {
  completed: "M4.5 8.4l2.4 2.4 4.7-5.2",
  failed: "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6",
  cancelled: "M4.4 11.6l7.2-7.2",
  running: "M6.3 4.9l5 3.1-5 3.1z",
  waiting: "M8 4.6V8l2.3 1.6",
  skipped: "M5 8h6",
  interrupted: "M8 4.4v4.4M8 11v.4",
};

/** How something stands, as a sign that does without colours. It says nothing to those who hear the page: a word beside it does. */
export function StatusMark({ status }: { readonly status: NodeStatus | RunStatus }) {
  return (
    <svg class={`mark is-${status}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <circle cx="8" cy="8" r="7" />
      <path d={SHAPES[status] ?? "M8 8"} />
    </svg>
  );
}
