import { render } from "preact";
import type { Store } from "../store.ts";
import { PrintedRun } from "./printed-run.tsx";

/** On paper there is nothing to open or to scroll: what is printed is a document of its own, made when somebody prints. */
export function watchPrinting(window: Window, store: Store): () => void {
  const root = window.document.createElement("div");
  root.className = "printed";
  window.document.body.append(root);
  // Preact renders a root at once: what is not in the document now is not printed.
  const begin = () => render(<PrintedRun store={store} />, root);
  const end = () => render(null, root);
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
  return () => {
    window.removeEventListener("beforeprint", begin);
    window.removeEventListener("afterprint", end);
    root.remove();
  };
}
