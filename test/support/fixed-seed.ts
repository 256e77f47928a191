import fc from "fast-check";

// CI judges a commit, and the same commit twice alike: properties take the same examples
// each time. `FAST_CHECK_SEED=any` takes new ones, and a number those of that number.
const wanted = process.env["FAST_CHECK_SEED"];
if (wanted !== "any") fc.configureGlobal({ seed: Number(wanted ?? 20_261_122) });
