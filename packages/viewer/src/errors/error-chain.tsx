import type { ErrorEnvelope, Json } from "@dad/protocol";
import { JsonTree } from "../json/json-tree.tsx";
import { LongText } from "../text/long-text.tsx";
import { ShownText } from "../text/shown-text.tsx";
import { errorLinks } from "./error-links.ts";

/** An error with what caused it, the outermost first. */
export function ErrorChain({ error }: { readonly error: ErrorEnvelope }) {
  const { links, isCut } = errorLinks(error);
  return (
    <ol class="error-chain">
      {links.map((link, depth) => (
        <li key={depth}>
          {depth > 0 && <span class="dim">caused by</span>}
          <p class="error-line">
            <code class="error-code">
              <ShownText text={link.code} />
            </code>
            {link.retryable && <span class="badge">may succeed when repeated</span>}
          </p>
          <ErrorMessage message={link.message} />
          {link.hint !== undefined && (
            <p class="error-hint">
              <b>What to do</b> <ShownText text={link.hint} />
            </p>
          )}
          {link.stack !== undefined && <ErrorStack stack={link.stack} />}
          {link.details !== undefined && <JsonTree value={link.details as Json} label={`details of ${link.code}`} levels={3} isBare />}
        </li>
      ))}
      {isCut && <li class="dim">… and more causes</li>}
    </ol>
  );
}

const SHORT = 600;

function ErrorMessage({ message }: { readonly message: string }) {
  if (message.length > SHORT) return <LongText text={message} label="message" />;
  return (
    <p class="error-message">
      <ShownText text={message} />
    </p>
  );
}

function ErrorStack({ stack }: { readonly stack: string }) {
  return (
    <details>
      <summary>Stack</summary>
      <LongText text={stack} label="stack" isCode />
    </details>
  );
}
