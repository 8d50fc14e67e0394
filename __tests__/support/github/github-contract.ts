import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { z } from 'zod';

const schema = z.record(z.string(), z.unknown());
const contractFile = z.object({
  source: z.string(),
  operations: z.record(
    z.string(),
    z.object({
      method: z.string(),
      path: z.string(),
      parameters: z.array(
        z.object({ name: z.string(), in: z.enum(['path', 'query', 'header']), required: z.boolean(), schema }),
      ),
      body: z.object({ required: z.boolean(), schema }).nullable(),
      answers: z.array(z.number()),
    }),
  ),
  components: z.record(z.string(), schema),
});

/** A request as GitHub would see it. */
export interface ContractRequest {
  readonly method: string;
  /** The path below the API's root, still encoded, and the query. */
  readonly target: string;
  readonly body: string;
}

/** What a request is, after it was checked. */
export interface CheckedRequest {
  readonly operation: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** Empty where the request is as GitHub describes it. */
  readonly violations: readonly string[];
}

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly parameters: () => ValidateFunction;
  readonly body: (() => ValidateFunction) | null;
}

/**
 * Checks requests against GitHub's published API description, of which `scripts/github-contract.mjs` keeps the
 * operations that are used. The description is of the REST API: the one question asked through GraphQL, whom the token
 * speaks for (src/github/repository/viewer.ts), is not in it, and the loopback GitHub knows it word for word instead.
 *
 * @see https://docs.github.com/en/graphql/reference/queries#viewer
 */
export class GitHubContract {
  readonly #ajv: Ajv;
  readonly #operations: readonly Operation[];

  constructor() {
    const contract = contractFile.parse(
      JSON.parse(readFileSync(new URL('./github-contract.generated.json', import.meta.url), 'utf8')),
    );
    // Numbers and booleans of a path or query come as text; a body must have the right types itself.
    const lenient = new Ajv({ strict: false, coerceTypes: true, allErrors: true });
    this.#ajv = new Ajv({ strict: false, allErrors: true });
    const id = 'https://contract.test/';
    for (const ajv of [lenient, this.#ajv]) {
      formats.default(ajv);
      ajv.addSchema({ $id: id, components: contract.components });
    }
    const absolute = (value: unknown): Record<string, unknown> =>
      JSON.parse(JSON.stringify(value).replaceAll('"#/components/', `"${id}#/components/`));
    this.#operations = Object.entries(contract.operations).map(([name, operation]) => {
      const body = operation.body;
      const parameters = operation.parameters.filter((parameter) => parameter.in !== 'header');
      return {
        name,
        method: operation.method,
        names: [...operation.path.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1] ?? ''),
        pattern: new RegExp(`^${operation.path.replace(/\./g, '\\.').replace(/\{[a-z_]+\}/g, '([^/?]+?)')}$`),
        parameters: once(() =>
          lenient.compile({
            type: 'object',
            required: parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name),
            properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, absolute(parameter.schema)])),
            additionalProperties: false,
          }),
        ),
        body: body === null ? null : once(() => this.#ajv.compile(absolute(body.schema))),
      };
    });
  }

  /** Finds the operation of a request and checks its parameters and body; null where GitHub has no such operation. */
  check(request: ContractRequest): CheckedRequest | null {
    const [path = '', query = ''] = request.target.split('?', 2);
    for (const operation of this.#operations) {
      const match = operation.method === request.method ? operation.pattern.exec(path) : null;
      if (match === null) continue;
      const values = operation.names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]);
      const search = new URLSearchParams(query);
      const violations: string[] = [];
      const say = (validate: ValidateFunction, data: unknown, where: string): void => {
        if (validate(data)) return;
        violations.push(`${operation.name}: ${where} ${this.#ajv.errorsText(validate.errors)}`);
      };
      say(operation.parameters(), Object.fromEntries([...values, ...search]), 'parameters');
      const body = readBody(request.body);
      if (operation.body !== null) say(operation.body(), body, 'body');
      else if (request.body !== '') violations.push(`${operation.name}: takes no body`);
      return { operation: operation.name, path: Object.fromEntries(values), query: search, body, violations };
    }
    return null;
  }
}

/** Schemas are compiled when a request first needs them. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function readBody(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {};
  return schema.parse(JSON.parse(text));
}
