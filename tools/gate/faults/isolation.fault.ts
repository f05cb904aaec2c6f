// Fault: one variable of the host's environment reaches the commands of a space.
// Noticed by: env.inherit: no variable of the host reaches a command
import type { IsolationAdapter } from "@dad/isolation";
import { processIsolation } from "@dad/isolation/process";
import { isolationContract } from "@dad/isolation/testing";

function leakyIsolation(): IsolationAdapter {
  const isolation = processIsolation({ hostEnv: process.env });
  const leak = process.env.DAD_TEST_TOKEN;
  return {
    ...isolation,
    open: (spec, options) => isolation.open(leak === undefined ? spec : { ...spec, env: { DAD_TEST_TOKEN: leak, ...spec.env } }, options),
  };
}

isolationContract("an isolation that leaks a token", { create: leakyIsolation });
