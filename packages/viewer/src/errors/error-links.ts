import type { ErrorEnvelope, Json } from "@dad/protocol";

/** One error of a chain, for people. */
export interface ErrorLink extends Pick<ErrorEnvelope, "code" | "message" | "retryable"> {
  /** What can be done, where the error says so. */
  readonly hint?: string;
  readonly stack?: string;
  /** Whatever else it tells. */
  readonly details?: Readonly<Record<string, Json>>;
}

const MOST = 50;

/** An error and its causes, the outermost first. */
export function errorLinks(error: ErrorEnvelope): { readonly links: readonly ErrorLink[]; readonly isCut: boolean } {
  const links: ErrorLink[] = [];
  let current: ErrorEnvelope | undefined = error;
  for (; current && links.length < MOST; current = current.cause) links.push(linkOf(current));
  return { links, isCut: current !== undefined };
}

function linkOf({ code, message, retryable, details = {} }: ErrorEnvelope): ErrorLink {
  const text = (name: string): string | undefined => {
    const value = Object.hasOwn(details, name) ? details[name] : undefined;
    return typeof value === "string" ? value : undefined;
  };
  const [hint, stack] = [text("hint"), text("stack")];
  const others = Object.entries(details).filter(([name, value]) => !(typeof value === "string" && (name === "hint" || name === "stack")));
  return {
    code,
    message,
    retryable,
    ...(hint === undefined ? {} : { hint }),
    ...(stack === undefined ? {} : { stack }),
    ...(others.length === 0 ? {} : { details: Object.fromEntries(others) }),
  };
}
