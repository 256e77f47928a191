/** Which of Google's two APIs that speak generateContent is imitated. */
export type GoogleApi = "gemini" | "vertex";

/** A message's fields: `null` for a value that is taken as it is, a message for one that is looked into. */
export interface GoogleShape {
  readonly [field: string]: GoogleShape | null;
}

/** The fields that the body of generateContent may have: each API refuses those of the other. */
export function generateContentShape(api: GoogleApi): GoogleShape {
  return api === "gemini" ? geminiBody : vertexBody;
}

const part: GoogleShape = {
  text: null,
  inlineData: { mimeType: null, data: null, displayName: null },
  fileData: { mimeType: null, fileUri: null, displayName: null },
  functionCall: { id: null, name: null, args: null },
  functionResponse: { id: null, name: null, response: null, parts: null },
  thought: null,
  thoughtSignature: null,
  mediaResolution: null,
  videoMetadata: null,
  executableCode: null,
  codeExecutionResult: null,
};

const content: GoogleShape = { role: null, parts: part };

const generationConfig: GoogleShape = {
  responseModalities: null,
  temperature: null,
  topP: null,
  topK: null,
  candidateCount: null,
  maxOutputTokens: null,
  stopSequences: null,
  seed: null,
  presencePenalty: null,
  frequencyPenalty: null,
  responseLogprobs: null,
  logprobs: null,
  thinkingConfig: { includeThoughts: null, thinkingBudget: null, thinkingLevel: null },
  responseMimeType: null,
  responseSchema: null,
  responseJsonSchema: null,
  responseFormat: null,
  mediaResolution: null,
  speechConfig: null,
};
const body: GoogleShape = {
  contents: content,
  systemInstruction: content,
  tools: {
    functionDeclarations: {
      name: null,
      description: null,
      parameters: null,
      parametersJsonSchema: null,
      response: null,
      responseJsonSchema: null,
      behavior: null,
    },
    googleSearch: null,
    googleSearchRetrieval: null,
    codeExecution: null,
    urlContext: null,
    googleMaps: null,
    fileSearch: null,
    computerUse: null,
  },
  toolConfig: {
    functionCallingConfig: {
      mode: null,
      allowedFunctionNames: null,
      streamFunctionCallArguments: null,
    },
    retrievalConfig: null,
  },
  cachedContent: null,
  labels: null,
  continuationToken: null,
};

const imageConfig: GoogleShape = { aspectRatio: null, imageSize: null };

const geminiBody: GoogleShape = {
  ...body,
  generationConfig: { ...generationConfig, imageConfig, enableEnhancedCivicAnswers: null },
  safetySettings: { category: null, threshold: null },
  serviceTier: null,
  store: null,
};

const vertexBody: GoogleShape = {
  ...body,
  generationConfig: {
    ...generationConfig,
    imageConfig: {
      ...imageConfig,
      personGeneration: null,
      prominentPeople: null,
      imageOutputOptions: { mimeType: null, compressionQuality: null },
    },
    audioTimestamp: null,
    routingConfig: null,
    modelConfig: null,
  },
  safetySettings: { category: null, threshold: null, method: null },
  modelArmorConfig: { promptTemplateName: null, responseTemplateName: null },
  outputConfig: { outputUriPrefix: null },
};
