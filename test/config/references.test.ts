// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references as users write them
import { describe, expect, it } from "vitest";
import { resolveReferences } from "../../src/config/references.ts";

const files: Readonly<Record<string, string>> = {
  "/run/key": "from a file\r\n",
  "/etc/spillway/near": "two\nlines\n\n",
};

function resolve(text: string, environment: Readonly<Record<string, string>> = {}) {
  return resolveReferences(text, {
    environment,
    directory: "/etc/spillway",
    readFile: (path) => {
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error(), { code: "EACCES" });
      return content;
    },
  });
}

describe("a reference", () => {
  it.each([
    ["${NAME}", "value"],
    ["a-${NAME}-${NAME}-b", "a-value-value-b"],
    ["${EMPTY}", ""],
    ["${EMPTY:-default}", "default"],
    ["${UNSET:-default}", "default"],
    ["${UNSET:-}", ""],
    ["${NAME:-default}", "value"],
    ["${file:/run/key}", "from a file"],
    ["${file:near}", "two\nlines\n"],
    ["${file:/nowhere:-}", ""],
    ["$${NAME}", "${NAME}"],
    ["$NAME and $5", "$NAME and $5"],
    ["${INNER}", "${NAME}"],
  ])("%s becomes %j", (text, expected) => {
    const environment = { NAME: "value", EMPTY: "", INNER: "${NAME}" };
    expect(resolve(text, environment)).toEqual({ text: expected, problems: [] });
  });

  it("that is missing is named, with the way to allow that", () => {
    expect(resolve("${UNSET} ${file:/nowhere}").problems).toEqual([
      {
        reference: "${UNSET}",
        message:
          "needs the environment variable UNSET, which is not set; expected a value, or ${UNSET:-} where it may be missing",
      },
      {
        reference: "${file:/nowhere}",
        message:
          "needs the file /nowhere, which cannot be read (EACCES); expected a file, or ${file:/nowhere:-} where it may be missing",
      },
    ]);
  });

  it.each(["${", "${}", "${1A}", "${A-B}", "${file:}", "${a b}"])("%s is broken", (text) => {
    expect(resolve(text).problems[0]?.message).toMatch(/^holds a broken reference/);
  });
});
