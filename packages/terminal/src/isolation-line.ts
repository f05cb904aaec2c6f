import type { EventOf } from "@dad/protocol";
import type { Paint } from "./paint.ts";

type Opened = Pick<EventOf<"isolation.opened">, "isolation" | "path">;

const NETWORKS = { host: "of the host", none: "none", allow: "by a list" } as const;

/** `isolation bubblewrap (contained, network none)`, and in red what it lacks of what was required. Its text is taken as it is: make it visible before. */
export function isolationLine({ path, isolation: { adapter, preset, network, degraded = [] } }: Opened, paint: Paint): string {
  const held = network === "host" && preset === "cooperative" ? preset : `${preset}, network ${NETWORKS[network]}`;
  const whose = path === undefined ? "" : ` for node ${path}`;
  const line = `isolation ${adapter} (${held})${whose}`;
  if (degraded.length === 0) return line;
  return `${line}, ${paint("red", `WITHOUT ${degraded.join(", ")}`)}: this machine cannot, and the policy says to go on; dad doctor says what helps`;
}
