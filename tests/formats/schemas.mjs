// schemas.mjs SCHEMA RESULTS SARIF: validates results.json against the schema that ships, and a SARIF log against
// OASIS's.  Broken copies of both must be refused, or the check would check nothing.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const dialects = { "http://json-schema.org/draft-07/schema#": require("ajv"), "http://json-schema.org/draft-04/schema#": require("ajv-draft-04") };
const addFormats = require("ajv-formats");

const read = (path) => JSON.parse(readFileSync(path, "utf8"));
const [schemaPath, resultsPath, sarifPath] = process.argv.slice(2);
let failed = false;

function check(name, schema, document, breakIt) {
  const ajv = new dialects[schema.$schema]({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  const validate = ajv.compile(schema);
  if (!validate(document)) {
    console.error(`${name}:`, validate.errors.slice(0, 10));
    failed = true;
    return;
  }
  for (const [how, broken] of breakIt(structuredClone(document))) {
    if (validate(broken)) {
      console.error(`${name}: accepted although ${how}`);
      failed = true;
    }
  }
  console.log(`${name}: valid`);
}

check("results.json", read(schemaPath), read(resultsPath), function* (document) {
  yield ["the version is another", { ...document, cnisim_results: 0 }];
  document.configurations[0].metrics[0].value = "fast";
  yield ["a value is a word", document];
});

const sarif = read(sarifPath);
if (sarif.runs[0].results.length === 0) {
  console.error("the SARIF log holds no finding");
  failed = true;
}
check("SARIF", read(require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")), sarif, function* (document) {
  yield ["the version is another", { ...document, version: "1.0.0" }];
  delete document.runs[0].results[0].message;
  yield ["a result has no message", document];
});
process.exit(failed ? 1 : 0);
