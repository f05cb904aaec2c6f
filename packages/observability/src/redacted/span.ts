import type { Link, Span, SpanOptions } from "@opentelemetry/api";
import type { Cleaning } from "./cleaning.ts";

export function redactedOptions(options: SpanOptions, clean: Cleaning): SpanOptions {
  try {
    const { attributes, links } = options;
    if (!attributes && !links) return options;
    return {
      ...options,
      ...(attributes ? { attributes: clean.attributes(attributes) } : {}),
      ...(links ? { links: links.map((link) => cleanLink(link, clean)) } : {}),
    };
  } catch {
    // What cannot be read is not told.
    return {};
  }
}

function cleanLink(link: Link, clean: Cleaning): Link {
  return link?.attributes ? { ...link, attributes: clean.attributes(link.attributes) } : link;
}

/** One that nobody records stays as it is. */
export function redactedSpan(span: Span, clean: Cleaning): Span {
  if (!span.isRecording()) return span;
  const also = (change: () => unknown): Span => {
    try {
      change();
    } catch {
      // What cannot be read is not told.
    }
    return redacted;
  };
  const redacted: Span = {
    spanContext: () => span.spanContext(),
    isRecording: () => span.isRecording(),
    // What is no name is never made one: that may take any time.
    setAttribute: (key, value) => also(() => typeof key === "string" && span.setAttributes(clean.attributes({ [key]: value }))),
    setAttributes: (attributes) => also(() => span.setAttributes(clean.attributes(attributes))),
    // A time is no plain object.
    addEvent: (name, ...[given, time]) => also(() => span.addEvent(clean.value(name) as string, cleanEvent(given, clean), time)),
    addLink: (link) => also(() => span.addLink(cleanLink(link, clean))),
    addLinks: (links) => also(() => span.addLinks(links.map((link) => cleanLink(link, clean)))),
    setStatus: (status) => also(() => span.setStatus(cleanStatus(status, clean))),
    updateName: (name) => also(() => span.updateName(clean.value(name) as string)),
    recordException: (exception, time) => void also(() => span.recordException(clean.exception(exception), time)),
    end: (time) => span.end(time),
  };
  return redacted;
}

type EventDetails = Parameters<Span["addEvent"]>[1];

function cleanEvent(given: EventDetails, clean: Cleaning): EventDetails {
  const isTime = typeof given !== "object" || given === null || Array.isArray(given) || given instanceof Date;
  return isTime ? given : clean.attributes(given);
}

function cleanStatus(status: Parameters<Span["setStatus"]>[0], clean: Cleaning): Parameters<Span["setStatus"]>[0] {
  const { code, message } = status;
  return typeof message === "string" ? { code, message: clean.value(message) as string } : { code };
}
