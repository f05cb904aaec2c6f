import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { hrefOf, type Route, routeOf } from "./route.ts";

/** Where the page is: what stands after `#` in its address. */
export interface Address {
  readonly hash: ReadonlySignal<string>;
  /** `undefined`: it is no link of this page. */
  readonly route: ReadonlySignal<Route | undefined>;
  go(route: Route, options?: { readonly replace?: boolean }): void;
}

/** Browsers refuse to change the address hundreds of times in some seconds, as when an arrow key is held. */
const SETTLED_MS = 200;

export function openAddress(window: Window): Address {
  const hash = signal(window.location.hash);
  let settling: number | undefined;
  let settled: string | undefined;
  const settle = () => {
    if (settling === undefined) return;
    window.clearTimeout(settling);
    settling = undefined;
    if (window.location.hash === hash.value) return;
    settled = hash.value;
    window.location.replace(settled);
  };
  window.addEventListener("hashchange", () => {
    const isOurs = window.location.hash === settled;
    settled = undefined;
    if (isOurs) return;
    // Somebody went elsewhere before it had settled.
    window.clearTimeout(settling);
    settling = undefined;
    hash.value = window.location.hash;
  });
  const go: Address["go"] = (route, { replace = false } = {}) => {
    const href = hrefOf(route);
    if (replace) {
      window.clearTimeout(settling);
      settling = window.setTimeout(settle, SETTLED_MS);
      hash.value = href;
    } else {
      settle();
      window.location.hash = href;
      hash.value = href;
    }
  };
  return { hash, route: computed(() => routeOf(hash.value)), go };
}
