import { type NodeOutcome, stoppedOutcome } from "@dad/engine";
import { DadError, type Json } from "@dad/protocol";
import { redactedError } from "@dad/run-context";
import { type Attempt, type Collected, disposeOwned } from "./attempt.ts";
import { askIn, contextOf } from "./attempt-context.ts";
import { NodeOutputError, NodeSettingsError, StaticInputError } from "./errors.ts";
import { frozenJson } from "./frozen-json.ts";
import { withoutSecrets } from "./without-secrets.ts";
import { interceptedAfter, interceptedBefore, misfitBy, type Replaced } from "./interceptions.ts";
import { inputQuestion } from "./waiting/required-input.ts";

/** Does the work of an attempt, and keeps what it gives. */
export async function executed(work: Attempt, collected: Collected): Promise<NodeOutcome> {
  const { call, scope, spending } = work;
  const { telemetry, ports } = scope.run;
  const stopped = (error: unknown): NodeOutcome => outcomeOf(work, redactedError(error, ports.redactor));
  let value: Json;
  try {
    spending.assertTimeLeft();
    const input = call.input ?? (await askedInput(work));
    const given = { settings: call.settings, ...(input === undefined ? {} : { input }) };
    await collected.records.keep("input", input === call.input ? given : { ...given, asked: true });
    telemetry.capture(call, "input", given);
    value = await interceptedValue({ ...work, call: { ...call, ...given } }, collected);
    spending.assertRunGoesOn();
  } catch (error) {
    return stopped(error);
  }
  try {
    await collected.records.keep("outcome", value);
    telemetry.capture(call, "output", value);
    return { status: "completed", value };
  } catch (error) {
    // It did its work, and there is no room to say so: recorded as failed, it would be done again.
    if (work.effect === "effectful" && DadError.is(error, "ARTIFACT_STORAGE_FAILED")) throw error;
    return stopped(error);
  }
}

/** How an attempt ended that threw: one whose time was up before anything else ended it has failed because of that. */
function outcomeOf({ signal, spending }: Attempt, error: unknown): NodeOutcome {
  return spending.wasCut() ? { status: "failed", error: signal.reason } : stoppedOutcome(signal, error);
}

/** What the node gives, or an interceptor instead. */
async function interceptedValue(work: Attempt, collected: Collected): Promise<Json> {
  const instead = await interceptedBefore(work, collected);
  if (instead) return checkedReplacement(work, instead);
  const value = await valueOf(work, collected);
  const other = await interceptedAfter(work, collected, value);
  return other ? checkedReplacement(work, other) : value;
}

/** What somebody is to give a node that was given nothing. */
async function askedInput(work: Attempt): Promise<Json | undefined> {
  const { call, definition, input } = work;
  if (input === undefined || definition.nodeType.input === undefined) return undefined;
  return await askIn(work, inputQuestion(call.path, definition.nodeType.input, input));
}

async function valueOf(work: Attempt, collected: Collected): Promise<Json> {
  const { call, definition, signal } = work;
  const { nodeType } = definition;
  const settings = nodeType.settings.safeParse(call.settings);
  if (!settings.success) throw new NodeSettingsError(call.path, settings.error);
  const input = inputOf(work);
  signal.throwIfAborted();
  let value: unknown;
  try {
    value = await nodeType.execute(contextOf(work, collected), { settings: settings.data, input });
  } finally {
    await disposeOwned(collected);
  }
  return checkedOutput(work, value);
}

function inputOf({ call, definition }: Attempt): unknown {
  if (call.input === undefined) return undefined;
  const parsed = definition.nodeType.input?.safeParse(call.input);
  if (!parsed?.success) throw new StaticInputError([`node ${call.path} does not take this input`]);
  return parsed.data;
}

/** What others are given of it has no secrets, as the record has none. @throws NodeOutputError for what the type of the node does not give. */
export function checkedOutput({ call, definition, scope }: Attempt, value: unknown): Json {
  const parsed = definition.nodeType.output.safeParse(value);
  if (!parsed.success) throw new NodeOutputError(call.path, parsed.error);
  try {
    return withoutSecrets(frozenJson(parsed.data), scope.run);
  } catch (cause) {
    throw new NodeOutputError(call.path, cause);
  }
}

function checkedReplacement(work: Attempt, replaced: Replaced): Json {
  try {
    return checkedOutput(work, replaced.value);
  } catch (cause) {
    throw new NodeOutputError(work.call.path, misfitBy(replaced, cause));
  }
}
