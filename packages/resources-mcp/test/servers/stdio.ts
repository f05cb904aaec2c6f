import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { properServer } from "./proper.ts";

serveStdio(properServer);
