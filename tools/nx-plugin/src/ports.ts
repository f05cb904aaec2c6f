export interface Port {
  /** The interface that an adapter implements. */
  readonly type: string;
  /** The suite in `@dad/<port>/testing` that it has to pass. */
  readonly contract: string;
  /** What stands after the technology in the name of a factory. */
  readonly noun: string;
}

/** What the adapters of each port are called and what proves them. */
export const PORTS: Readonly<Record<string, Port>> = {
  artifacts: { type: "ArtifactStore", contract: "artifactStoreContract", noun: "ArtifactStore" },
  engine: { type: "Engine", contract: "engineContract", noun: "Engine" },
  events: { type: "EventBus", contract: "eventBusContract", noun: "EventBus" },
  isolation: { type: "IsolationAdapter", contract: "isolationContract", noun: "Isolation" },
  journal: { type: "JournalStore", contract: "journalStoreContract", noun: "JournalStore" },
  observability: { type: "Observability", contract: "observabilityContract", noun: "Observability" },
  outcome: { type: "OutcomeRepository", contract: "outcomeRepositoryContract", noun: "OutcomeRepository" },
  resources: { type: "ResourceRegistry", contract: "resourceRegistryContract", noun: "ResourceRegistry" },
  "run-index": { type: "RunIndex", contract: "runIndexContract", noun: "RunIndex" },
};

export interface AdapterName {
  readonly port: string;
  readonly technology: string;
}

/** `artifacts-s3` is the technology `s3` for the port `artifacts`. @throws TypeError for a name without a known port. */
export function adapterName(name: string): AdapterName {
  const port = Object.keys(PORTS).find((known) => name.startsWith(`${known}-`));
  if (port === undefined)
    throw new TypeError(`${name} names no port: an adapter is called <port>-<technology>, and the ports are ${Object.keys(PORTS).join(", ")}`);
  return { port, technology: name.slice(port.length + 1) };
}
