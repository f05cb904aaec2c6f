import { userInfo } from "node:os";
import type { AnsweredBy } from "@dad/protocol";

/** Whoever gives something on this command line, as the operating system calls them. */
export function whoIsHere(comment?: string): AnsweredBy {
  return { channel: "cli", who: userName(), at: new Date().toISOString(), ...(comment === undefined ? {} : { comment }) };
}

/** As the operating system calls whoever runs this. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without a name, as in a container.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
