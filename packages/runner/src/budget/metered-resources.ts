import { type CallTrace, tracedModel } from "@dad/model-calls";
import { asRecorded, Usage } from "@dad/protocol";
import {
  type CallOptions,
  knownUsage,
  modelFacts,
  type ModelMeter,
  type ModelResource,
  type ModelTrouble,
  type Reservation,
  type ResourceKind,
  type ResourceKinds,
  type ResourceProfile,
  withMeter,
} from "@dad/resources";
import type { CallsOfAttempt } from "./calls-of-attempt.ts";

/** Whose calls they are. */
export interface Metering {
  readonly meter: ModelMeter;
  /** Makes a call, until the signal is aborted. */
  readonly calling: CallsOfAttempt["during"];
  /** Is told what is used, of each call once. */
  readonly count: (usage: Usage) => void;
  readonly onTrouble: (trouble: ModelTrouble) => void;
  /** Where their calls are told. */
  readonly trace: CallTrace;
}

/** The same profile. All models that it gives are metered, counted and traced, whoever calls them. */
export function meteredResources(profile: ResourceProfile, metering: Metering): ResourceProfile {
  const models = new Map<ModelResource, ModelResource>();
  function metered(model: ModelResource): ModelResource {
    const own = models.get(model) ?? atLeisure(tracedModel(meteredModel(model, metering), metering.trace));
    models.set(model, own);
    return own;
  }
  return {
    ...profile,
    forRun: (run) => meteredResources(profile.forRun(run), metering),
    get<Kind extends ResourceKind>(kind: Kind, id: string): ResourceKinds[Kind] {
      const resource = profile.get(kind, id);
      return kind === "model" ? (metered(resource as ModelResource) as ResourceKinds[Kind]) : resource;
    },
  };
}

/** Watches one call. */
interface CallWatch {
  readonly signal: AbortSignal;
  /** Something of it was paid. */
  readonly onPaid: () => void;
}

function meteredModel(model: ModelResource, metering: Metering): ModelResource {
  const { calling, count } = metering;
  const { recorded } = model.capabilities;
  // A recording calls nobody.
  const own = recorded ? model : withMeter(model);

  /** What somebody was called for is counted by the meter. */
  async function counted<Reply extends { readonly usage: Usage }>(ask: (watch: CallWatch) => Promise<Reply>): Promise<Reply> {
    let isPaid = false;
    const onPaid = (): void => void (isPaid = true);
    try {
      const reply = await calling((signal) => ask({ signal, onPaid }));
      countRecorded(reply.usage, isPaid);
      return reply;
    } catch (error) {
      const used = knownUsage(error);
      if (used) countRecorded(used, isPaid);
      throw error;
    }
  }

  /** Where a recording stands first, another model may have been paid in its place. */
  function countRecorded(usage: Usage, isPaid: boolean): void {
    if (recorded && !isPaid) count(asRecorded(usage));
    else if (usage.recorded) count({ calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, recorded: usage.recorded });
  }

  return {
    ...modelFacts(own),
    generate: (request, options = {}) => counted((call) => own.generate(request, watched(options, call, metering))),
    ...(own.embed && {
      embed: (texts: readonly string[], options: CallOptions = {}) => counted((call) => embed(own, texts, watched(options, call, metering))),
    }),
  };
}

/** The options of a call, which is metered, told, and ends with the attempt. */
function watched<Options extends CallOptions>(
  options: Options,
  { signal: within, onPaid }: CallWatch,
  { meter, count, onTrouble }: Metering,
): Options {
  const { meter: theirs, onTrouble: told } = options;
  const counting = countingMeter(meter, (usage) => {
    onPaid();
    count(usage);
  });
  const signal = options.signal ? AbortSignal.any([within, options.signal]) : within;
  const tell = (trouble: ModelTrouble): void => {
    onTrouble(trouble);
    told?.(trouble);
  };
  return { ...options, signal, meter: theirs ? bothMeters(counting, theirs) : counting, onTrouble: tell };
}

/** Whoever made a call and waits for it no more is not ended by what became of it. */
function atLeisure(model: ModelResource): ModelResource {
  function unwatched<Reply>(reply: Promise<Reply>): Promise<Reply> {
    reply.catch(() => undefined);
    return reply;
  }
  return {
    ...modelFacts(model),
    generate: (request, options) => unwatched(model.generate(request, options)),
    ...(model.embed && { embed: (texts: readonly string[], options: CallOptions = {}) => unwatched(embed(model, texts, options)) }),
  };
}

function embed(model: ModelResource, texts: readonly string[], options: CallOptions) {
  if (!model.embed) throw new TypeError(`${model.modelId} makes no vectors any more`);
  return model.embed(texts, options);
}

/** The same meter. What is used of what it sets aside is counted. */
function countingMeter(meter: ModelMeter, count: (usage: Usage) => void): ModelMeter {
  return {
    async reserve(estimate, options) {
      const reservation = await meter.reserve(estimate, options);
      const { tokens, usd } = estimate;
      const forfeited: Usage = { calls: 1, inputTokens: 0, outputTokens: 0, costUsd: 0, forfeited: { calls: 1, tokens, usd } };
      let ended = false;
      const end = (used: Usage | undefined, how: () => void): void => {
        if (!ended && used) count(used);
        ended = true;
        how();
      };
      return {
        ...reservation,
        settle(said) {
          const { recorded: _apart, ...usage } = Usage.safeParse(said).data ?? forfeited;
          end({ calls: 1, ...usage }, () => reservation.settle(usage));
        },
        release: () => end(undefined, () => reservation.release()),
        forfeit: () => end(forfeited, () => reservation.forfeit()),
      };
    },
  };
}

/** Both are asked. What the second one refuses, the first one takes back. */
function bothMeters(first: ModelMeter, second: ModelMeter): ModelMeter {
  return {
    async reserve(estimate, options) {
      const one = await first.reserve(estimate, options);
      const other = await second.reserve(estimate, options).catch((error: unknown) => {
        one.release();
        throw error;
      });
      const shorter = (one.timeMs ?? Number.POSITIVE_INFINITY) <= (other.timeMs ?? Number.POSITIVE_INFINITY) ? one : other;
      const each = (how: (reservation: Reservation) => void) => [one, other].forEach(how);
      return {
        ...shorter,
        settle: (usage) => each((reservation) => reservation.settle(usage)),
        release: () => each((reservation) => reservation.release()),
        forfeit: () => each((reservation) => reservation.forfeit()),
      };
    },
  };
}
