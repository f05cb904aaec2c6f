import type { ReportContent, ReportRun } from "@dad/protocol";
import type { Route } from "../route.ts";

/** Something that can be found, and where it is. */
export interface Entry {
  readonly kind: "element" | "error" | "span" | "log" | "content" | "file";
  readonly title: string;
  readonly text: string;
  readonly route: Route;
}

/** All that somebody may look for in a run, without copying what is large. */
export function* entriesOf(run: ReportRun): Generator<Entry> {
  for (const element of run.elements) {
    const { path, kind, status, error, attempts = [] } = element;
    const types = attempts.flatMap(({ nodeType }) => nodeType ?? []);
    const route: Route = { view: "timeline", path };
    yield { kind: "element", title: path, text: `${path} ${kind} ${types[0] ?? ""} ${status}`, route };
    if (error) yield { kind: "error", title: path, text: `${error.code} ${error.message}`, route };
    for (const attempt of attempts) {
      if (attempt.error && attempt.error.message !== error?.message)
        yield {
          kind: "error",
          title: `${path} attempt ${attempt.attempt}`,
          text: `${attempt.error.code} ${attempt.error.message}`,
          route: { ...route, attempt: attempt.attempt },
        };
    }
  }
  yield* spanEntries(run);
  yield* logEntries(run);
  yield* contentEntries(run);
  for (const { path } of run.outcome?.changes ?? []) yield { kind: "file", title: path, text: path, route: { view: "outcome", path } };
}

function* spanEntries(run: ReportRun): Generator<Entry> {
  for (const { spanId, name, message, attributes } of run.spans) {
    const model = textOf(attributes["gen_ai.request.model"] ?? attributes["gen_ai.tool.name"]);
    yield { kind: "span", title: name, text: `${name} ${spanId} ${model} ${message ?? ""}`, route: { view: "timeline", span: spanId } };
  }
}

function* logEntries(run: ReportRun): Generator<Entry> {
  for (const { body, path, spanId, severity } of run.logs) {
    const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
    if (text === "") continue;
    const route: Route =
      path !== undefined ? { view: "timeline", path, tab: "logs" } : spanId !== undefined ? { view: "timeline", span: spanId } : { view: "logs" };
    yield { kind: "log", title: `${severity} ${path ?? ""}`, text, route };
  }
}

function* contentEntries(run: ReportRun): Generator<Entry> {
  const seen = new Set<string>();
  for (const { path, attempts = [] } of run.elements) {
    for (const { artifacts, attempt } of attempts) {
      for (const { digest, name } of artifacts) {
        const content: ReportContent | undefined = Object.hasOwn(run.contents, digest) ? run.contents[digest] : undefined;
        if (content?.text === undefined || seen.has(digest)) continue;
        seen.add(digest);
        yield { kind: "content", title: `${path} ${name}`, text: content.text, route: { view: "timeline", path, attempt, tab: tabOf(name) } };
      }
    }
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The part of the inspector that shows an artifact. */
function tabOf(name: string): string {
  if (name === "input") return "input";
  return name === "result" || name === "outcome" ? "output" : "artifacts";
}
