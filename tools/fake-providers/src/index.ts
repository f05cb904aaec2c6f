/**
 * The HTTP APIs of model providers on the loopback interface, for tests.
 *
 * @packageDocumentation
 */
export {
  FAKE_API_KEY,
  type FakeProvider,
  type FakeProviderOptions,
  openFakeAnthropic,
  openFakeBedrock,
  openFakeGoogle,
  openFakeOpenAi,
} from "./fake-provider.ts";
export type {
  FakeAnswer,
  FakeBody,
  FakeBreak,
  FakeDelivery,
  FakeFailure,
  FakeReply,
  FakeScript,
  FakeSilence,
  FakeToolCall,
  FakeUsage,
} from "./fake-reply.ts";
export type { FakeRequest } from "./fake-request.ts";
