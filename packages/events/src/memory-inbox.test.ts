import { memoryInbox } from "./memory-inbox.ts";
import { inboxContract } from "./testing/inbox-contract.ts";

inboxContract("memoryInbox", { create: memoryInbox });
