import type { IsolationSpace } from "@dad/isolation";

/** What a span says of the space in which commands run. */
export function isolationAttributes({ adapter, guards, degraded }: Pick<IsolationSpace, "adapter" | "guards" | "degraded">) {
  const had = Object.entries(guards).filter(([, strength]) => strength !== "none");
  return {
    "dad.isolation.adapter": adapter,
    "dad.isolation.guards": had.map(([guard, strength]) => `${guard}=${strength}`),
    "dad.isolation.degraded": [...degraded],
  };
}
