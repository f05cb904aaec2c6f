import { useState } from "preact/hooks";
import { Section } from "../elements/facts.tsx";
import { Status } from "../elements/status.tsx";
import { countText } from "../format/amounts.ts";
import { tookText } from "../format/took.ts";
import { hrefOf } from "../route.ts";
import type { RunIndex } from "../run-index.ts";
import { ShowMore } from "../elements/show-more.tsx";

const FIRST = 50;
const MORE = 500;

/** What stands right in a component or a block. */
export function ChildrenOf({ index, path }: { readonly index: RunIndex; readonly path: string }) {
  const [most, setMost] = useState(FIRST);
  const children = index.elementsIn(path);
  if (children.length === 0) return null;
  return (
    <Section title="What is in it" aside={countText(children.length)}>
      <table class="children">
        <tbody>
          {children.slice(0, most).map((child) => (
            <tr key={child.path}>
              <td>
                <a href={hrefOf({ view: "timeline", path: child.path })}>
                  <Status status={child.status} label={child.path.slice(path.length + 1)} />
                </a>
              </td>
              <td class="dim">{child.attempts?.at(-1)?.nodeType ?? child.kind}</td>
              <td class="amount">{tookText(child)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {children.length > most && <ShowMore left={countText(children.length - most)} onMore={() => setMost(most + MORE)} />}
    </Section>
  );
}
