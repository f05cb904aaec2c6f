import { DadError, messageOf, type Usage } from "@dad/protocol";
import { knownUsage, type ModelResource, type ProfileDefinition, type ToolSource } from "@dad/resources";
import { isModelDefinition, secretReferences } from "@dad/resources/static";

/** How long each may take. */
const TIME_MS = 30_000;
/** The least that all providers take. */
const MAX_OUTPUT_TOKENS = 16;

/** What came of asking somebody. Without a `problem`, all is well. */
export interface Asked {
  readonly problem?: string;
  readonly usage?: Usage;
  readonly durationMs?: number;
  /** What a server of tools has, by name. */
  readonly tools?: readonly string[];
}

/**
 * The same profile with models that are asked once and alone, so that each says itself whether it answers, and no other one in its place.
 * All secrets that it names are among its secrets, each by its reference.
 */
export function eachAlone(profile: ProfileDefinition): ProfileDefinition {
  const models = Object.entries(profile.models ?? {}).map(([alias, model]) => {
    if (!isModelDefinition(model)) return [alias, model] as const;
    const { fallbacks: _others, timeoutMs = TIME_MS, ...own } = model;
    return [alias, { ...own, timeoutMs: Math.min(timeoutMs, TIME_MS), retry: { attempts: 1 } }] as const;
  });
  const { budget: _ofRuns, ...others } = profile;
  const secrets = Object.fromEntries(secretReferences(profile).map((reference) => [reference, reference]));
  return { ...others, models: Object.fromEntries(models), secrets };
}

/** Asks a model for a few words, or for the vector of one. */
export async function askModelOnce(model: ModelResource, signal: AbortSignal): Promise<Asked> {
  const makesVectors = model.embed !== undefined && /embed/i.test(model.modelId);
  return await timed(signal, async (within) => {
    const options = { signal: within };
    const { usage } = makesVectors
      ? await (model.embed as NonNullable<ModelResource["embed"]>)(["ok"], options)
      : await model.generate({ messages: [{ role: "user", content: "Say ok." }], settings: { maxOutputTokens: MAX_OUTPUT_TOKENS } }, options);
    return { usage: { ...usage, calls: usage.calls ?? 1 } };
  });
}

/** Starts or reaches a server of tools, and lists what it has. */
export async function listToolsOnce(source: ToolSource, signal: AbortSignal): Promise<Asked> {
  return await timed(signal, async (within) => {
    await using open = await source.open({ signal: within });
    return { tools: open.tools.map(({ name }) => name) };
  });
}

/** Any answer will do: it says that somebody is there. */
export async function reachOnce(url: URL, signal: AbortSignal): Promise<Asked> {
  return await timed(signal, async (within) => {
    const { body } = await fetch(url, { method: "HEAD", redirect: "manual", signal: within });
    await body?.cancel();
    return {};
  });
}

async function timed(signal: AbortSignal, ask: (within: AbortSignal) => Promise<Asked>): Promise<Asked> {
  const late = AbortSignal.timeout(TIME_MS);
  const begun = performance.now();
  try {
    return { ...(await ask(AbortSignal.any([signal, late]))), durationMs: Math.round(performance.now() - begun) };
  } catch (error) {
    signal.throwIfAborted();
    return late.aborted ? { problem: `no answer within ${TIME_MS / 1000} seconds` } : { problem: problemOf(error), ...paidFor(error) };
  }
}

/** What went wrong, in one line. */
export function problemOf(error: unknown): string {
  const own = messageOf(error);
  const { cause } = error as { readonly cause?: unknown };
  // What `fetch` says itself is only that it failed.
  const message = DadError.is(error) || cause === undefined ? own : `${own}: ${causeText(cause)}`;
  return message.replaceAll(/\s*\n\s*/g, " ");
}

function causeText(cause: unknown): string {
  const { code } = cause as { readonly code?: unknown };
  return messageOf(cause) || String(code);
}

/** A call that failed may have been paid for. */
function paidFor(error: unknown): Pick<Asked, "usage"> {
  const usage = knownUsage(error);
  return usage ? { usage } : {};
}
