import { inlineEngine } from "./inline.ts";
import { engineContract } from "./testing.ts";

engineContract("inlineEngine", { create: inlineEngine });
