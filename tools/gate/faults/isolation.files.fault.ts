// Fault: it says that commands cannot read the files of the host, and they can.
// Noticed by: fs.read/own-link: nothing gets out
import { isolationContract } from "@dad/isolation/testing";
import { boastfulIsolation } from "./boastful-isolation.ts";

isolationContract("an isolation that only says that it hides files", { create: () => boastfulIsolation("fs.read") });
