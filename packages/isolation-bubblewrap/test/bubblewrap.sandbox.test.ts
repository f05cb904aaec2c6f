import { fileURLToPath } from "node:url";
import { isolationContract } from "@dad/isolation/testing";
import { create } from "./host-adapter.ts";

isolationContract("bubblewrapIsolation", {
  create,
  program: { module: fileURLToPath(new URL("./host-adapter.ts", import.meta.url)), execArgv: ["--conditions=@dad/source"] },
});
