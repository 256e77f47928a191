import { z } from "zod";

/** The slug of a provider, as a key of a mapping. */
export const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, {
  error:
    "is not a slug; expected 1 to 63 lower-case letters, digits and hyphens, with no hyphen first",
});
