import type { NodePath } from "@dad/protocol";
import { ModelError, modelFacts, type ModelRequest, type ModelResource, type ResourceProfile } from "@dad/resources";
import type { Going } from "./watched-engine.ts";

/** One call of a model. */
export interface AskedModel {
  /** By which the node asked for it. */
  readonly alias: string;
  /** Who asked. */
  readonly path: NodePath;
  readonly request: ModelRequest;
}

export interface Asking {
  readonly path: NodePath;
  readonly going: Going;
  /** Those of the test, by their aliases, as it gave them. */
  readonly models: Readonly<Record<string, ModelResource>>;
  onAsked(asked: AskedModel): void;
  /** The test gives no resource, or no answer, for what the node asks for. */
  onUnexpected(problem: string, cause: unknown): void;
}

/** The resources of a node, which tell what it asks of models. */
export function askedResources(resources: ResourceProfile, asking: Asking): ResourceProfile {
  return {
    ...resources,
    get(kind, id) {
      const resource = found(resources, { kind, id }, asking);
      return kind === "model" ? (askedModel(id, resource as ModelResource, asking) as typeof resource) : resource;
    },
  };
}

function found<Kind extends Parameters<ResourceProfile["get"]>[0]>(
  resources: ResourceProfile,
  { kind, id }: { readonly kind: Kind; readonly id: string },
  { onUnexpected }: Asking,
): ReturnType<typeof resources.get<Kind>> {
  try {
    return resources.get(kind, id);
  } catch (error) {
    onUnexpected(`asks for the ${kind} "${id}", and the test has none: give it as ${kind}s: { "${id}": … }`, error);
    throw error;
  }
}

function askedModel(alias: string, model: ModelResource, { path, going, models, onAsked, onUnexpected }: Asking): ModelResource {
  return {
    ...modelFacts(model),
    ...(model.embed && { embed: model.embed.bind(model) }),
    async generate(request, options) {
      onAsked({ alias, path, request: structuredClone(request) });
      try {
        const reply = model.generate(request, options);
        // What a script answers is there at once, or it is not to come before its time. Other models may read a recording.
        return await (isScripted(models[alias]) ? going.waitFor(reply) : reply);
      } catch (error) {
        if (ModelError.is(error, "MODEL_NOT_RECORDED")) onUnexpected(`asks the model "${alias}" for what it is not to answer`, error);
        throw error;
      }
    },
  };
}

function isScripted(model: ModelResource | undefined): boolean {
  return model !== undefined && "assertUsedUp" in model;
}
