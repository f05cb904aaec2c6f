import {
  artifactAttributes,
  type Attributes,
  ATTRIBUTES,
  failSpan,
  type Observability,
  OPERATIONS,
  SPANS,
  type Span,
  SpanKind,
  traceHeaders,
} from "@dad/observability";
import { type ArtifactEntry, asRecorded, type Usage } from "@dad/protocol";
import { type CallOptions, type Embedding, type GenerateOptions, knownUsage, type ModelRequest, type ModelResponse } from "@dad/resources";
import {
  budgetAttributes,
  type CalledModel,
  modelAttributes,
  type Operation,
  requestAttributes,
  responseAttributes,
  usageAttributes,
} from "./call-attributes.ts";
import { type MeasuredCall, measureCall, measurePieces } from "./call-metrics.ts";
import { type CapturedContent, capturing } from "./captured.ts";
import { type FailureTeller, failureTeller } from "./failure-teller.ts";
import { inputMessages, outputMessages, systemInstructions, toolDefinitions } from "./messages.ts";
import { type PieceTimes, pieceTimes } from "./piece-times.ts";

const { genAi } = ATTRIBUTES;

/** Where and how a call is told. */
export interface CallTrace extends Pick<CapturedContent, "redactor"> {
  readonly observability: Observability;
  /** Of its span, besides what it says itself. */
  readonly attributes?: Attributes;
}

/** One call of a model, which goes on until it is replied to or fails. */
export interface TracedCall<Reply> {
  /** The options of the call, with what its trace needs: the headers, and to hear how it goes. */
  options<Options extends CallOptions>(given: Options): Options;
  replied(reply: Reply): void;
  failed(error: unknown): void;
  /** Says which artifact has what is not told. */
  refer(what: string, entry: Pick<ArtifactEntry, "digest" | "path"> | undefined): void;
  /** As of the moment of the reply or failure. */
  end(): void;
}

/** What a model is asked. */
export interface ChatAsked {
  readonly request: ModelRequest;
  /** Whether pieces of the reply are heard. */
  readonly stream: boolean;
}

/**
 * A call of `generate`: a span `chat <model>`, a record of each call of a provider that failed, and measurements. Contents are told only as
 * far as `observability.capture` says.
 */
export function traceChat(model: CalledModel, { request, stream }: ChatAsked, trace: CallTrace): TracedCall<ModelResponse> {
  const capture = capturing(trace);
  const hasFiles = request.messages.some(({ content }) => typeof content !== "string" && [...content].some(({ type }) => type === "file"));
  const attributes = {
    ...requestAttributes(request),
    ...(stream ? { [genAi.requestStream]: true } : {}),
    ...capture({
      [genAi.systemInstructions]: systemInstructions(request),
      [genAi.inputMessages]: inputMessages(request),
      [genAi.toolDefinitions]: toolDefinitions(request),
    }),
  };
  return traceCall<ModelResponse>({ model, operation: OPERATIONS.chat, attributes, streams: stream }, trace, (response) => ({
    usage: response.usage,
    responseModel: response.modelId,
    modality: { input: hasFiles ? "unknown" : "text", output: (response.content ?? []).some(({ type }) => type === "file") ? "unknown" : "text" },
    attributes: { ...responseAttributes(response), ...capture({ [genAi.outputMessages]: outputMessages(response) }) },
  }));
}

/** A call of `embed`: a span `embeddings <model>`, and measurements. */
export function traceEmbeddings(model: CalledModel, trace: CallTrace): TracedCall<Embedding> {
  return traceCall<Embedding>({ model, operation: OPERATIONS.embeddings, attributes: {}, streams: false }, trace, ({ usage, modelId, vectors }) => ({
    usage,
    responseModel: modelId,
    modality: { input: "text", output: "unknown" },
    attributes: {
      [genAi.responseModel]: modelId,
      [genAi.embeddingsDimensionCount]: vectors[0]?.length,
      ...usageAttributes(usage, { output: false }),
    },
  }));
}

interface Asked {
  readonly model: CalledModel;
  readonly operation: Operation;
  readonly attributes: Attributes;
  readonly streams: boolean;
}

interface ReplyFacts extends Pick<MeasuredCall, "modality"> {
  readonly usage: Usage;
  readonly responseModel: string;
  readonly attributes: Attributes;
}

