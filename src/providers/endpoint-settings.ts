/** The ways in which OpenAI-compatible servers differ. Other providers use none of them. */
export interface EndpointSettings {
  /** Sent as `response_format` with images; undefined means not sent. */
  readonly responseFormat?: "b64_json" | "url" | undefined;
  /** Which field carries the limit of tokens. Default "max_tokens". */
  readonly maxTokensField?: "max_tokens" | "max_completion_tokens" | undefined;
  /** Whether to ask for usage at the end of a stream. Default true. */
  readonly includeUsage?: boolean | undefined;
  /** The header that carries the key. Default "authorization" with "Bearer ". */
  readonly authHeader?: string | undefined;
  /** Whether addresses in its answers may lead to private networks. Default false. */
  readonly allowPrivateNetwork?: boolean | undefined;
}
