/** What something is called whose value is a secret. */
const SECRET_NAME =
  /(^|_)(API_?KEYS?|ACCESS_?KEYS?|PRIVATE_?KEYS?|SECRET_?KEYS?|SIGNING_?KEYS?|ENCRYPTION_?KEYS?|SECRETS?|TOKENS?|PASSWORDS?|PASSWD|PASSPHRASES?|CREDENTIALS?|AUTHORIZATION)(_|$)/i;
/** Such a name says where a secret is, and what it is called. */
const PLACE_NAME = /_(URL|URI|ENDPOINT|FILE|PATH|DIR|NAME)$/i;
/** And these say how many tokens of text there are. */
const COUNT_NAME = /((^|_)(MAX|MIN|NUM|INPUT|OUTPUT|TOTAL|PROMPT|COMPLETION|REASONING|THINKING|CACHED?|BUDGET)_TOKENS|TOKENS_PER)(_|$)/i;

/** Whether something of this name is a secret: `OPENAI_API_KEY`, `apiKey`, `client_secret`, `x-api-key`; not `tokenUrl` or `maxTokens`. */
export function isSecretName(name: string): boolean {
  const words = name.replaceAll("-", "_").replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, "_");
  return SECRET_NAME.test(words) && !PLACE_NAME.test(words) && !COUNT_NAME.test(words);
}

/** What keys and tokens that one can tell by their form look like: each is a whole text, apart from the last one. */
const SECRET_FORMS: readonly RegExp[] = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek, Stripe, …
  /^(sk|pk|rk)[-_][\w-]{16,}$/,
  // GitHub, GitLab, npm, PyPI, Hugging Face, Docker
  /^(gh[oprsu]_\w{30,}|github_pat_\w{20,}|gl[a-z]{2,6}-[\w.-]{18,}|npm_\w{30,}|pypi-[\w-]{20,}|hf_\w{30,}|dckr_pat_[\w-]{20,})$/,
  // AWS, Google, Azure
  /^((AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}|AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}|[\w~.-]{3}\dQ~[\w~.-]{31,34})$/,
  // Slack, SendGrid, DigitalOcean, Databricks, Groq, xAI, Replicate, Perplexity, Vault
  /^(xox[a-z]-[\w-]{10,}|xapp-[\w-]{10,}|SG\.[\w-]{16,}\.[\w-]{16,}|do[opr]_v1_[a-f\d]{64}|dapi[a-f\d]{32}|(gsk_|xai-|r8_|pplx-|hvs\.)[\w-]{20,})$/,
  // JSON web tokens
  /^ey[\w-]{10,}\.ey[\w-]{10,}\.[\w-]*$/,
  /-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----/,
];

/** Whether a text has the form of a well-known kind of key or token, alone or behind `Bearer` or `Basic`. */
export function looksLikeSecret(text: string): boolean {
  const alone = text.trim().replace(/^(Bearer|Basic|Token)\s+/i, "");
  return SECRET_FORMS.some((form) => form.test(alone));
}
