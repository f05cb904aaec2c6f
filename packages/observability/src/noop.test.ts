import { noopObservability } from "./noop.ts";
import { observabilityContract } from "./testing.ts";

observabilityContract("noopObservability", { create: noopObservability });
