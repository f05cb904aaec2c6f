import { diskArtifactView } from "@dad/artifacts/disk";
import type { Answering, EventHandler, InputHandler } from "@dad/events";
import { memoryEventBus } from "@dad/events/memory";
import type { IsolationAdapter, IsolationPolicy, RunScope } from "@dad/isolation";
import type { MakeRunPorts } from "@dad/run-context";
import { localIsolation } from "./local-isolation.ts";
import { type LocalObservability, localObservability } from "./local-observability.ts";
import type { LocalStore } from "./local-store.ts";
import { redactingFor, type RedactingOptions } from "./redacting.ts";

export interface IsolationChoice {
  /** Default: that of the store. */
  readonly adapter?: IsolationAdapter;
  /** What commands are held to. Default: `cooperative`. */
  readonly policy?: IsolationPolicy;
}

export interface LocalPortsOptions extends RedactingOptions {
  /** Told everything that happens in the run. */
  readonly onEvent?: EventHandler;
  /** Answers what the run asks, or leaves it to who posts an answer in its inbox. `by`: what is recorded of who answers. */
  readonly onInput?: { readonly answer: InputHandler; readonly by?: Answering } | undefined;
  readonly isolation?: IsolationChoice;
  /** `false`: runs have no outcome, and need no git. Each works in a directory beside its record, where its files stay. */
  readonly outcome?: false | undefined;
  /** How runs are traced, measured and logged. `false`: not at all. Default: in the files of each. */
  readonly observability?: false | LocalObservability | undefined;
  /** For several runs in this process at once whose code asks it for its environment or directory: `processScope()` of `@dad/isolation/scope`. */
  readonly scope?: RunScope;
}

/** Who holds the commands of a run to what. */
export function isolationOf(
  store: LocalStore,
  { isolation, hostEnv }: { readonly [Name in "isolation" | "hostEnv"]?: LocalPortsOptions[Name] | undefined },
): IsolationAdapter {
  return isolation?.adapter ?? (hostEnv ? localIsolation({ runRoot: store.runRoot, hostEnv }) : store.isolation);
}

/**
 * The ports of a run on this machine: its own bus, view, telemetry and knowledge of secrets, and the store that it shares with the others.
 *
 * @param root - What the run executes, as far as it is known.
 */
export function localPorts(store: LocalStore, options: LocalPortsOptions, root?: { readonly id: string }): MakeRunPorts {
  const { resources, hostEnv, onEvent, onInput, isolation, outcome, observability = {}, scope } = options;
  const adapter = isolationOf(store, { isolation, hostEnv });
  return (env, own) => {
    const { redactor } = redactingFor({ store, ports: options });
    const events = own(memoryEventBus({ redactor }));
    if (onEvent) events.subscribe("*", onEvent);
    if (onInput) events.handleInput(onInput.answer, onInput.by ? { by: onInput.by } : {});
    return {
      journals: store.journals,
      artifacts: store.artifacts,
      ...(outcome === false ? {} : { outcomes: store.outcomes }),
      workspaces: store.workspaces,
      view: diskArtifactView({ root: env.runDir, store: store.artifacts }),
      events,
      inbox: store.inbox,
      resources,
      observability: own(localObservability(observability, { env, rootComponentId: root?.id, project: store.project, redactor })),
      redactor,
      isolation: adapter,
      ...(scope ? { scope } : {}),
    };
  };
}
