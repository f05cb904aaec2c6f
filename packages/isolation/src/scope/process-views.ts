import type { Entered, View } from "./entered.ts";
import { virtualise } from "./virtual-process.ts";

/** What all scopes of this process have together, also those of other copies of this package. */
interface ProcessViews {
  entries: number;
  readonly views: Set<View>;
  /** Gives the process back. Set while there is a view. */
  restore: (() => void) | undefined;
}

/** A process has one environment and one directory, so who looks through them is known to the process and not to a module. */
const KEY = Symbol.for("@dad/isolation/process-views/1");

function viewsOfProcess(): ProcessViews {
  const holder = process as { [KEY]?: ProcessViews };
  return (holder[KEY] ??= { entries: 0, views: new Set(), restore: undefined });
}

/** A number that is greater than all before it in this process. */
export function nextOrder(): number {
  return (viewsOfProcess().entries += 1);
}

/** From now on the process is what the view says, to code that is in a place. Until it is disposed; in any order. */
export function addView(view: View): Disposable {
  const shared = viewsOfProcess();
  shared.views.add(view);
  shared.restore ??= virtualise(() => innermost(shared.views));
  return {
    [Symbol.dispose]() {
      shared.views.delete(view);
      if (shared.views.size > 0) return;
      shared.restore?.();
      shared.restore = undefined;
    },
  };
}

function innermost(views: ReadonlySet<View>): Entered | undefined {
  let inner: Entered | undefined;
  for (const view of views) {
    const entered = view();
    if (entered && !(inner && inner.order > entered.order)) inner = entered;
  }
  return inner;
}
