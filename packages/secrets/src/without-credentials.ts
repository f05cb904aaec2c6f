/** An address without the name and the password that may stand in it. What is no address is given as it is. */
export function withoutCredentials(address: string | URL): string {
  if (!URL.canParse(String(address))) return String(address);
  const url = new URL(address);
  [url.username, url.password] = ["", ""];
  return url.href;
}
