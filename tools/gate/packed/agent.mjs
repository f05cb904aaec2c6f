import { agent } from "@dad/agent";
import { runCommand } from "@dad/nodes";

export const greeter = agent("greeter").node("greet", runCommand({ argv: ["echo", "hello"] }));
