import { render } from "preact";
import { readReport } from "./read-report.ts";
import { Shell } from "./shell/shell.tsx";
import { openStore } from "./store.ts";

/** Shows the report that stands in the page. */
export function openPage(document: Document): void {
  const root = document.createElement("div");
  root.id = "app";
  document.body.append(root);
  render(<p class="opening">Opening…</p>, root);
  readReport(document)
    .then((report) => {
      const store = openStore(report, window);
      document.title = `${report.run.details.runId} · ${report.run.details.status}`;
      render(<Shell store={store} />, root);
    })
    .catch((error: unknown) => {
      render(
        <p class="opening" role="alert">
          {error instanceof Error ? error.message : String(error)}
        </p>,
        root,
      );
    });
}
