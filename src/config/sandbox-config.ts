/** The name of the built-in configuration where a file's path would stand. */
export const sandboxSource = "(sandbox)";

/**
 * The built-in configuration that serves when no file is given: every provider
 * embedded without being listed, no key, no network. Its rule shows groups and weights
 * at work; every other model goes to whoever has it by the catalogue.
 */
export const sandboxConfigText = `
server:
  listen: 127.0.0.1:8080
  grpc: 127.0.0.1:50051
  admin: 127.0.0.1:9090
  # Any page may call: there is nothing here to steal.
  cors: { origins: ["*"] }
  drain: 5s
sandbox: true
media: { store: disk }
idempotency: { store: memory }

routes:
  - models: ["gemini-3-pro-image", "imagen-*"]
    targets:
      - { provider: gemini,    priority: 0, weight: 100, model: gemini-3-pro-image }
      - { provider: openai,    priority: 1, weight: 70,  model: gpt-image-2 }
      - { provider: replicate, priority: 1, weight: 30,  model: google/nano-banana-pro }
`;
