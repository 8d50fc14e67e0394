// Takes the operations we use out of GitHub's published API description, for the tests' loopback GitHub.
// The description is 385 MB as a package, so it is no dependency: install @octokit/openapi somewhere else and name it.
//
//   npm install --prefix DIR --ignore-scripts @octokit/openapi@23.0.2
//   node scripts/github-contract.mjs DIR/node_modules/@octokit/openapi
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OPERATIONS = [
  'repos/get',
  'repos/list-commits',
  'repos/get-branch',
  'repos/get-branch-rules',
  'repos/get-commit',
  'repos/get-content',
  'repos/compare-commits',
  'repos/list-pull-requests-associated-with-commit',
  'repos/create-repo-ruleset',
  'repos/create-org-ruleset',
  'git/get-ref',
  'git/get-commit',
  'git/get-tree',
  'git/get-blob',
  'pulls/list',
  'pulls/get',
  'pulls/list-files',
  'pulls/list-review-comments',
  'pulls/create-review',
  'pulls/update-review-comment',
  'pulls/delete-review-comment',
  'issues/list-comments',
  'issues/create-comment',
  'issues/update-comment',
  'issues/delete-comment',
  'issues/list-for-repo',
  'issues/create',
  'issues/update',
  'actions/list-workflow-run-artifacts',
  'actions/download-artifact',
  'code-scanning/upload-sarif',
  'code-scanning/get-sarif',
  'code-scanning/list-recent-analyses',
];

const directory = process.argv[2];
if (directory === undefined) {
  process.stderr.write('usage: node scripts/github-contract.mjs PATH/TO/node_modules/@octokit/openapi\n');
  process.exit(3);
}
const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
const description = JSON.parse(readFileSync(join(directory, 'generated/api.github.com.json'), 'utf8'));
const components = new Map();
const operations = {};

for (const [path, methods] of Object.entries(description.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    if (!OPERATIONS.includes(operation.operationId)) continue;
    operations[operation.operationId] = {
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters.map((parameter) => {
        const { name, in: place, required = false, schema } = resolve(parameter);
        return { name, in: place, required, schema: reduce(schema) };
      }),
      body: bodyOf(operation.requestBody),
      answers: Object.keys(operation.responses)
        .map(Number)
        .sort((a, b) => a - b),
    };
  }
}

const missing = OPERATIONS.filter((name) => operations[name] === undefined);
if (missing.length > 0) throw new Error(`the description has no ${missing.join(', ')}`);

/** A request's body: its schema, and whether GitHub insists on one. */
function bodyOf(requestBody) {
  const content = resolve(requestBody)?.content?.['application/json'];
  return content === undefined ? null : { required: requestBody.required ?? false, schema: reduce(content.schema) };
}

function resolve(value) {
  if (value?.$ref === undefined) return value;
  return value.$ref
    .slice(2)
    .split('/')
    .reduce((place, key) => place[key], description);
}

/** A schema without its prose; what it refers to is taken along. */
function reduce(schema) {
  if (Array.isArray(schema)) return schema.map(reduce);
  if (schema === null || typeof schema !== 'object') return schema;
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1);
    if (!components.has(name)) {
      components.set(name, null);
      components.set(name, reduce(resolve(schema)));
    }
    return { $ref: `#/components/${name}` };
  }
  // OpenAPI 3.0 knows "nullable" beside a type only; GitHub also writes it beside oneOf.
  if (schema.nullable === true && schema.type === undefined) {
    const { nullable: _, ...rest } = schema;
    return { anyOf: [reduce(rest), { type: 'null' }] };
  }
  const kept = Object.entries(schema).filter(([key, value]) => !isProse(key, value));
  return Object.fromEntries(kept.map(([key, value]) => [key, key === 'enum' ? value : reduce(value)]));
}

function isProse(key, value) {
  return key.startsWith('x-') || ['example', 'examples', 'deprecated'].includes(key)
    ? typeof value !== 'object' || key.startsWith('x-') || key === 'examples' || key === 'example'
    : (key === 'description' || key === 'title') && typeof value === 'string';
}

const contract = {
  source: `@octokit/openapi@${version} api.github.com.json`,
  operations: Object.fromEntries(OPERATIONS.map((name) => [name, operations[name]])),
  components: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
};
const target = new URL('../__tests__/support/github/github-contract.generated.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(contract, null, 1)}\n`);
process.stdout.write(`${OPERATIONS.length} operations of ${contract.source}\n`);
