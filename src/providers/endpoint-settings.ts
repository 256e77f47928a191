/** What an operator can set of an endpoint beyond its address and keys. Each is for the providers that it names. */
export interface EndpointSettings {
  /** OpenAI-compatible: sent as `response_format` with images; undefined means not sent. */
  readonly responseFormat?: "b64_json" | "url" | undefined;
  /** OpenAI-compatible: which field carries the limit of tokens. Default "max_tokens". */
  readonly maxTokensField?: "max_tokens" | "max_completion_tokens" | undefined;
  /** OpenAI-compatible: whether to ask for usage at the end of a stream. Default true. */
  readonly includeUsage?: boolean | undefined;
  /** OpenAI-compatible: the header that carries the key. Default "authorization" with "Bearer ". */
  readonly authHeader?: string | undefined;
  /** Whether addresses in its answers may lead to private networks. Default false. */
  readonly allowPrivateNetwork?: boolean | undefined;
  /** Hosts that they may lead to wherever these are: names, addresses, and networks like "10.0.0.0/8". Default none. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Vertex AI: the Google Cloud project. Without one it cannot be called. */
  readonly project?: string | undefined;
  /** Vertex AI: a region, "us" or "eu", or "global". Default "global". */
  readonly location?: string | undefined;
}
