// Fault: it says that no process is left behind when a space is closed, and a daemon is that left its group.
// Noticed by: proc.lifetime/session: nothing gets out
import { isolationContract } from "@dad/isolation/testing";
import { boastfulIsolation } from "./boastful-isolation.ts";

isolationContract("an isolation that only says that it ends daemons", { create: () => boastfulIsolation("proc.lifetime") });
