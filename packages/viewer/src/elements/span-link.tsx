import { hrefOf } from "../route.ts";
import { ShownText } from "../text/shown-text.tsx";

/** Leads to a span of the run. */
export function SpanLink({ id, name }: { readonly id: string; readonly name?: string }) {
  return (
    <a class="span-link" href={hrefOf({ view: "timeline", span: id })}>
      <ShownText text={name ?? id} />
    </a>
  );
}
