/**
 * As `fetch`, of the address that is asked for and no other: a redirect is the answer. Followed, it would take keys along that are in
 * headers such as `x-api-key`; of such, the Fetch standard knows `Authorization` alone.
 */
export const fetchFromOne: typeof fetch = (input, init) => fetch(input, { ...init, redirect: "manual" });
