import type { IsolationSpace } from "@dad/isolation";
import { type Attributes, ATTRIBUTES } from "@dad/observability";

const { dad } = ATTRIBUTES;

/** What a span says of the space in which commands run. */
export function isolationAttributes({ adapter, guards, degraded }: Pick<IsolationSpace, "adapter" | "guards" | "degraded">): Attributes {
  const had = Object.entries(guards).filter(([, strength]) => strength !== "none");
  return {
    [dad.isolationAdapter]: adapter,
    [dad.isolationGuards]: had.map(([guard, strength]) => `${guard}=${strength}`),
    [dad.isolationDegraded]: [...degraded],
  };
}
