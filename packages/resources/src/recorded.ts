/**
 * Models that reply from a recording (a tape), and the means to make one.
 *
 * @packageDocumentation
 */
export { openRecordedModel, type OpenRecordedModelOptions } from "./recorded/open-recorded-model.ts";
export { parseTape, readTape, tapeText } from "./recorded/read-tape.ts";
export { recordedModel, type RecordedModelOptions } from "./recorded/recorded-model.ts";
export { recordingModel } from "./recorded/recording-model.ts";
