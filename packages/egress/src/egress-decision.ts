/** Why something was not let through, or did not end well. */
export type EgressReason =
  /** It cannot be read in one way only. */
  | "malformed"
  | "host-not-allowed"
  | "port-not-allowed"
  /** A name leads to this machine, to a private network, or to where nothing public is. */
  | "address-not-allowed"
  | "unresolvable"
  | "unreachable"
  /** No connection in time, or nothing came or went for too long. */
  | "timeout"
  | "too-many-connections"
  /** The headers of a gateway could not be made, or what it answered cannot be searched for them. */
  | "gateway-failed"
  /** One of the two sides, or the proxy, ended it before it was complete. */
  | "aborted";

/** What became of one request. Never a query, a header or a body. */
export interface EgressDecision {
  /** ISO 8601, when it began. */
  readonly time: string;
  /** `CONNECT`, or the verb. Absent, as host and port are, where it could not be read. */
  readonly method?: string;
  readonly host?: string;
  readonly port?: number;
  /** Of plain HTTP, without the query. */
  readonly path?: string;
  readonly allowed: boolean;
  readonly reason?: EgressReason;
  /** The code of the system's error behind the reason, such as `ECONNREFUSED`. */
  readonly code?: string;
  /** What the sandbox was answered. */
  readonly status?: number;
  /** Bytes that went to the destination, with headers, and with TLS where it is the proxy that speaks it. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly durationMs: number;
  /** Present where a gateway answered. */
  readonly gateway?: true;
}

/** What of a decision is known when its request begins, and what when it ends. */
export type Asked = Pick<EgressDecision, "method" | "host" | "port" | "path" | "gateway">;
export type Ended = Pick<EgressDecision, "allowed" | "reason" | "code" | "status"> & Partial<Pick<EgressDecision, "bytesUp" | "bytesDown">>;

export interface DecisionLog {
  /** Gives the function that tells how it ended. */
  begin(asked: Asked): (ended: Ended) => void;
  /** The last ones, the oldest first. */
  latest(): readonly EgressDecision[];
}

export function decisionLog(limit: number, onDecision?: (decision: EgressDecision) => void): DecisionLog {
  const kept: EgressDecision[] = [];
  // Asynchronous, so that neither what it throws nor what it rejects with reaches a connection.
  const tell = async (decision: EgressDecision): Promise<void> => onDecision?.(decision);
  return {
    begin(asked) {
      const time = new Date().toISOString();
      const began = performance.now();
      return (ended) => {
        const decision = { time, ...asked, bytesUp: 0, bytesDown: 0, ...ended, durationMs: performance.now() - began };
        kept.push(decision);
        if (kept.length > limit) kept.shift();
        void tell(decision).catch(() => {});
      };
    },
    latest: () => [...kept],
  };
}
