/** While it is being made. What is set one by one is made sooner than what is spread out of conditions. */
export type Mutable<Made> = { -readonly [Name in keyof Made]: Made[Name] };
