import { memoryRunIndex } from "./memory.ts";
import { runIndexContract } from "./testing.ts";

runIndexContract("memoryRunIndex", { create: memoryRunIndex });
