import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

const KEYS: readonly (readonly [title: string, keys: readonly (readonly [keys: string, does: string])[]])[] = [
  [
    "Everywhere",
    [
      ["1 – 6", "the views"],
      ["/", "search"],
      ["n  N", "the next, the previous place that was found"],
      ["t", "colours: as the system has them, light, dark"],
      ["?", "this help"],
    ],
  ],
  [
    "In the tree",
    [
      ["↑ ↓  k j", "up and down"],
      ["→ ←  l h", "open and go in, close and go out"],
      ["Enter", "open or close"],
      ["e  c", "open all, close all"],
      ["Esc", "choose nothing"],
    ],
  ],
  [
    "In the inspector",
    [
      ["[  ]", "the part before, the next part"],
      ["1 – 9", "the parts, while the focus is in it"],
      ["↑ ↓ → ←", "through values, and through lists"],
    ],
  ],
  [
    "In the chart",
    [
      ["+  −  0", "zoom in, zoom out, show all time"],
      ["⇧ → ⇧ ←", "move along the time"],
      ["g", "draw idle time shorter, or as long as it was"],
      ["Ctrl + wheel", "zoom where the pointer is"],
      ["⇧ + wheel", "move along the time"],
    ],
  ],
];

const LEGEND: readonly (readonly [name: string, means: string])[] = [
  ["is-completed", "completed"],
  ["is-failed", "failed"],
  ["is-failed mild", "failed, and tried again or handled"],
  ["is-reused", "reused"],
  ["wait", "waits for somebody"],
  ["is-running", "goes on"],
  ["fill-chat", "a call of a model"],
  ["fill-tool", "a tool or a command"],
  ["fill-other", "something else in a node"],
];

export function Help({ open }: { readonly open: Signal<boolean> }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open.value]);
  return (
    <dialog class="help" ref={dialog} onClose={() => (open.value = false)} aria-label="Keys">
      {KEYS.map(([title, keys]) => (
        <section key={title}>
          <h2>{title}</h2>
          <dl>
            {keys.map(([key, does]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <section class="legend">
        <h2>Colours of the chart</h2>
        <p>
          {LEGEND.map(([name, means]) => (
            <span key={means}>
              <i class={`bar ${name}`} /> {means}
            </span>
          ))}
        </p>
      </section>
      <button type="button" onClick={() => (open.value = false)}>
        Close
      </button>
    </dialog>
  );
}