function traceCall<Reply extends { readonly usage: Usage }>(
  asked: Asked,
  trace: CallTrace,
  factsOf: (reply: Reply) => ReplyFacts,
): TracedCall<Reply> {
  const begun = begin(asked, trace);
  const { span } = begun;
  let ended: number | undefined;

  const endNow = (): number => {
    ended = performance.now();
    return (ended - begun.began) / 1_000;
  };

  return {
    options: (given) => ({ ...given, traced: true, headers: { ...traceHeaders(span), ...given.headers }, ...hearing(begun, given) }),
    replied(reply) {
      const seconds = endNow();
      tellReply(begun, factsOf({ ...reply, usage: usedFor(begun, reply) }), seconds);
    },
    failed(error) {
      tellFailure(begun, error, endNow());
    },
    refer(what, entry) {
      if (!entry) return;
      const { uri, digest } = artifactAttributes(what);
      span.setAttributes({ [uri]: entry.path, [digest]: entry.digest });
    },
    end: () => span.end(ended ?? performance.now()),
  };
}

/** A call that goes on. */
interface Begun extends Asked {
  readonly span: Span;
  /** By `performance.now()`. */
  readonly began: number;
  readonly observability: Observability;
  /** Which model is asked. */
  readonly facts: Attributes;
  readonly pieces: PieceTimes;
  readonly failures: FailureTeller;
}

function begin(asked: Asked, { observability, attributes }: CallTrace): Begun {
  const { model, operation } = asked;
  const facts = modelAttributes(operation, model);
  const span = observability.tracer.startSpan(SPANS[operation](model.modelId), {
    kind: SpanKind.CLIENT,
    attributes: { ...facts, ...asked.attributes, ...attributes },
  });
  const began = performance.now();
  return { ...asked, span, began, observability, facts, pieces: pieceTimes(began), failures: failureTeller({ span, observability, model: facts }) };
}

/** Where a model that is recorded stands first, another one may have been paid in its place. */
function isRecorded({ model, failures }: Begun): boolean {
  return model.capabilities.recorded && failures.attributes()[ATTRIBUTES.dad.modelFallbackFrom] === undefined;
}

/** A model that is recorded need not say so of each reply. */
function usedFor(begun: Begun, { usage }: { readonly usage: Usage }): Usage {
  return isRecorded(begun) && usage.recorded === undefined ? asRecorded(usage) : usage;
}

function tellReply({ span, observability: { meter }, facts, pieces, failures, streams, model }: Begun, reply: ReplyFacts, seconds: number): void {
  const { attributes, ...measured } = reply;
  const { first, others } = pieces.times();
  span.setAttributes({ ...attributes, ...failures.attributes() });
  measureCall(meter, { model: facts, seconds, ...measured });
  if (!streams || first === undefined) return;
  span.setAttribute(genAi.responseTimeToFirstChunk, first);
  if (!model.capabilities.recorded) measurePieces(meter, { ...facts, [genAi.responseModel]: measured.responseModel }, { first, others });
}

const UNKNOWN = { input: "unknown", output: "unknown" } as const;

function tellFailure(begun: Begun, error: unknown, seconds: number): void {
  const { span, observability, facts, failures } = begun;
  const errorType = failSpan(span, error, { message: observability.capture?.messages ?? false });
  const said = knownUsage(error);
  const usage = said && usedFor(begun, { usage: said });
  span.setAttributes({ ...budgetAttributes(error), ...(usage ? usageAttributes(usage) : {}), ...failures.attributes() });
  failures.last(error);
  if (usage || !isRecorded(begun)) measureCall(observability.meter, { model: facts, seconds, usage, errorType, modality: UNKNOWN });
}

function hearing({ span, failures, pieces }: Begun, { onTrouble, onPiece, onReplyId }: GenerateOptions): Partial<GenerateOptions> {
  return {
    onReplyId(id) {
      span.setAttribute(genAi.responseId, id);
      onReplyId?.(id);
    },
    onTrouble(trouble) {
      failures.trouble(trouble);
      pieces.restart();
      onTrouble?.(trouble);
    },
    ...(onPiece && {
      onPiece(piece) {
        pieces.came();
        onPiece(piece);
      },
    }),
  };
}
