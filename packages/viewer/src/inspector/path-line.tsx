import { hrefOf } from "../route.ts";
import { ShownText } from "../text/shown-text.tsx";

/** What stands around an element, from the root down, each a link. */
export function PathLine({ path }: { readonly path: string }) {
  const steps = path.split(".");
  if (steps.length === 1) return null;
  return (
    <nav class="path-line" aria-label="Around it">
      {steps.slice(0, -1).map((step, index) => (
        <span key={index}>
          <a href={hrefOf({ view: "timeline", path: steps.slice(0, index + 1).join(".") })}>
            <ShownText text={step} />
          </a>
          <span aria-hidden="true">.</span>
        </span>
      ))}
    </nav>
  );
}
