import { expect, it } from "vitest";
import { InputId } from "./input-request.ts";

it.each(["main:ok", "agent.flow-1.each.iter_2.plan:model_choice", "_a:0@2"])("calls a request %s", (id) => {
  expect(InputId.safeParse(id).success).toBe(true);
});

it.each([
  "\u001b]0;title\u0007main:ok",
  "\u202Emain:ok",
  "m\u00E4in:ok",
  "main ok:ok",
  "main/ok:ok",
  "--value:ok",
  ":ok",
  "main:",
  "main:ok\n",
  "main:ok@0",
  "main:a:b",
  `${"x".repeat(1025)}:ok`,
])("calls no request %j, whoever says so: it is shown, and written in commands", (id) => {
  expect(InputId.safeParse(id).success).toBe(false);
});
