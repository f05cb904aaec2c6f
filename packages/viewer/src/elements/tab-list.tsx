import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

export interface TabListProps<Tab extends string> {
  /** Of the whole, in the ids of its parts. */
  readonly id: string;
  readonly label: string;
  readonly tabs: readonly { readonly tab: Tab; readonly label: string; readonly aside?: ComponentChildren }[];
  readonly current: Tab;
  readonly onChoose: (tab: Tab) => void;
}

/** Tabs, by the ARIA Authoring Practices. The panel of each has the id `<id>-panel-<tab>`. */
export function TabList<Tab extends string>({ id, label, tabs, current, onChoose }: TabListProps<Tab>) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = tabKey(event.key, { tabs: tabs.map(({ tab }) => tab), current });
    if (next === undefined || /^\d$/.test(event.key)) return;
    event.preventDefault();
    onChoose(next);
    list.current?.querySelector<HTMLElement>(`#${id}-tab-${next}`)?.focus();
  };
  return (
    <div role="tablist" aria-label={label} class="tabs" ref={list} onKeyDown={onKeyDown}>
      {tabs.map(({ tab, label: name, aside }, index) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`${id}-tab-${tab}`}
          aria-selected={tab === current}
          aria-controls={tab === current ? `${id}-panel-${tab}` : undefined}
          aria-keyshortcuts={index < 9 ? String(index + 1) : undefined}
          tabIndex={tab === current ? 0 : -1}
          onClick={() => onChoose(tab)}
        >
          {name}
          {aside !== undefined && <small>{aside}</small>}
        </button>
      ))}
    </div>
  );
}

/** The tab that a key leads to: the digit of one, an arrow, or a bracket. */
export function tabKey<Tab extends string>(
  key: string,
  { tabs, current }: { readonly tabs: readonly Tab[]; readonly current: Tab },
): Tab | undefined {
  if (/^[1-9]$/.test(key)) return tabs[Number(key) - 1];
  const at = tabs.indexOf(current);
  if (key === "ArrowRight" || key === "]") return tabs[(at + 1) % tabs.length];
  if (key === "ArrowLeft" || key === "[") return tabs[(at - 1 + tabs.length) % tabs.length];
  if (key === "Home") return tabs[0];
  return key === "End" ? tabs.at(-1) : undefined;
}
